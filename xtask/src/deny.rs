//! `cargo xtask deny`: whether the dependencies are what `deny.toml` allows.

use std::process::Command;

use crate::command::{self, CommandError};
use crate::workspace;

/// The version of cargo-deny that reads today's licence names and lock files.
const CARGO_DENY: &str = "0.20.2";

/// Checks licences, bans and sources, and advisories where their database is on this machine; nothing is fetched but
/// cargo-deny itself, the first time.
pub fn run() -> Result<(), CommandError> {
    let root = workspace::target().join("cargo-deny");
    let program = root.join("bin/cargo-deny");
    if !program.exists() {
        let mut install = Command::new(env!("CARGO"));
        install.args([
            "install",
            "--quiet",
            "--locked",
            "--no-default-features",
            "cargo-deny",
            "--version",
            CARGO_DENY,
        ]);
        command::run(install.arg("--root").arg(&root).arg("--target-dir").arg(root.join("target")))?;
    }
    let mut checks = vec!["licenses", "bans", "sources"];
    if workspace::cargo_home().is_some_and(|home| home.join("advisory-dbs").exists()) {
        checks.push("advisories");
    } else {
        println!("no database of advisories on this machine: licences, bans and sources are checked");
    }
    let mut deny = Command::new(program);
    command::run(deny.current_dir(workspace::root()).args(["--offline", "--locked", "check"]).args(checks))
}
