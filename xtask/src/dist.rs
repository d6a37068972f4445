//! `cargo xtask dist`: the packages, their checksums and bills of materials; signed and laid out as repositories where
//! asked.

pub mod binaries;
mod repository;
mod sign;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::io::{IsTerminal, stderr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::changelog::{self, ChangelogError, Release};
use crate::command::{self, CommandError};
use crate::dependencies::{self, Dependencies, DependenciesError};
use crate::package::{self, Ingredients, PackageError};
use crate::release::{self, ReleaseError};
use crate::spec::{self, PackageSpec, SpecError};
use crate::{template, workspace};
use repository::RepositoryError;
use sign::{SignError, SigningKey};

/// The name of the file of checksums, in the form that `sha256sum --check` reads.
pub const SUMS: &str = "SHA256SUMS";

/// The directory of repositories beside the packages.
pub const REPOSITORY: &str = "repository";

/// What to build and where to leave it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The directory that gets the packages.
    pub out: PathBuf,
    /// The key in gpg's keyring that signs the packages and the checksums.
    pub sign: Option<String>,
    /// Whether repositories are laid out, one per distribution.
    pub repository: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { out: workspace::target().join("packages"), sign: None, repository: false }
    }
}

/// What was built.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Distribution {
    /// In order of name and tag.
    pub packages: Vec<PathBuf>,
    /// The file of checksums.
    pub sums: PathBuf,
    /// A bill of materials per package name.
    pub bills_of_materials: Vec<PathBuf>,
    /// A repository per tag, where they were asked for.
    pub repositories: BTreeSet<PathBuf>,
}

/// Builds every package of `rpm-specs/` for each of its tags, and what goes with them.
pub fn run(settings: &Settings) -> Result<Distribution, DistError> {
    let steps = Steps { started: Instant::now(), current: Cell::new("") };
    distribute(settings, &steps).map_err(|cause| DistError { step: steps.current.get(), cause })
}

/// Where a run is, told on a terminal only.
struct Steps {
    started: Instant,
    current: Cell<&'static str>,
}

impl Steps {
    fn begin(&self, name: &'static str) {
        self.current.set(name);
        if stderr().is_terminal() {
            eprintln!("dist: {:>5.1} s  {name}", self.started.elapsed().as_secs_f32());
        }
    }
}

fn distribute(settings: &Settings, steps: &Steps) -> Result<Distribution, DistCause> {
    steps.begin("version and specs");
    release::check()?;
    let variables = template::variables();
    let specs = spec::read_all(&workspace::root().join("rpm-specs"), &variables)?;
    let changelog = changelog::read()?;
    let source_date = source_date(&changelog)?;
    let key = settings.sign.as_deref().map(|name| SigningKey::find(name, source_date)).transpose()?;
    let dependencies = Dependencies::read(binaries::TARGET)?;
    steps.begin("programs");
    let binaries = binaries::build(!stderr().is_terminal())?;
    let ingredients = Ingredients {
        variables: &variables,
        sources: workspace::root(),
        binaries: &binaries,
        dependencies: &dependencies,
        changelog: &changelog,
        source_date,
    };
    steps.begin("packages");
    clear(&settings.out, &specs)?;
    let packages = build_packages(&specs, &ingredients, &settings.out)?;
    let bills_of_materials = write_bills_of_materials(&specs, &dependencies, &settings.out)?;
    let paths: Vec<PathBuf> = packages.iter().map(|(_, path)| path.clone()).collect();
    if let Some(key) = &key {
        steps.begin("signatures of packages");
        key.sign_packages(&paths)?;
    }
    steps.begin("checksums");
    let sums = write_sums(&settings.out, paths.iter().chain(&bills_of_materials))?;
    if let Some(key) = &key {
        key.sign_file(&sums)?;
    }
    let mut repositories = BTreeSet::new();
    if settings.repository {
        steps.begin("repositories");
        repositories = repository::lay_out(&settings.out.join(REPOSITORY), &packages, source_date)?;
    }
    steps.begin("done");
    Ok(Distribution { packages: paths, sums, bills_of_materials, repositories })
}

fn build_packages(
    specs: &[PackageSpec],
    ingredients: &Ingredients,
    out: &Path,
) -> Result<Vec<(String, PathBuf)>, DistCause> {
    let mut packages = Vec::new();
    for spec in specs {
        for tag in &spec.tags {
            let path = out.join(package::file_name(spec, tag));
            let package = package::build(spec, tag, ingredients)?;
            package.write_file(&path).map_err(|source| DistCause::Rpm { path: path.clone(), source })?;
            packages.push((tag.clone(), path));
        }
    }
    Ok(packages)
}

