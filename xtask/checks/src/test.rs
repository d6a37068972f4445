//! `cargo xtask test`: all tests, or the quick ones.

use std::num::NonZero;
use std::thread;

use anyhow::Result;
use task::progress::{Progress, Verbosity};
use task::{command, workspace};
use xtask::cli::LabOptions;
use xtask::{cargo, demo};

use crate::{lab, setup, tidy};

/// What the names of tests contain that need root, a daemon or an installed tool: they are in a module called `real`.
const NOT_QUICK: &[&str] = &["real::"];

/// Installs what the tests need, then runs the checks, all tests, the demonstration and the lab.
pub fn all(offline: bool, verbosity: Verbosity) -> Result<()> {
    let steps = verbosity.steps("test", 7);
    steps.begin("what the tests need");
    setup::run(offline, verbosity)?;
    checks(&steps)?;
    steps.begin("tests");
    let environment: &[(&str, &str)] = if offline { &[("OFFLINE", "1")] } else { &[] };
    run(&["test", "--quiet", "--workspace", "--no-fail-fast"], environment)?;
    steps.begin("demonstration");
    demo::run(verbosity)?;
    steps.begin("lab");
    lab::run(&LabOptions::default(), verbosity)
}

/// Runs the checks, and the tests that need nothing but Rust.
pub fn quick(verbosity: Verbosity) -> Result<()> {
    let steps = verbosity.steps("test", 4);
    checks(&steps)?;
    steps.begin("tests that need nothing but Rust");
    let mut arguments = vec!["test", "--quiet", "--workspace", "--no-fail-fast", "--"];
    arguments.extend(NOT_QUICK.iter().flat_map(|name| ["--skip", name]));
    run(&arguments, &[])
}

fn checks(steps: &Progress) -> Result<()> {
    steps.begin("rules of the source tree");
    tidy::run()?;
    steps.begin("format");
    run(&["fmt", "--check"], &[])?;
    steps.begin("lints");
    run(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"], &[])
}

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let mut cargo = cargo::command();
    cargo.envs(environment.iter().copied());
    cargo.env("LAB_PYTHON", workspace::python_environment().join("bin/python"));
    // Most tests wait for a daemon nearly all the time.
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    cargo.env("RUST_TEST_THREADS", (2 * cores).to_string());
    command::run(cargo.args(arguments))
}
