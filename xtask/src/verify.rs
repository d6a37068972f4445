//! `cargo xtask verify`: whether a directory holds what `dist` makes, whole and signed.

mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rpm::Package;

use crate::command::{self, CommandError};
use crate::dist::{self, SUMS};
use crate::spec::{self, Origin, PackageSpec, SpecError};
use crate::{package, template, workspace};

/// Checks every file and prints a line for each.
///
/// `key` is a file with the public key, ASCII-armored, by which packages and checksums must be signed; without it
/// signatures are not looked at.
pub fn run(directory: &Path, key: Option<&Path>) -> Result<(), VerifyError> {
    let specs = spec::read_all(&workspace::root().join("rpm-specs"), &template::variables())?;
    let keyring = key.map(Keyring::import).transpose()?;
    let mut faults = 0;
    let mut report = |name: &str, result: Result<String, Fault>| match result {
        Ok(what) => println!("ok      {name}: {what}"),
        Err(fault) => {
            faults += 1;
            println!("FAILED  {name}: {fault}");
        }
    };
    let sums = read_sums(directory);
    report(SUMS, sums.as_ref().map_err(Fault::clone).and_then(|_| check_sums(directory, keyring.as_ref())));
    let sums = sums.unwrap_or_default();
    let mut expected = BTreeSet::from([SUMS.to_owned(), format!("{SUMS}.asc")]);
    for spec in &specs {
        for tag in &spec.tags {
            let name = package::file_name(spec, tag);
            report(&name, check_package(&directory.join(&name), spec, tag, &sums, keyring.as_ref()));
            expected.insert(name);
        }
        let name = dist::bill_of_materials_name(spec);
        report(&name, check_sum(&directory.join(&name), &sums));
        expected.insert(name);
    }
    for name in unexpected(directory, &expected)? {
        report(&name, Err(Fault::Unexpected));
    }
    if faults == 0 { Ok(()) } else { Err(VerifyError::Faults { directory: directory.to_owned(), faults }) }
}

/// The files of the directory that nothing asks for.
fn unexpected(directory: &Path, expected: &BTreeSet<String>) -> Result<BTreeSet<String>, VerifyError> {
    let fail = |source| VerifyError::List { path: directory.to_owned(), source };
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(directory).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_file() && !expected.contains(&name) {
            names.insert(name);
        }
    }
    Ok(names)
}

/// The checksums of the directory by file name.
fn read_sums(directory: &Path) -> Result<BTreeMap<String, String>, Fault> {
    let path = directory.join(SUMS);
    let text = fs::read_to_string(&path).map_err(|error| Fault::Unreadable(error.to_string()))?;
    let parse = |line: &str| line.split_once("  ").map(|(sum, name)| (name.to_owned(), sum.to_owned()));
    text.lines().map(|line| parse(line).ok_or_else(|| Fault::Sums(line.to_owned()))).collect()
}

fn check_sums(directory: &Path, keyring: Option<&Keyring>) -> Result<String, Fault> {
    let Some(keyring) = keyring else { return Ok("readable".to_owned()) };
    keyring.check_file(&directory.join(SUMS))?;
    Ok("signature".to_owned())
}

fn check_sum(path: &Path, sums: &BTreeMap<String, String>) -> Result<String, Fault> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let expected = sums.get(name.as_ref()).ok_or(Fault::NoSum)?;
    let found = dist::sha256(path).map_err(|error| Fault::Unreadable(error.to_string()))?;
    if *expected == found { Ok("checksum".to_owned()) } else { Err(Fault::Sum { found }) }
}

fn check_package(
    path: &Path,
    spec: &PackageSpec,
    tag: &str,
    sums: &BTreeMap<String, String>,
    keyring: Option<&Keyring>,
) -> Result<String, Fault> {
    let mut passed = vec![check_sum(path, sums)?];
    let package = Package::open(path).map_err(Fault::rpm)?;
    package.verify_digests().map_err(Fault::rpm)?;
    passed.push("digests".to_owned());
    if let Some(keyring) = keyring {
        keyring.check_package(path)?;
        passed.push("signature".to_owned());
    }
    check_identity(&package, spec, tag)?;
    check_files(&package, spec)?;
    passed.push(format!("{} files as in its spec", spec.paths().count()));
    for file in package.files().map_err(Fault::rpm)? {
        let file = file.map_err(Fault::rpm)?;
        let is_program = |listed: &&crate::spec::FileSpec| {
            file.metadata.path() == Path::new(&listed.path) && matches!(listed.from, Origin::Binary(_))
        };
        if spec.files.iter().any(|listed| is_program(&listed)) {
            program::check(file.content().unwrap_or_default()).map_err(Fault::Program)?;
            passed.push(format!(
                "{} stands alone on {}",
                file.metadata.path().display(),
                package::ARCHITECTURE
            ));
        }
    }
    Ok(passed.join(", "))
}

