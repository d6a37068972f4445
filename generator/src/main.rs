//! The pillar generator's command.

use std::process::ExitCode;

use generate_pillar::{cli::Arguments, command};

fn main() -> ExitCode {
    command::execute(Arguments::from_command_line()).into()
}
