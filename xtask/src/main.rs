//! The project's tasks. `cargo xtask help` lists them.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use task::exit;
use task::progress::Verbosity;
use xtask::cli::{Arguments, Task};
use xtask::{cargo, demo, dist, release, serve, verify};

fn main() -> ExitCode {
    let Arguments { task, quiet } = Arguments::parse();
    exit::status(run(task, Verbosity::Steps.quiet_if(quiet)))
}

fn run(task: Task, verbosity: Verbosity) -> Result<()> {
    match task {
        Task::Demo => demo::run(verbosity),
        Task::Dist(options) => dist::run(&options, verbosity)?.print(options.json),
        Task::Verify { directory, key } => verify::run(&directory, key.as_deref()),
        Task::Serve { directory, listen } => serve::run(directory, listen),
        Task::ReleaseNotes => release::notes().map(|notes| print!("{notes}")),
        Task::Check(_) => check(verbosity),
    }
}

/// Becomes the program of the checks, compiled if need be, which reads the same command line.
fn check(verbosity: Verbosity) -> Result<()> {
    let mut checks = cargo::command();
    checks.args(["run", "--package", "checks"]);
    checks.args((verbosity == Verbosity::Quiet).then_some("--quiet"));
    Err(checks.arg("--").args(env::args_os().skip(1)).exec()).context("cannot start cargo")
}
