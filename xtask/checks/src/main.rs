//! The tasks that check the project: its rules, tests, lab, benchmarks and dependencies. `cargo xtask` runs this program.

mod bench;
mod deny;
mod fuzz;
mod lab;
mod matrix;
mod setup;
mod sizes;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use task::exit;
use task::progress::Verbosity;
use xtask::cli::Check;

/// The command line of `cargo xtask`, as far as this program has its tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    check: Check,
    #[arg(long, short, global = true)]
    quiet: bool,
}

fn main() -> ExitCode {
    let Arguments { check, quiet } = Arguments::parse();
    exit::status(run(check, Verbosity::Steps.quiet_if(quiet)))
}

fn run(check: Check, verbosity: Verbosity) -> Result<()> {
    match check {
        Check::Lab(options) => lab::run(&options, verbosity),
        Check::Setup { offline } => setup::run(offline, verbosity),
        Check::Test { quick: true, .. } => test::quick(verbosity),
        Check::Test { quick: false, offline } => test::all(offline, verbosity),
        Check::Matrix(options) => matrix::run(&options, verbosity),
        Check::Sizes => sizes::run(),
        Check::Bench { subject } => bench::run(subject, verbosity),
        Check::Fuzz { inputs } => fuzz::run(inputs, verbosity),
        Check::Deny { advisories } => deny::run(advisories),
        Check::Tidy => tidy::run(),
    }
}
