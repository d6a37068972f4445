//! How a program of the tasks ends.

use std::process::ExitCode;

use anyhow::Result;

/// The status with which it ends. An error is printed with its causes.
pub fn status(outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
