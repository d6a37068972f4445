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

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Demo => demo::run(),
        Task::Dist(options) => dist::run(&options)?.print(options.json),
        Task::Verify { directory, key } => verify::run(&directory, key.as_deref()),
        Task::Serve { directory, listen } => serve::run(directory, listen),
        Task::Lab(options) => lab::run(&options),
        Task::ReleaseNotes => release::notes().map(|notes| print!("{notes}")),
        Task::Setup { offline } => setup::run(offline),
        Task::Test { quick: true, .. } => test::quick(),
        Task::Test { quick: false, offline } => test::all(offline),
        Task::Matrix(options) => matrix::run(&options),
        Task::Sizes => sizes::run(),
        Task::Bench { half } => bench::run(half),
        Task::Fuzz { inputs } => fuzz::run(inputs),
        Task::Deny { advisories } => deny::run(advisories),
        Task::Tidy => tidy::run(),
    }
}
