//! `cargo xtask test`: all tests, or the quick ones.

use anyhow::Result;
use task::{command, workspace};

use crate::lab::LabOptions;
use crate::{cargo, demo, lab, setup, tidy};

/// What the names of tests contain that need root, a daemon or an installed tool: they are in a module called `real`.
const NOT_QUICK: &[&str] = &["real::"];

/// Installs what the tests need, then runs the checks, all tests, the demonstration and the lab.
pub fn all(offline: bool) -> Result<()> {
    setup::run(offline)?;
    checks()?;
    let environment: &[(&str, &str)] = if offline { &[("OFFLINE", "1")] } else { &[] };
    run(&["test", "--quiet", "--workspace", "--no-fail-fast"], environment)?;
    demo::run()?;
    lab::run(&LabOptions::default())
}

/// Runs the checks, and the tests that need nothing but Rust.
pub fn quick() -> Result<()> {
    checks()?;
    let mut arguments = vec!["test", "--quiet", "--workspace", "--no-fail-fast", "--"];
    arguments.extend(NOT_QUICK.iter().flat_map(|name| ["--skip", name]));
    run(&arguments, &[])
}

fn checks() -> Result<()> {
    println!("cargo xtask tidy");
    tidy::run()?;
    run(&["fmt", "--check"], &[])?;
    run(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"], &[])
}

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    println!("\ncargo {}", arguments.join(" "));
    let mut cargo = cargo::command();
    cargo.envs(environment.iter().copied());
    cargo.env("LAB_PYTHON", workspace::python_environment().join("bin/python"));
    command::run(cargo.args(arguments))
}
