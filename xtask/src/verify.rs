//! `cargo xtask verify`: whether a directory has what `dist` writes, complete and signed, and nothing else.

mod keyring;
mod program;
mod provenance;
mod report;
mod repository;
mod sums;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use fs_err as fs;
use rpm::Package;
use task::workspace;

use crate::dist::checksum::SUMS;
use crate::dist::repository::REPOSITORY;
use crate::dist::{self, binaries};
use crate::package::dependencies::Dependencies;
use crate::package::spec::{self, FileSpec, Origin, PackageSpec};
use crate::package::{self, template};
use crate::release::source;
use keyring::Keyring;
use report::{DOES_NOT_BELONG, Report, names};
use sums::Sums;

/// The fault of a file that rpm cannot read.
const NO_RPM: &str = "is not an rpm whose digests fit";

/// Checks every file and prints a line for each.
///
/// `key` is the file of the ASCII-armored public key with which packages, checksums and the metadata of repositories must be
/// signed; without it signatures are not checked.
pub fn run(directory: &Path, key: Option<&Path>) -> Result<()> {
    ensure!(
        directory.is_dir(),
        "there is no directory {}; `cargo xtask dist` writes one, to target/packages unless told otherwise",
        directory.display()
    );
    let specs = spec::read_all(&workspace::root().join("rpm-specs"), &template::variables())?;
    let keyring = key.map(Keyring::import).transpose()?;
    let keyring = keyring.as_ref();
    let mut report = Report::default();
    let sums = Sums::read(directory).unwrap_or_else(|fault| {
        report.line(SUMS, Err(fault));
        Sums::default()
    });
    let mut expected = BTreeSet::new();
    let mut packages: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let dependencies = Dependencies::read(binaries::TARGET)?;
    for spec in &specs {
        for tag in &spec.tags {
            let name = package::file_name(spec, tag, bgpcs::RELEASE);
            report.line(&name, check_package(&directory.join(&name), spec, tag, &sums, keyring));
            expected.insert(name.clone());
            packages.entry(tag).or_default().insert(name);
        }
        let name = dist::bill_of_materials_name(spec);
        report.line(&name, check_bill(&directory.join(&name), spec, &dependencies, &sums));
        expected.insert(name);
    }
    report.line(&dist::provenance::file_name(), provenance::check(directory, &sums));
    expected.insert(dist::provenance::file_name());
    report.line(SUMS, check_sums(directory, &sums, &expected, keyring));
    expected.extend([SUMS.to_owned(), format!("{SUMS}.asc"), REPOSITORY.to_owned()]);
    for name in names(directory)?.iter().filter(|name| !expected.contains(*name)) {
        let fault = match source::is_marked(name) {
            true => "was built from a tree with uncommitted changes; build a release from a commit",
            false => DOES_NOT_BELONG,
        };
        report.line(name, Err(anyhow!(fault)));
    }
    let repositories = directory.join(REPOSITORY);
    if repositories.exists() {
        repository::check_all(&repositories, &packages, &sums, keyring, &mut report)?;
    }
    let faults = report.faults();
    ensure!(faults == 0, "{faults} of the files in {} are not what they should be", directory.display());
    Ok(())
}

fn check_sums(
    directory: &Path,
    sums: &Sums,
    expected: &BTreeSet<String>,
    keyring: Option<&Keyring>,
) -> Result<String> {
    if let [name, ..] = sums.besides(expected)[..] {
        bail!("names {name}, which {DOES_NOT_BELONG}");
    }
    let Some(keyring) = keyring else { return Ok("readable".to_owned()) };
    keyring.check_file(&directory.join(SUMS))?;
    Ok("signature".to_owned())
}

fn check_bill(path: &Path, spec: &PackageSpec, dependencies: &Dependencies, sums: &Sums) -> Result<String> {
    let checksum = sums.check(path)?;
    let is_it = fs::read_to_string(path)? == dist::bill_of_materials(spec, dependencies)?;
    ensure!(is_it, "is not the bill of materials of {} by this source", spec.name);
    Ok(format!("{checksum}, libraries as in Cargo.lock"))
}

fn check_package(
    path: &Path,
    spec: &PackageSpec,
    tag: &str,
    sums: &Sums,
    keyring: Option<&Keyring>,
) -> Result<String> {
    let mut passed = vec![sums.check(path)?];
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
    let file_name = package::file_name(spec, tag, bgpcs::RELEASE);
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
