//! Running other programs.

use std::io;
use std::process::{Command, ExitStatus, Output};

/// Runs a command to its end with the terminal of this one.
pub fn run(command: &mut Command) -> Result<(), CommandError> {
    let status = command.status().map_err(|source| not_started(command, source))?;
    if status.success() { Ok(()) } else { Err(failed(command, status, String::new())) }
}

/// Runs a command to its end and gives what it wrote to standard output.
pub fn read(command: &mut Command) -> Result<String, CommandError> {
    let Output { status, stdout, stderr } =
        command.output().map_err(|source| not_started(command, source))?;
    if status.success() {
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    } else {
        Err(failed(command, status, format!(": {}", String::from_utf8_lossy(&stderr).trim())))
    }
}

fn not_started(command: &Command, source: io::Error) -> CommandError {
    CommandError::NotStarted { program: command.get_program().to_string_lossy().into_owned(), source }
}

fn failed(command: &Command, status: ExitStatus, said: String) -> CommandError {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    CommandError::Failed { line, status, said }
}

/// A program that could not be run, or that failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Most likely it is not installed.
    #[error("cannot start {program}: {source}; `cargo xtask setup` installs what the tasks need")]
    NotStarted {
        /// As it was called.
        program: String,
        /// Why it could not be started.
        source: io::Error,
    },
    /// It ended with another status than 0.
    #[error("`{line}` failed, {status}{said}")]
    Failed {
        /// The program and its arguments.
        line: String,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote to standard error, if that was not shown already.
        said: String,
    },
}
