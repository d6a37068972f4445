//! `cargo xtask dist`: the four packages and their checksums.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::command::{self, CommandError};
use crate::package::{self, Ingredients, PackageError};
use crate::spec::{self, SpecError};
use crate::{template, workspace};

/// The target whose C library can be linked in whole; the packages' binaries need nothing of the machine they run on
/// but its kernel, so that one build serves glibc 2.17 and every later one.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The crates whose binaries are packaged.
const CRATES: [&str; 2] = ["generate-pillar", "bgp-community-services"];

/// What to build and where to leave it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The directory that gets the packages.
    pub out: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self { out: workspace::target().join("packages") }
    }
}

/// Builds every package of `rpm-specs/` for each of its tags, and `SHA256SUMS` beside them; gives the packages' paths.
pub fn run(settings: &Settings) -> Result<Vec<PathBuf>, DistError> {
    let variables = template::variables();
    let specs = spec::read_all(&workspace::root().join("rpm-specs"), &variables)?;
    let binaries = build_binaries()?;
    let ingredients = Ingredients {
        variables: &variables,
        sources: workspace::root(),
        binaries: &binaries,
        source_date: source_date()?,
    };
    empty(&settings.out)?;
    let mut packages = Vec::new();
    for spec in &specs {
        for tag in &spec.tags {
            let package = package::build(spec, tag, &ingredients)?;
            let path = settings.out.join(package::file_name(spec, tag));
            package.write_file(&path).map_err(|source| DistError::Rpm { path: path.clone(), source })?;
            packages.push(path);
        }
    }
    write_sums(&settings.out, &packages)?;
    Ok(packages)
}

/// Builds the static binaries and gives their directory.
fn build_binaries() -> Result<PathBuf, DistError> {
    let target = workspace::target();
    let static_linking = format!("target.{TARGET}.rustflags=[\"-C\", \"target-feature=+crt-static\"]");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(workspace::root()).args(["build", "--locked", "--profile", "dist", "--target", TARGET]);
    cargo.arg("--config").arg(static_linking).arg("--target-dir").arg(&target);
    for name in CRATES {
        cargo.args(["--package", name]);
    }
    command::run(&mut cargo)?;
    Ok(target.join(TARGET).join("dist"))
}

/// The time that stands in the packages: `SOURCE_DATE_EPOCH`, else the time of the commit, so that two builds of one
/// commit are the same; see <https://reproducible-builds.org/specs/source-date-epoch/>.
fn source_date() -> Result<u32, DistError> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => {
            let git = ["log", "-1", "--format=%ct"];
            command::read(Command::new("git").current_dir(workspace::root()).args(git))?
        }
    };
    text.trim().parse().map_err(|_| DistError::SourceDate { text: text.trim().to_owned() })
}

/// Makes the directory if it is not there, and removes what an earlier run left in it.
fn empty(directory: &Path) -> Result<(), DistError> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |source| DistError::Write { path, source }
    };
    fs::create_dir_all(directory).map_err(fail(directory))?;
    for entry in fs::read_dir(directory).map_err(fail(directory))? {
        let path = entry.map_err(fail(directory))?.path();
        if path.extension().is_some_and(|extension| extension == "rpm") {
            fs::remove_file(&path).map_err(fail(&path))?;
        }
    }
    Ok(())
}

/// Writes `SHA256SUMS` in the form that `sha256sum --check` reads.
fn write_sums(directory: &Path, packages: &[PathBuf]) -> Result<(), DistError> {
    let mut sums = String::new();
    for path in packages {
        let content = fs::read(path).map_err(|source| DistError::Write { path: path.clone(), source })?;
        for byte in Sha256::digest(&content) {
            let _ = write!(sums, "{byte:02x}");
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(sums, "  {name}");
    }
    let path = directory.join("SHA256SUMS");
    fs::write(&path, sums).map_err(|source| DistError::Write { path, source })
}

/// Packages that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DistError {
    /// A program that helps could not be run.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A spec could not be read.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A package could not be built.
    #[error(transparent)]
    Package(#[from] PackageError),
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
    /// A file or directory could not be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
