//! `cargo xtask test`: every test there is.

use std::process::Command;

use crate::command::{self, CommandError};
use crate::setup::{self, SetupError};
use crate::tidy::{self, TidyError};
use crate::{demo, lab, workspace};

/// Installs what the tests need, then runs the format check, the lints, the tests, the demonstration and the lab.
pub fn run() -> Result<(), TestError> {
    setup::run()?;
    tidy::run()?;
    cargo(&["fmt", "--check"])?;
    cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"])?;
    cargo(&["test", "--quiet", "--workspace", "--no-fail-fast"])?;
    demo::run()?;
    lab::run(&lab::Settings::default())?;
    Ok(())
}

fn cargo(arguments: &[&str]) -> Result<(), CommandError> {
    println!("\ncargo {}", arguments.join(" "));
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(workspace::root())
        .env("LAB_PYTHON", workspace::python_environment().join("bin/python"));
    command::run(cargo.args(arguments))
}

/// A test that failed, or could not be run.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// What the tests run is not there.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The source tree broke an invariant.
    #[error(transparent)]
    Tidy(#[from] TidyError),
    /// A cargo command failed; its output says more.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A scenario of the lab failed.
    #[error(transparent)]
    Lab(#[from] lab::LabError),
    /// The demonstration failed.
    #[error(transparent)]
    Demo(#[from] demo::DemoError),
}
