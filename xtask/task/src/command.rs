//! Running other programs.

use std::process::{Command, ExitStatus, Output};

use anyhow::{Context, Error, Result, anyhow};

/// Runs a command to its end on this terminal; another status than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| not_started(command))?;
    if status.success() { Ok(()) } else { Err(failed(command, status, "")) }
}

/// Runs a command to its end and returns its standard output; another status than 0 is an error that has its standard
/// error, or what it printed if that is empty.
pub fn read(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } = output(command)?;
    if status.success() {
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    } else {
        let told = if stderr.trim_ascii().is_empty() { stdout } else { stderr };
        Err(failed(command, status, &String::from_utf8_lossy(&told)))
    }
}

/// Runs a command to its end and returns its status and output; only a command that does not start is an error.
pub fn output(command: &mut Command) -> Result<Output> {
    command.output().with_context(|| not_started(command))
}

fn not_started(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    format!("cannot start {program}; `cargo xtask setup` installs what the tasks need")
}

fn failed(command: &Command, status: ExitStatus, told: &str) -> Error {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    match told.trim() {
        "" => anyhow!("`{line}` failed, {status}"),
        told => anyhow!("`{line}` failed, {status}: {told}"),
    }
}
