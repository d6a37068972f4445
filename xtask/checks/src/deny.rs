//! `cargo xtask deny`: whether the dependencies are what `deny.toml` allows.

use std::process::Command;

use anyhow::{Result, ensure};
use task::{command, workspace};
use xtask::cargo;

/// The version of cargo-deny that reads the current licence names and lock files.
const CARGO_DENY: &str = "0.20.2";

/// Checks licences, bans and sources, and advisories if they are asked for or their database is on this machine. Downloads
/// only cargo-deny, the first time.
///
/// # Errors
/// When a dependency is not allowed, and when advisories are asked for and there is no database.
pub fn run(advisories: bool) -> Result<()> {
    let has_database = workspace::cargo_home().is_some_and(|home| home.join("advisory-dbs").exists());
    ensure!(
        has_database || !advisories,
        "no database of advisories on this machine; fetch it with: cargo deny fetch db"
    );
    let program = cargo::install("cargo-deny", CARGO_DENY, &["--no-default-features"])?;
    let mut checks = vec!["licenses", "bans", "sources"];
    if has_database {
        checks.push("advisories");
    } else {
        println!("advisories: not asked for, and no database on this machine");
    }
    let mut deny = Command::new(program);
    command::run(deny.current_dir(workspace::root()).args(["--offline", "--locked", "check"]).args(checks))
}
