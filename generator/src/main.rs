//! The pillar generator's command.

use std::process::ExitCode;

use clap::Parser;
use generate_pillar::{cli::Arguments, command};

fn main() -> ExitCode {
    command::run(Arguments::parse()).into()
}
