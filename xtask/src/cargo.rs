//! Running cargo.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use task::{command, workspace};

/// The cargo that built the tasks, in the root of the workspace.
pub fn command() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(workspace::root());
    cargo
}

/// Installs a version of a cargo tool below `target/`, if it is not there, and returns the path of its program. It is built
/// without optimization: a run of it takes seconds, and optimizing it minutes.
pub fn install(name: &str, version: &str, options: &[&str]) -> Result<PathBuf> {
    let root = workspace::target().join(name);
    let program = root.join("bin").join(name);
    if !program.exists() {
        let mut install = command();
        install.args(["install", "--quiet", "--debug", "--locked", name, "--version", version]).args(options);
        // Nobody debugs them.
        install.env("CARGO_PROFILE_DEV_DEBUG", "false");
        command::run(install.arg("--root").arg(&root).arg("--target-dir").arg(root.join("target")))?;
    }
    Ok(program)
}
