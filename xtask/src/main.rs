//! The project's tasks: packages, demonstration, tests. `cargo xtask help` lists them.

mod bench;
mod changelog;
mod cli;
mod command;
mod contents;
mod demo;
mod deny;
mod dependencies;
mod dist;
mod fuzz;
mod lab;
mod package;
mod release;
mod serve;
mod setup;
mod spec;
mod template;
mod test;
mod tidy;
mod verify;
mod workspace;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

use cli::{Arguments, DistArguments, LabArguments, Task};

fn main() -> ExitCode {
    let result: Result<(), Box<dyn Error>> = match Arguments::parse().task {
        Task::Demo => demo::run().map_err(Into::into),
        Task::Dist(arguments) => distribute(arguments),
        Task::Verify { directory, key } => verify::run(&directory, key.as_deref()).map_err(Into::into),
        Task::Serve { directory, listen } => serve::run(directory, listen).map_err(Into::into),
        Task::Lab(LabArguments { scenarios, keep, scale }) => {
            lab::run(&lab::Settings { keep, scenarios, scale }).map_err(Into::into)
        }
        Task::ReleaseNotes => release::notes().map(|notes| print!("{notes}")).map_err(Into::into),
        Task::Setup => setup::run().map_err(Into::into),
        Task::Test => test::run().map_err(Into::into),
        Task::Bench { half } => bench::run(half).map_err(Into::into),
        Task::Fuzz { inputs } => fuzz::run(inputs).map_err(Into::into),
        Task::Deny => deny::run().map_err(Into::into),
        Task::Tidy => tidy::run().map_err(Into::into),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn distribute(DistArguments { out, sign, repo, json }: DistArguments) -> Result<(), Box<dyn Error>> {
    let default = dist::Settings::default();
    let settings = dist::Settings { out: out.unwrap_or(default.out), sign, repository: repo };
    let distribution = dist::run(&settings)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&distribution)?);
    } else {
        for path in distribution.packages.iter().chain(&distribution.repositories) {
            println!("{}", path.display());
        }
    }
    Ok(())
}
