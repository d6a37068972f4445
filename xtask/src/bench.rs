//! `cargo xtask bench`: both halves beside a named peer on the same work, in one run each.

use std::process::Command;

use clap::ValueEnum;

use crate::command::{self, CommandError};
use crate::dist::binaries;
use crate::setup::{self, SetupError};
use crate::workspace;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Half {
    /// The pillar generator beside one that builds the whole tree, on an authority of ten thousand routers.
    Generator,
    /// The module beside the obvious client, on a bgpd with a million routes.
    Module,
}

/// Measures one half, or both one after the other, and prints their tables.
pub fn run(half: Option<Half>) -> Result<(), BenchError> {
    setup::run()?;
    if half != Some(Half::Module) {
        generator()?;
    }
    if half != Some(Half::Generator) {
        command::run(cargo().args([
            "bench",
            "--quiet",
            "--package",
            "bgp-community-services",
            "--bench",
            "full_table",
        ]))?;
    }
    Ok(())
}

fn generator() -> Result<(), CommandError> {
    // What is measured is what is packaged.
    let programs = binaries::build(true)?;
    command::run(cargo().args([
        "build",
        "--quiet",
        "--release",
        "--package",
        "generate-pillar",
        "--example",
        "make_authority",
    ]))?;
    let mut python = Command::new(workspace::python_environment().join("bin/python"));
    python.arg(workspace::root().join("generator/bench/measure.py"));
    python.arg("--generator").arg(programs.join("generate_pillar"));
    python.arg("--make-authority").arg(workspace::target().join("release/examples/make_authority"));
    command::run(&mut python)
}

fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(workspace::root());
    cargo
}

/// A measurement that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// What it runs is not there.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A program failed.
    #[error(transparent)]
    Command(#[from] CommandError),
}
