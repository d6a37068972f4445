//! `cargo xtask bench`: the generator and the module beside another program for the same work, in one run each.

use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;
use task::progress::Verbosity;
use task::{command, workspace};

use crate::dist::binaries;
use crate::{cargo, setup};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Half {
    /// The pillar generator beside one that builds the whole tree, on an authority of ten thousand routers.
    Generator,
    /// The module beside the obvious client, on a bgpd with a million routes.
    Module,
}

/// Measures one half, or both one after the other, and prints their tables.
pub fn run(half: Option<Half>, verbosity: Verbosity) -> Result<()> {
    setup::run(false, verbosity)?;
    if half != Some(Half::Module) {
        generator()?;
    }
    if half != Some(Half::Generator) {
        let bench = ["bench", "--quiet", "--package", "bgp-community-services", "--bench", "full_table"];
        command::run(cargo::command().args(bench))?;
    }
    Ok(())
}

fn generator() -> Result<()> {
    // The program is built as it is packaged.
    let programs = binaries::build(bgpcs::RELEASE, true)?;
    let build = ["build", "--quiet", "--release", "--package", "generate-pillar"];
    command::run(cargo::command().args(build).args(["--example", "make_authority"]))?;
    let mut python = Command::new(workspace::python_environment().join("bin/python"));
    python.arg(workspace::root().join("generator/bench/measure.py"));
    python.arg("--generator").arg(programs.join("generate_pillar"));
    python.arg("--make-authority").arg(workspace::target().join("release/examples/make_authority"));
    command::run(&mut python)
}
