//! The project's tasks: packages, demonstration, tests. `cargo xtask help` lists them.

mod bench;
mod cargo;
mod cli;
mod demo;
mod deny;
mod dist;
mod fuzz;
mod lab;
mod matrix;
mod package;
mod release;
mod serve;
mod setup;
mod sizes;
mod test;
mod tidy;
mod verify;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use cli::{Arguments, Task};
use task::progress::Verbosity;

fn main() -> ExitCode {
    let Arguments { task, quiet } = Arguments::parse();
    match run(task, Verbosity::Steps.quiet_if(quiet)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task, verbosity: Verbosity) -> Result<()> {
    match task {
        Task::Demo => demo::run(verbosity),
        Task::Dist(options) => dist::run(&options, verbosity)?.print(options.json),
        Task::Verify { directory, key } => verify::run(&directory, key.as_deref()),
        Task::Serve { directory, listen } => serve::run(directory, listen),
        Task::Lab(options) => lab::run(&options, verbosity),
        Task::ReleaseNotes => release::notes().map(|notes| print!("{notes}")),
        Task::Setup { offline } => setup::run(offline, verbosity),
        Task::Test { quick: true, .. } => test::quick(verbosity),
        Task::Test { quick: false, offline } => test::all(offline, verbosity),
        Task::Matrix(options) => matrix::run(&options, verbosity),
        Task::Sizes => sizes::run(),
        Task::Bench { subject } => bench::run(subject, verbosity),
        Task::Fuzz { inputs } => fuzz::run(inputs, verbosity),
        Task::Deny { advisories } => deny::run(advisories),
        Task::Tidy => tidy::run(),
    }
}
