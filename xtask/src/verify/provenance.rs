//! Whether the provenance is about these files.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use fs_err as fs;
use serde_json::Value;

use super::sums::Sums;
use crate::dist::provenance::{PREDICATE, STATEMENT, file_name, lock_digest};

/// Checks the statement in a directory; says which commit it names.
pub fn check(directory: &Path, sums: &Sums) -> Result<String> {
    let path = directory.join(file_name());
    let checksum = sums.check(&path)?;
    let statement: Value = serde_json::from_str(&fs::read_to_string(&path)?).context("is no JSON")?;
    for (key, expected) in [("_type", STATEMENT), ("predicateType", PREDICATE)] {
        ensure!(statement[key] == expected, "has the {key} {}, expected {expected:?}", statement[key]);
    }
    let subjects = statement["subject"].as_array().map(Vec::as_slice).unwrap_or_default();
    let subjects: BTreeMap<&str, &str> = subjects
        .iter()
        .filter_map(|subject| Some((subject["name"].as_str()?, subject["digest"]["sha256"].as_str()?)))
        .collect();
    let expected = sums.without(&file_name());
    if let Some((name, _)) = expected.iter().find(|(name, sum)| subjects.get(**name) != Some(*sum)) {
        bail!("does not name {name} with the checksum that it has");
    }
    if let Some(name) = subjects.keys().find(|name| !expected.contains_key(**name)) {
        bail!("names {name}, which does not belong here");
    }
    let dependencies = &statement["predicate"]["buildDefinition"]["resolvedDependencies"];
    let digest = |name: &str, kind: &str| {
        let named = dependencies.as_array()?.iter().find(|dependency| dependency["name"] == name)?;
        named["digest"][kind].as_str().map(str::to_owned)
    };
    let lock = digest("Cargo.lock", "sha256").context("names no Cargo.lock")?;
    ensure!(lock == lock_digest()?, "names another Cargo.lock than the one of this source");
    digest("rustc", "gitCommit").context("names no compiler")?;
    let commit = digest("source", "gitCommit").unwrap_or_else(|| "that git does not know".to_owned());
    Ok(format!("{checksum}, of the commit {commit}"))
}
