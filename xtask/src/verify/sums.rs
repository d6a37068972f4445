//! `SHA256SUMS`, to which everything else is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use crate::dist::checksum::{SUMS, sha256};

/// The checksums by file name.
#[derive(Default)]
pub struct Sums(BTreeMap<String, String>);

impl Sums {
    /// Reads those of a directory.
    pub fn read(directory: &Path) -> Result<Self> {
        let text = fs::read_to_string(directory.join(SUMS))?;
        let parse = |line: &str| line.split_once("  ").map(|(sum, name)| (name.to_owned(), sum.to_owned()));
        let expected =
            |line| format!("has the line {line:?}, expected a checksum, two spaces and a file name");
        let lines: Result<_> = text.lines().map(|line| parse(line).with_context(|| expected(line))).collect();
        lines.map(Self)
    }

    /// The checksum of a file by its name.
    pub fn of(&self, name: &str) -> Result<&str> {
        self.0.get(name).map(String::as_str).with_context(|| format!("has no line in {SUMS}"))
    }

    /// Whether a file has the content that it should have.
    pub fn check(&self, path: &Path) -> Result<String> {
        let expected = self.of(&path.file_name().unwrap_or_default().to_string_lossy())?;
        let found = sha256(path)?;
        ensure!(*expected == found, "has the checksum {found}, which is not the one in {SUMS}");
        Ok("checksum".to_owned())
    }

    /// The names of files, except these.
    pub fn besides(&self, expected: &BTreeSet<String>) -> Vec<&str> {
        self.0.keys().map(String::as_str).filter(|name| !expected.contains(*name)).collect()
    }

    /// Every file with its checksum, except one.
    pub fn without<'a>(&'a self, name: &str) -> BTreeMap<&'a str, &'a str> {
        let all = self.0.iter().map(|(name, sum)| (name.as_str(), sum.as_str()));
        all.filter(|(other, _)| *other != name).collect()
    }
}