fn write_bills_of_materials(
    specs: &[PackageSpec],
    dependencies: &Dependencies,
    out: &Path,
) -> Result<Vec<PathBuf>, DistCause> {
    let mut paths = Vec::new();
    for spec in specs {
        let mut linked = Vec::new();
        for binary in spec.binaries() {
            linked.extend(dependencies.of(binary)?);
        }
        let bill = dependencies::bill_of_materials(&spec.name, &linked);
        let path = out.join(bill_of_materials_name(spec));
        fs::write(&path, format!("{bill:#}\n")).map_err(at(&path))?;
        paths.push(path);
    }
    Ok(paths)
}

/// The file name of a package's bill of materials; `.cdx.json` is CycloneDX's own ending.
pub fn bill_of_materials_name(spec: &PackageSpec) -> String {
    format!("{}-{}.cdx.json", spec.name, bgpcs::VERSION)
}

/// The time that stands in the packages: `SOURCE_DATE_EPOCH`, else the time of the commit, so that two builds of one
/// commit are the same; see <https://reproducible-builds.org/specs/source-date-epoch/>. Where there is no git, as in an
/// unpacked archive of the source, it is the day of the release.
fn source_date(changelog: &[Release]) -> Result<u32, DistCause> {
    let git = || {
        let log = ["log", "-1", "--format=%ct"];
        command::read(Command::new("git").current_dir(workspace::root()).args(log)).ok()
    };
    match std::env::var("SOURCE_DATE_EPOCH").ok().or_else(git) {
        Some(text) => text.trim().parse().map_err(|_| DistCause::SourceDate { text: text.trim().to_owned() }),
        None => Ok(changelog.first().and_then(Release::timestamp).unwrap_or_default()),
    }
}

/// Makes the directory if it is not there, and removes what an earlier run left in it, of whatever version; what else is
/// there stays.
fn clear(directory: &Path, specs: &[PackageSpec]) -> Result<(), DistCause> {
    fs::create_dir_all(directory).map_err(at(directory))?;
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        let entry = entry.map_err(at(directory))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = |spec: &PackageSpec| {
            let rest = name.strip_prefix(&spec.name).and_then(|rest| rest.strip_prefix('-'));
            rest.is_some_and(|rest| rest.ends_with(".rpm") || rest.ends_with(".cdx.json"))
        };
        if specs.iter().any(is_ours)
            || name.strip_prefix(SUMS).is_some_and(|rest| rest.is_empty() || rest == ".asc")
        {
            fs::remove_file(entry.path()).map_err(at(&entry.path()))?;
        }
    }
    for tag in specs.iter().flat_map(|spec| &spec.tags) {
        let repository = directory.join(REPOSITORY).join(tag);
        if repository.exists() {
            fs::remove_dir_all(&repository).map_err(at(&repository))?;
        }
    }
    Ok(())
}

fn write_sums<'a>(directory: &Path, files: impl Iterator<Item = &'a PathBuf>) -> Result<PathBuf, DistCause> {
    let mut sums = String::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(sums, "{}  {name}", sha256(path)?);
    }
    let path = directory.join(SUMS);
    fs::write(&path, sums).map_err(at(&path))?;
    Ok(path)
}

/// The SHA-256 of a file, in hexadecimal.
pub fn sha256(path: &Path) -> Result<String, DistCause> {
    let content = fs::read(path).map_err(at(path))?;
    Ok(Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect())
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> DistCause {
    let path = path.to_owned();
    move |source| DistCause::File { path, source }
}

/// Packages that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("dist failed at {step}: {cause}")]
pub struct DistError {
    step: &'static str,
    #[source]
    cause: DistCause,
}

/// Why packages could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DistCause {
    /// The version does not stand the same everywhere.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The release notes could not be read.
    #[error(transparent)]
    Changelog(#[from] ChangelogError),
    /// The programs could not be built.
    #[error(transparent)]
    Programs(#[from] CommandError),
    /// A spec could not be read.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A package could not be built.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// What a program contains could not be told.
    #[error(transparent)]
    Dependencies(#[from] DependenciesError),
    /// Something could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A repository could not be made.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The time for the packages is none.
    #[error("{text:?} is not a time in seconds since 1970; set SOURCE_DATE_EPOCH to one")]
    SourceDate {
        /// What stands there instead.
        text: String,
    },
    /// A package could not be written.
    #[error("cannot write {}: {source}", .path.display())]
    Rpm {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: rpm::Error,
    },
    /// A file or directory could not be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
