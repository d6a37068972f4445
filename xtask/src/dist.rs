//! `cargo xtask dist`: the packages with their checksums and bills of materials; signed and as repositories on request.

pub mod binaries;
mod repository;
mod sign;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::io::{IsTerminal, stderr};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;
use fs_err as fs;
use serde::Serialize;
use sha2::{Digest, Sha256};
use task::progress::{Progress, Verbosity};
use task::{command, workspace};

use crate::package::dependencies::{self, Dependencies};
use crate::package::spec::{self, PackageSpec};
use crate::package::{self, Ingredients, Sources, template};
use crate::release;
use crate::release::changelog::{self, Release};
use sign::SigningKey;

/// The name of the file of checksums, which `sha256sum --check` reads.
pub const SUMS: &str = "SHA256SUMS";

/// The directory of repositories beside the packages.
pub const REPOSITORY: &str = "repository";

/// What to build and where to write it.
#[derive(Args, Default)]
pub struct DistOptions {
    /// The directory for the packages [default: target/packages]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Sign packages and checksums with this RSA key of gpg's keyring
    #[arg(long, value_name = "KEY")]
    pub sign: Option<String>,
    /// Create a repository per distribution, in the directory `repository` beside the packages
    #[arg(long)]
    pub repo: bool,
    /// Print what was built as JSON
    #[arg(long)]
    pub json: bool,
}

/// The directory of packages if no other one is named.
pub fn default_out() -> PathBuf {
    workspace::target().join("packages")
}

/// What was built.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Distribution {
    /// The packages by name and tag.
    pub packages: Vec<PathBuf>,
    /// The file of checksums.
    pub sums: PathBuf,
    /// A bill of materials per package name.
    pub bills_of_materials: Vec<PathBuf>,
    /// A repository per tag, with `--repo`.
    pub repositories: BTreeSet<PathBuf>,
}

impl Distribution {
    /// Prints it as JSON, or otherwise the paths of packages and repositories.
    pub fn print(&self, json: bool) -> Result<()> {
        if json {
            println!("{}", serde_json::to_string_pretty(self)?);
        } else {
            self.packages.iter().chain(&self.repositories).for_each(|path| println!("{}", path.display()));
        }
        Ok(())
    }
}

/// Builds every package of `rpm-specs/` for each of its tags, with checksums and bills of materials; signs them and
/// creates repositories if the options say so. An error names the step at which it occurred.
pub fn run(options: &DistOptions, verbosity: Verbosity) -> Result<Distribution> {
    let count = 4 + usize::from(options.sign.is_some()) + usize::from(options.repo);
    let progress = verbosity.quiet_if(options.json).steps("dist", count);
    let steps = Steps { progress, current: Cell::new("") };
    distribute(options, &steps).with_context(|| format!("dist failed at {}", steps.current.get()))
}

/// The current step of a run.
struct Steps {
    progress: Progress,
    current: Cell<&'static str>,
}

impl Steps {
    fn begin(&self, name: &'static str) {
        self.current.set(name);
        self.progress.begin(name);
    }
}

fn distribute(options: &DistOptions, steps: &Steps) -> Result<Distribution> {
    steps.begin("version and specs");
    release::check()?;
    let variables = template::variables();
    let specs = spec::read_all(&workspace::root().join("rpm-specs"), &variables)?;
    let changelog = changelog::read()?;
    let source_date = source_date(&changelog)?;
    let out = options.out.clone().unwrap_or_else(default_out);
    let key = options.sign.as_deref().map(|name| SigningKey::find(name, source_date)).transpose()?;
    let dependencies = Dependencies::read(binaries::TARGET)?;
    steps.begin("programs");
    let binaries = binaries::build(steps.progress.is_quiet() || !stderr().is_terminal())?;
    let ingredients = Ingredients {
        sources: Sources {
            variables: &variables,
            root: workspace::root(),
            binaries: &binaries,
            dependencies: &dependencies,
        },
        changelog: &changelog,
        source_date,
    };
    steps.begin("packages");
    clear(&out, &specs)?;
    let packages = build_packages(&specs, &ingredients, &out)?;
    let bills_of_materials = write_bills_of_materials(&specs, &dependencies, &out)?;
    let paths: Vec<PathBuf> = packages.iter().map(|(_, path)| path.clone()).collect();
    if let Some(key) = &key {
        steps.begin("signatures of packages");
        key.sign_packages(&paths)?;
    }
    steps.begin("checksums");
    let sums = write_sums(&out, paths.iter().chain(&bills_of_materials))?;
    if let Some(key) = &key {
        key.sign_file(&sums)?;
    }
    let mut repositories = BTreeSet::new();
    if options.repo {
        steps.begin("repositories");
        repositories = repository::lay_out(&out.join(REPOSITORY), &packages, source_date)?;
    }
    Ok(Distribution { packages: paths, sums, bills_of_materials, repositories })
}

