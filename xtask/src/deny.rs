//! `cargo xtask deny`: whether the dependencies are what `deny.toml` allows.

use std::process::Command;

use anyhow::Result;
use task::{command, workspace};

use crate::cargo;

/// The version of cargo-deny that reads the current licence names and lock files.
const CARGO_DENY: &str = "0.20.2";

/// Checks licences, bans and sources, and advisories if their database is on this machine. Downloads only cargo-deny, the
/// first time.
pub fn run() -> Result<()> {
    let program = cargo::install("cargo-deny", CARGO_DENY, &["--no-default-features"])?;
    let mut checks = vec!["licenses", "bans", "sources"];
    if workspace::cargo_home().is_some_and(|home| home.join("advisory-dbs").exists()) {
        checks.push("advisories");
    } else {
        println!("advisories: skipped, no database on this machine");
    }
    let mut deny = Command::new(program);
    command::run(deny.current_dir(workspace::root()).args(["--offline", "--locked", "check"]).args(checks))
}
