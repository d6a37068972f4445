//! The pillar generator's command.

use std::process::ExitCode;

use generate_pillar::command;
use generate_pillar_cli::Arguments;

fn main() -> ExitCode {
    command::execute(Arguments::from_command_line()).into()
}