fn build_packages(
    specs: &[PackageSpec],
    ingredients: &Ingredients,
    out: &Path,
) -> Result<Vec<(String, PathBuf)>> {
    let mut packages = Vec::new();
    for spec in specs {
        for tag in &spec.tags {
            let path = out.join(package::file_name(spec, tag));
            let package = package::build(spec, tag, ingredients)
                .with_context(|| format!("cannot build {}", path.display()))?;
            package.write_file(&path).with_context(|| format!("cannot write {}", path.display()))?;
            packages.push((tag.clone(), path));
        }
    }
    Ok(packages)
}

fn write_bills_of_materials(
    specs: &[PackageSpec],
    dependencies: &Dependencies,
    out: &Path,
) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for spec in specs {
        let mut linked = Vec::new();
        for binary in spec.binaries() {
            linked.extend(dependencies.of(binary)?);
        }
        let bill = dependencies::bill_of_materials(&spec.name, &linked);
        let path = out.join(bill_of_materials_name(spec));
        fs::write(&path, format!("{bill:#}\n"))?;
        paths.push(path);
    }
    Ok(paths)
}

/// The file name of a package's bill of materials; `.cdx.json` is CycloneDX's own ending.
pub fn bill_of_materials_name(spec: &PackageSpec) -> String {
    format!("{}-{}.cdx.json", spec.name, bgpcs::VERSION)
}

/// The build time in the packages: `SOURCE_DATE_EPOCH`, otherwise the time of the commit, so that two builds of a commit
/// are the same; see <https://reproducible-builds.org/specs/source-date-epoch/>. Without git, as in an unpacked archive
/// of the source, it is the day of the release.
fn source_date(changelog: &[Release]) -> Result<u32> {
    let git = || {
        let log = ["log", "-1", "--format=%ct"];
        command::read(Command::new("git").current_dir(workspace::root()).args(log)).ok()
    };
    match std::env::var("SOURCE_DATE_EPOCH").ok().or_else(git) {
        Some(text) => text.trim().parse().with_context(|| {
            format!("{:?} is not a time in seconds since 1970; set SOURCE_DATE_EPOCH to one", text.trim())
        }),
        None => Ok(changelog.first().and_then(Release::timestamp).unwrap_or_default()),
    }
}

/// Creates the directory if it does not exist, and removes the files of an earlier run of any version; other files stay.
fn clear(directory: &Path, specs: &[PackageSpec]) -> Result<()> {
    fs::create_dir_all(directory)?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = |spec: &PackageSpec| {
            let rest = name.strip_prefix(&spec.name).and_then(|rest| rest.strip_prefix('-'));
            rest.is_some_and(|rest| rest.ends_with(".rpm") || rest.ends_with(".cdx.json"))
        };
        if specs.iter().any(is_ours)
            || name.strip_prefix(SUMS).is_some_and(|rest| rest.is_empty() || rest == ".asc")
        {
            fs::remove_file(entry.path())?;
        }
    }
    for tag in specs.iter().flat_map(|spec| &spec.tags) {
        let repository = directory.join(REPOSITORY).join(tag);
        if repository.exists() {
            fs::remove_dir_all(&repository)?;
        }
    }
    Ok(())
}

fn write_sums<'a>(directory: &Path, files: impl Iterator<Item = &'a PathBuf>) -> Result<PathBuf> {
    let mut sums = String::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(sums, "{}  {name}", sha256(path)?);
    }
    let path = directory.join(SUMS);
    fs::write(&path, sums)?;
    Ok(path)
}

/// The SHA-256 of a file, in hexadecimal.
pub fn sha256(path: &Path) -> Result<String> {
    let content = fs::read(path)?;
    Ok(Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect())
}
