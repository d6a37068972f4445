//! `cargo xtask bench`: the generator, the module and the asking of a fleet beside another program for the same work, in one
//! run each.

use std::process::Command;

use anyhow::Result;
use task::progress::Verbosity;
use task::{command, workspace};
use xtask::cargo;
use xtask::cli::Subject;
use xtask::dist::binaries;

use crate::{lab, setup};

/// Measures one subject, or generator and module one after the other, and prints their tables.
pub fn run(subject: Option<Subject>, verbosity: Verbosity) -> Result<()> {
    setup::run(false, verbosity)?;
    if matches!(subject, None | Some(Subject::Generator)) {
        generator("measure.py")?;
    }
    if subject == Some(Subject::Fleet) {
        generator("fleet.py")?;
        lab::measure_fleet(verbosity)?;
    }
    if matches!(subject, None | Some(Subject::Module)) {
        // The program is built as it is packaged.
        let bench = ["bench", "--quiet", "--profile", "dist", "--package", "bgp-community-services"];
        command::run(cargo::command().args(bench).args(["--bench", "full_table"]))?;
    }
    Ok(())
}

/// Runs a script of `generator/bench/` with the generator.
fn generator(script: &str) -> Result<()> {
    // The program is built as it is packaged.
    let programs = binaries::build(bgpcs::RELEASE, true)?;
    let build = ["build", "--quiet", "--release", "--package", "generate-pillar"];
    command::run(cargo::command().args(build).args(["--example", "make_authority"]))?;
    let mut python = Command::new(workspace::python_environment().join("bin/python"));
    python.arg(workspace::root().join("generator/bench").join(script));
    python.arg("--generator").arg(programs.join("generate_pillar"));
    python.arg("--make-authority").arg(workspace::target().join("release/examples/make_authority"));
    command::run(&mut python)
}
