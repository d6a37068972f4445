//! `cargo xtask verify`: whether a directory has what `dist` writes, complete and signed.

mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail, ensure};
use fs_err as fs;
use rpm::Package;
use task::{command, workspace};

use crate::dist::{self, SUMS};
use crate::package::spec::{self, FileSpec, Origin, PackageSpec};
use crate::package::{self, template};

/// The fault of a file that rpm cannot read.
const NO_RPM: &str = "is not an rpm whose digests fit";

/// Checks every file and prints a line for each.
///
/// `key` is the file of the ASCII-armored public key with which packages and checksums must be signed; without it
/// signatures are not checked.
pub fn run(directory: &Path, key: Option<&Path>) -> Result<()> {
    let specs = spec::read_all(&workspace::root().join("rpm-specs"), &template::variables())?;
    let keyring = key.map(Keyring::import).transpose()?;
    let mut faults = 0;
    let mut report = |name: &str, result: Result<String>| match result {
        Ok(what) => println!("ok      {name}: {what}"),
        Err(fault) => {
            faults += 1;
            println!("FAILED  {name}: {fault:#}");
        }
    };
    let sums = match read_sums(directory) {
        Ok(sums) => {
            report(SUMS, check_sums(directory, keyring.as_ref()));
            sums
        }
        Err(fault) => {
            report(SUMS, Err(fault));
            BTreeMap::new()
        }
    };
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
        report(&name, Err(anyhow!("does not belong here")));
    }
    ensure!(faults == 0, "{faults} of the files in {} are not what they should be", directory.display());
    Ok(())
}

/// The files of the directory that no spec has.
fn unexpected(directory: &Path, expected: &BTreeSet<String>) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_file() && !expected.contains(&name) {
            names.insert(name);
        }
    }
    Ok(names)
}

/// The checksums of the directory by file name.
fn read_sums(directory: &Path) -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(directory.join(SUMS))?;
    let parse = |line: &str| line.split_once("  ").map(|(sum, name)| (name.to_owned(), sum.to_owned()));
    let expected = |line| format!("has the line {line:?}, expected a checksum, two spaces and a file name");
    text.lines().map(|line| parse(line).with_context(|| expected(line))).collect()
}

fn check_sums(directory: &Path, keyring: Option<&Keyring>) -> Result<String> {
    let Some(keyring) = keyring else { return Ok("readable".to_owned()) };
    keyring.check_file(&directory.join(SUMS))?;
    Ok("signature".to_owned())
}

fn check_sum(path: &Path, sums: &BTreeMap<String, String>) -> Result<String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let expected = sums.get(name.as_ref()).with_context(|| format!("has no line in {SUMS}"))?;
    let found = dist::sha256(path)?;
    ensure!(*expected == found, "has the checksum {found}, which is not the one in {SUMS}");
    Ok("checksum".to_owned())
}

fn check_package(
    path: &Path,
    spec: &PackageSpec,
    tag: &str,
    sums: &BTreeMap<String, String>,
    keyring: Option<&Keyring>,
) -> Result<String> {
    let mut passed = vec![check_sum(path, sums)?];
    let package = Package::open(path).context(NO_RPM)?;
    package.verify_digests().context(NO_RPM)?;
    passed.push("digests".to_owned());
    if let Some(keyring) = keyring {
        keyring.check_package(path)?;
        passed.push("signature".to_owned());
    }
    check_identity(&package, spec, tag)?;
    check_files(&package, spec)?;
    passed.push(format!("{} files as in its spec", spec.paths().count()));
    for file in package.files().context(NO_RPM)? {
        let file = file.context(NO_RPM)?;
        let is_program = |listed: &&FileSpec| {
            file.metadata.path() == Path::new(&listed.path) && matches!(listed.from, Origin::Binary(_))
        };
        if spec.files.iter().any(|listed| is_program(&listed)) {
            program::check(file.content().unwrap_or_default())
                .context("has a program that needs more than its machine")?;
            passed.push(format!("{} is static on {}", file.metadata.path().display(), package::ARCHITECTURE));
        }
    }
    Ok(passed.join(", "))
}

fn check_identity(package: &Package, spec: &PackageSpec, tag: &str) -> Result<()> {
    let metadata = &package.metadata;
    let found = metadata.get_nevra().context(NO_RPM)?.to_string();
    let file_name = package::file_name(spec, tag);
    let expected = file_name.trim_end_matches(".rpm");
    // rpm writes an epoch of 0 or none, and a file name has none.
    ensure!(found.replacen("-0:", "-", 1) == expected, "says that it is {found}");
    Ok(())
}

fn check_files(package: &Package, spec: &PackageSpec) -> Result<()> {
    let entries = package.metadata.get_file_entries().context(NO_RPM)?;
    let found: BTreeMap<String, u16> = entries
        .iter()
        .map(|entry| (entry.path().to_string_lossy().into_owned(), entry.mode().permissions()))
        .collect();
    for (path, mode) in spec.paths() {
        let found = *found.get(path).with_context(|| format!("lacks {path}, which its spec lists"))?;
        let expected = mode.unwrap_or(found);
        ensure!(found == expected, "has {path} with the mode {found:o}, expected {expected:o}");
    }
    let listed: BTreeSet<&str> = spec.paths().map(|(path, _)| path).collect();
    match found.keys().find(|path| !listed.contains(path.as_str())) {
        Some(path) => bail!("has {path}, which its spec does not list"),
        None => Ok(()),
    }
}

/// A keyring with only one public key.
struct Keyring {
    directory: tempfile::TempDir,
}

impl Keyring {
    fn import(key: &Path) -> Result<Self> {
        let keyring = Self { directory: tempfile::tempdir()? };
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

    fn check_package(&self, path: &Path) -> Result<()> {
        let report = command::read(self.rpmkeys().args(["--checksig", "--verbose"]).arg(path));
        let report = report.context("is not signed by the key")?;
        // An unsigned package passes rpm's own check, so there must be a line about a good signature.
        let signed = |line: &str| line.contains("Header V4 RSA/SHA256 Signature") && line.ends_with(": OK");
        ensure!(report.lines().any(signed), "is not signed");
        Ok(())
    }

    fn check_file(&self, path: &Path) -> Result<()> {
        let mut signature = path.as_os_str().to_owned();
        signature.push(".asc");
        let verified = command::read(self.gpg().arg("--verify").arg(signature).arg(path));
        verified.map(drop).context("is not signed by the key")
    }
}