fn check_identity(package: &Package, spec: &PackageSpec, tag: &str) -> Result<(), Fault> {
    let metadata = &package.metadata;
    let found = metadata.get_nevra().map_err(Fault::rpm)?.to_string();
    let file_name = package::file_name(spec, tag);
    let expected = file_name.trim_end_matches(".rpm");
    // rpm writes an epoch of 0 or none, and a file name has none.
    if found.replacen("-0:", "-", 1) == expected { Ok(()) } else { Err(Fault::Identity { found }) }
}

fn check_files(package: &Package, spec: &PackageSpec) -> Result<(), Fault> {
    let entries = package.metadata.get_file_entries().map_err(Fault::rpm)?;
    let found: BTreeMap<String, u16> = entries
        .iter()
        .map(|entry| (entry.path().to_string_lossy().into_owned(), entry.mode().permissions()))
        .collect();
    for (path, mode) in spec.paths() {
        match (found.get(path), mode) {
            (None, _) => return Err(Fault::Missing(path.to_owned())),
            (Some(found), Some(mode)) if *found != mode => {
                return Err(Fault::Mode { path: path.to_owned(), found: *found, mode });
            }
            _ => {}
        }
    }
    let listed: BTreeSet<&str> = spec.paths().map(|(path, _)| path).collect();
    match found.keys().find(|path| !listed.contains(path.as_str())) {
        Some(path) => Err(Fault::Surplus(path.clone())),
        None => Ok(()),
    }
}

/// A public key in places of its own, so that no other key counts.
struct Keyring {
    directory: tempfile::TempDir,
}

impl Keyring {
    fn import(key: &Path) -> Result<Self, VerifyError> {
        let directory =
            tempfile::tempdir().map_err(|source| VerifyError::List { path: std::env::temp_dir(), source })?;
        let keyring = Self { directory };
        command::read(keyring.rpmkeys().arg("--import").arg(key))?;
        command::read(keyring.gpg().arg("--import").arg(key))?;
        Ok(keyring)
    }

    fn rpmkeys(&self) -> Command {
        let mut rpmkeys = Command::new("rpmkeys");
        rpmkeys.env("LC_ALL", "C").arg("--dbpath").arg(self.directory.path());
        rpmkeys
    }

    fn gpg(&self) -> Command {
        let mut gpg = Command::new("gpg");
        gpg.args(["--batch", "--quiet", "--homedir"]).arg(self.directory.path());
        gpg
    }

    fn check_package(&self, path: &Path) -> Result<(), Fault> {
        let said = command::read(self.rpmkeys().args(["--checksig", "--verbose"]).arg(path));
        let said = said.map_err(|error| Fault::Signature(error.to_string()))?;
        // An unsigned package passes rpm's own check, so the good signature has to be seen.
        let signed = |line: &str| line.contains("Header V4 RSA/SHA256 Signature") && line.ends_with(": OK");
        if said.lines().any(signed) { Ok(()) } else { Err(Fault::Unsigned) }
    }

    fn check_file(&self, path: &Path) -> Result<(), Fault> {
        let mut signature = path.as_os_str().to_owned();
        signature.push(".asc");
        let said = command::read(self.gpg().arg("--verify").arg(signature).arg(path));
        said.map(drop).map_err(|error| Fault::Signature(error.to_string()))
    }
}

/// What is wrong with one file.
#[derive(Debug, Clone, thiserror::Error)]
enum Fault {
    #[error("cannot be read: {0}")]
    Unreadable(String),
    #[error("has the line {0:?}, expected a checksum, two spaces and a file name")]
    Sums(String),
    #[error("has no line in {SUMS}")]
    NoSum,
    #[error("has the checksum {found}, which is not the one in {SUMS}")]
    Sum { found: String },
    #[error("is not an rpm whose digests fit: {0}")]
    Rpm(String),
    #[error("is not signed by the key: {0}")]
    Signature(String),
    #[error("is not signed")]
    Unsigned,
    #[error("says that it is {found}")]
    Identity { found: String },
    #[error("lacks {0}, which its spec lists")]
    Missing(String),
    #[error("has {0}, which its spec does not list")]
    Surplus(String),
    #[error("has {path} with the mode {found:o}, expected {mode:o}")]
    Mode { path: String, found: u16, mode: u16 },
    #[error("has a program that does not stand alone: {0}")]
    Program(program::ProgramError),
    #[error("does not belong here")]
    Unexpected,
}

impl Fault {
    fn rpm(error: rpm::Error) -> Self {
        Self::Rpm(error.to_string())
    }
}

/// A directory that does not hold what it should.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A spec could not be read.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The key could not be imported.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A directory could not be listed.
    #[error("{}: {source}", .path.display())]
    List {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Files are wrong; the lines above say which.
    #[error("{faults} of the files in {} are not what they should be", .directory.display())]
    Faults {
        /// The directory.
        directory: PathBuf,
        /// How many files.
        faults: usize,
    },
}
