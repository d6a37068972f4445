//! Whether a repository has the packages of its distribution, and metadata about just these.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use flate2::read::GzDecoder;
use fs_err as fs;
use roxmltree::{Document, Node};

use super::keyring::Keyring;
use super::report::{DOES_NOT_BELONG, Report, names};
use super::sums::Sums;
use crate::dist::checksum::sha256;
use crate::dist::repository::{INDEX, METADATA, REPOSITORY};

/// The lists of packages that dnf and yum read.
const LISTS: [&str; 3] = ["primary", "filelists", "other"];

/// Checks the repositories below a directory, one for each tag with the packages of these names.
pub fn check_all(
    directory: &Path,
    packages: &BTreeMap<&str, BTreeSet<String>>,
    sums: &Sums,
    keyring: Option<&Keyring>,
    report: &mut Report,
) -> Result<()> {
    for name in names(directory)? {
        if !packages.contains_key(name.as_str()) {
            report.line(&format!("{REPOSITORY}/{name}"), Err(anyhow!(DOES_NOT_BELONG)));
        }
    }
    for (tag, packages) in packages {
        let repository = directory.join(tag);
        let shown = format!("{REPOSITORY}/{tag}");
        let Ok(found) = names(&repository) else {
            report.line(&shown, Err(anyhow!("is missing; `dist --repo` makes it")));
            continue;
        };
        for name in packages {
            let path = repository.join(name);
            let checked = sums.check(&path).and_then(|passed| match keyring {
                Some(keyring) => keyring.check_package(&path).map(|()| format!("{passed}, signature")),
                None => Ok(passed),
            });
            report.line(&format!("{shown}/{name}"), checked);
        }
        for name in found.iter().filter(|name| !packages.contains(*name) && *name != METADATA) {
            report.line(&format!("{shown}/{name}"), Err(anyhow!(DOES_NOT_BELONG)));
        }
        let metadata = check_metadata(&repository.join(METADATA), packages, sums, keyring);
        report.line(&format!("{shown}/{METADATA}"), metadata);
    }
    Ok(())
}

fn check_metadata(
    directory: &Path,
    packages: &BTreeSet<String>,
    sums: &Sums,
    keyring: Option<&Keyring>,
) -> Result<String> {
    let index_path = directory.join(INDEX);
    let index = fs::read_to_string(&index_path)?;
    let mut passed = Vec::new();
    if let Some(keyring) = keyring {
        keyring.check_file(&index_path).with_context(|| INDEX)?;
        passed.push("signature".to_owned());
    }
    let index = Document::parse(&index).with_context(|| format!("{INDEX} is no XML"))?;
    let mut expected = BTreeSet::from([INDEX.to_owned(), format!("{INDEX}.asc")]);
    let wanted: BTreeMap<&str, &str> =
        packages.iter().map(|name| Ok((sums.of(name)?, name.as_str()))).collect::<Result<_>>()?;
    for kind in LISTS {
        let mut data = elements(index.root(), "data");
        let data = data.find(|data| data.attribute("type") == Some(kind));
        let data = data.with_context(|| format!("{INDEX} names no list {kind}"))?;
        let location = elements(data, "location").find_map(|location| location.attribute("href"));
        let name = location.and_then(|href| href.strip_prefix("repodata/"));
        let name = name.filter(|name| !name.contains('/'));
        let name = name.with_context(|| format!("{INDEX} names no file for the list {kind}"))?;
        let path = directory.join(name);
        let checksum = elements(data, "checksum").find_map(|checksum| checksum.text());
        ensure!(Some(sha256(&path)?.as_str()) == checksum, "{name} has not the checksum in {INDEX}");
        check_list(&path, kind, &wanted).with_context(|| name.to_owned())?;
        expected.insert(name.to_owned());
    }
    if let Some(name) = names(directory)?.iter().find(|name| !expected.contains(*name)) {
        bail!("{name} {DOES_NOT_BELONG}");
    }
    passed.push(format!("{} lists of {} packages", LISTS.len(), packages.len()));
    Ok(passed.join(", "))
}

/// Compares the packages of a list with those that there are, by checksum and file name.
fn check_list(path: &Path, kind: &str, wanted: &BTreeMap<&str, &str>) -> Result<()> {
    let mut text = String::new();
    GzDecoder::new(fs::File::open(path)?).read_to_string(&mut text)?;
    let list = Document::parse(&text)?;
    let mut found = BTreeSet::new();
    for package in elements(list.root(), "package") {
        let (checksum, location) = match kind {
            "primary" => (
                elements(package, "checksum").find_map(|checksum| checksum.text()),
                elements(package, "location").find_map(|location| location.attribute("href")),
            ),
            _ => (package.attribute("pkgid"), None),
        };
        let checksum = checksum.context("has a package without a checksum")?;
        let Some(name) = wanted.get(checksum) else {
            bail!("has a package with the checksum {checksum}, which is none of this directory")
        };
        let elsewhere = location.filter(|location| location != name);
        ensure!(elsewhere.is_none(), "has {name} at {}", elsewhere.unwrap_or_default());
        found.insert(*name);
    }
    match wanted.values().find(|name| !found.contains(*name)) {
        Some(name) => bail!("lacks {name}"),
        None => Ok(()),
    }
}

fn elements<'a, 'input: 'a>(
    within: Node<'a, 'input>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    within.descendants().filter(move |node| node.tag_name().name() == name)
}
