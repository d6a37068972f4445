//! The packages of the release before, built from its commit, for the tests of upgrades and downgrades.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use fs_err as fs;
use task::{command, workspace};

use crate::dist::checksum::SUMS;

/// The release before, and its commit.
const VERSION: &str = "4.1.0";
const COMMIT: &str = "19f03c6f592ff1054eac1acacbeb6c90bfe05011";

/// What lets the programs of packages be built fast, for tests of what they do.
pub const UNOPTIMIZED: [(&str, &str); 3] = [
    ("CARGO_PROFILE_DIST_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_DIST_LTO", "off"),
    ("CARGO_PROFILE_DIST_CODEGEN_UNITS", "16"),
];

/// Where the packages are.
pub fn directory() -> PathBuf {
    workspace::lab().join("releases").join(VERSION)
}

/// Builds the packages below the lab's folder if they are not there. A clone without the commit cannot, and says so.
///
/// What the programs do is tested, not how fast they are: without optimization they are built in a fraction of the time.
pub fn build() -> Result<()> {
    let directory = directory();
    // The sums are written when all packages are.
    if directory.join(SUMS).exists() {
        return Ok(());
    }
    let git = || {
        let mut git = Command::new("git");
        git.current_dir(workspace::root());
        git
    };
    if command::read(git().args(["cat-file", "-e", &format!("{COMMIT}^{{commit}}")])).is_err() {
        println!(
            "the packages of release {VERSION} are not built: its commit {COMMIT} is not in this clone; \
             `git fetch --unshallow` brings it"
        );
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let archive = scratch.path().join("source.tar");
    command::read(git().args(["archive", "--output"]).arg(&archive).arg(COMMIT))?;
    command::read(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(scratch.path()))?;
    fs::create_dir_all(&directory)?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(scratch.path()).env("CARGO_TARGET_DIR", std::path::absolute(workspace::target())?);
    cargo.env("GIT_CEILING_DIRECTORIES", scratch.path());
    cargo.envs(UNOPTIMIZED);
    cargo.args(["run", "--quiet", "--package", "xtask", "--", "dist", "--out"]);
    command::read(cargo.arg(std::path::absolute(&directory)?)).map(drop)
}
