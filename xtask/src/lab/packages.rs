//! The packages that the lab installs: this version's, and the next one's for upgrades.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::{LabError, at};
use crate::command;
use crate::dist;
use crate::workspace;

/// How git lists the files of the source tree, also those that are new.
const LIST_SOURCE: [&str; 4] = ["ls-files", "--cached", "--others", "--exclude-standard"];

/// The files in which the version stands, and what stands before it.
const VERSIONED: [(&str, &str); 2] = [("Cargo.toml", "version = \""), ("CHANGELOG.md", "## Release ")];

/// The packages of two versions, by their directories.
pub struct Packages {
    /// This version's.
    pub current: PathBuf,
    /// The next version's; the same source but for the version.
    pub next: PathBuf,
}

impl Packages {
    /// Builds the packages of both versions.
    pub fn build() -> Result<Self, LabError> {
        let packages = super::directory().join("packages");
        let current = packages.join(bgpcs::VERSION);
        dist::run(&dist::Settings { out: current.clone(), ..Default::default() })?;
        let next = packages.join(next_version());
        build_next(&next)?;
        Ok(Self { current, next })
    }
}

/// The version that comes after this one.
pub fn next_version() -> String {
    let (minor, patch) = bgpcs::VERSION.rsplit_once('.').unwrap_or((bgpcs::VERSION, ""));
    format!("{minor}.{}", patch.parse::<u32>().unwrap_or(0) + 1)
}

/// Builds the next version's packages from a copy of the source that differs in nothing but the version.
fn build_next(out: &Path) -> Result<(), LabError> {
    let copy = super::directory().join("next");
    copy_source(&copy)?;
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&copy).env("CARGO_TARGET_DIR", workspace::target()).env("SOURCE_DATE_EPOCH", "0");
        // This repository's tags are not those of the copy.
        cargo.env("GIT_CEILING_DIRECTORIES", super::directory());
        cargo.args(arguments);
        cargo
    };
    command::run(&mut cargo(&["update", "--quiet", "--offline", "--workspace"]))?;
    let mut dist = cargo(&["run", "--quiet", "--package", "xtask", "--", "dist", "--out"]);
    command::run(dist.arg(out).stdout(std::process::Stdio::null()))?;
    Ok(())
}

/// Copies every file that git tracks or would track; what is the same already keeps its time, so that cargo builds only
/// what changed.
fn copy_source(copy: &Path) -> Result<(), LabError> {
    let files = command::read(Command::new("git").current_dir(workspace::root()).args(LIST_SOURCE))?;
    // A file that is deleted in the work tree is still listed.
    for file in files.lines().filter(|file| workspace::root().join(file).exists()) {
        let source = workspace::root().join(file);
        let mut content = fs::read(&source).map_err(at(&source))?;
        if let Some((_, start)) = VERSIONED.iter().find(|(versioned, _)| *versioned == file) {
            let version = |version: &str| format!("{start}{version}");
            let text = String::from_utf8_lossy(&content);
            content = text.replacen(&version(bgpcs::VERSION), &version(&next_version()), 1).into_bytes();
        }
        let target = copy.join(file);
        if fs::read(&target).is_ok_and(|existing| existing == content) {
            continue;
        }
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        fs::write(&target, content).map_err(at(&target))?;
    }
    Ok(())
}
