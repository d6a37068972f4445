//! `cargo xtask dist`: the packages with their checksums, bills of materials and provenance; signed and as repositories on
//! request. Whatever fails leaves an earlier release as it was.

pub mod binaries;
pub mod checksum;
pub mod provenance;
pub mod repository;
mod sign;
mod staging;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::io::{IsTerminal, stderr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use fs_err as fs;
use serde::Serialize;
use task::progress::{Progress, Verbosity};
use task::workspace;

use crate::package::dependencies::Dependencies;
use crate::package::spec::{self, PackageSpec};
use crate::package::{self, Ingredients, Sources, template};
use crate::release;
use crate::release::changelog::{self, Release};
use crate::release::source::{Allowed, Source};
use checksum::{SUMS, sha256};
use repository::REPOSITORY;
use sign::SigningKey;
use staging::Staging;

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
    /// Build from a tree with uncommitted changes, too, and say so in the release of the packages
    #[arg(long)]
    pub dirty: bool,
    /// As --dirty, but do not say so: for tests, whose packages go nowhere
    #[arg(long, hide = true)]
    pub any_tree: bool,
    /// Print what was built as JSON
    #[arg(long)]
    pub json: bool,
}

impl DistOptions {
    fn allowed(&self) -> Allowed {
        match (self.any_tree, self.dirty) {
            (true, _) => Allowed::Any,
            (false, true) => Allowed::Marked,
            (false, false) => Allowed::Commit,
        }
    }
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
    /// What the packages were built from.
    pub provenance: PathBuf,
    /// A repository per tag, with `--repo`.
    pub repositories: BTreeSet<PathBuf>,
}

impl Distribution {
    /// The same files in another directory.
    fn moved(self, from: &Path, to: &Path) -> Self {
        let moved = |path: PathBuf| path.strip_prefix(from).map(|name| to.join(name)).unwrap_or(path);
        Self {
            packages: self.packages.into_iter().map(moved).collect(),
            sums: moved(self.sums),
            bills_of_materials: self.bills_of_materials.into_iter().map(moved).collect(),
            provenance: moved(self.provenance),
            repositories: self.repositories.into_iter().map(moved).collect(),
        }
    }

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
    let source = Source::read();
    let release = source.release(options.allowed())?;
    let mut variables = template::variables();
    variables.insert("release", &release);
    let specs = spec::read_all(&workspace::root().join("rpm-specs"), &variables)?;
    let changelog = changelog::read()?;
    let source_date = source_date(&source, &changelog)?;
    let out = options.out.clone().unwrap_or_else(default_out);
    let key = options.sign.as_deref().map(|name| SigningKey::find(name, source_date)).transpose()?;
    let dependencies = Dependencies::read(binaries::TARGET)?;
    steps.begin("programs");
    let binaries = binaries::build(&release, steps.progress.is_quiet() || !stderr().is_terminal())?;
    let ingredients = Ingredients {
        sources: Sources {
            variables: &variables,
            root: workspace::root(),
            binaries: &binaries,
            dependencies: &dependencies,
        },
        changelog: &changelog,
        source_date,
        release: &release,
    };
    let staging = Staging::begin(&out)?;
    let new = staging.fresh();
    steps.begin("packages");
    let packages = build_packages(&specs, &ingredients, &new)?;
    let bills_of_materials = write_bills_of_materials(&specs, &dependencies, &new)?;
    let paths: Vec<PathBuf> = packages.iter().map(|(_, path)| path.clone()).collect();
    if let Some(key) = &key {
        steps.begin("signatures of packages");
        key.sign_packages(&paths)?;
    }
    steps.begin("provenance and checksums");
    let files = || paths.iter().chain(&bills_of_materials).map(PathBuf::as_path);
    let statement = provenance::statement(files(), &source, source_date, &release)?;
    let provenance = new.join(provenance::file_name());
    fs::write(&provenance, format!("{statement:#}\n"))?;
    let sums = write_sums(&new, files().chain([provenance.as_path()]))?;
    if let Some(key) = &key {
        key.sign_file(&sums)?;
    }
    let mut repositories = BTreeSet::new();
    if options.repo {
        steps.begin("repositories");
        repositories = repository::lay_out(&new.join(REPOSITORY), &packages, source_date)?;
        if let Some(key) = &key {
            let indexes =
                repositories.iter().map(|path| path.join(repository::METADATA).join(repository::INDEX));
            indexes.into_iter().try_for_each(|index| key.sign_file(&index))?;
        }
    }
    let made = Distribution { packages: paths, sums, bills_of_materials, provenance, repositories };
    staging.publish(&specs)?;
    Ok(made.moved(&new, &out))
}

fn build_packages(
    specs: &[PackageSpec],
    ingredients: &Ingredients,
    out: &Path,
) -> Result<Vec<(String, PathBuf)>> {
    let mut packages = Vec::new();
    for spec in specs {
        for tag in &spec.tags {
            let path = out.join(package::file_name(spec, tag, ingredients.release));
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
        let path = out.join(bill_of_materials_name(spec));
        fs::write(&path, bill_of_materials(spec, dependencies)?)?;
        paths.push(path);
    }
    Ok(paths)
}

/// The text of a package's bill of materials.
pub fn bill_of_materials(spec: &PackageSpec, dependencies: &Dependencies) -> Result<String> {
    let mut linked = Vec::new();
    for binary in spec.binaries() {
        linked.extend(dependencies.of(binary)?);
    }
    let bill = dependencies.bill_of_materials(&spec.name, &linked)?;
    Ok(format!("{bill:#}\n"))
}

/// The file name of a package's bill of materials; `.cdx.json` is CycloneDX's own ending.
pub fn bill_of_materials_name(spec: &PackageSpec) -> String {
    format!("{}-{}.cdx.json", spec.name, bgpcs::VERSION)
}

/// The build time in the packages: `SOURCE_DATE_EPOCH`, otherwise the time of the commit, so that two builds of a commit
/// are the same; see <https://reproducible-builds.org/specs/source-date-epoch/>. Without git, as in an unpacked archive
/// of the source, it is the day of the release.
fn source_date(source: &Source, changelog: &[Release]) -> Result<u32> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.trim().parse().with_context(|| {
            format!(
                "SOURCE_DATE_EPOCH is {:?}, which is not a time in seconds since 1970; set it to one",
                text.trim()
            )
        }),
        Err(_) => {
            let day = || changelog.first().map(|release| release.timestamp);
            Ok(source.time().or_else(day).unwrap_or_default())
        }
    }
}

fn write_sums<'a>(directory: &Path, files: impl Iterator<Item = &'a Path>) -> Result<PathBuf> {
    let mut sums = String::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(sums, "{}  {name}", sha256(path)?);
    }
    let path = directory.join(SUMS);
    fs::write(&path, sums)?;
    Ok(path)
}
