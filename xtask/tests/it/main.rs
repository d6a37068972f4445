//! The tasks through their command line.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up its ground fails")]

mod commands;
mod notes;
mod real;

use std::process::Command;

/// Runs a command that must succeed, and returns its standard output.
fn succeed(command: &mut Command) -> String {
    let output = command.env("LC_ALL", "C").output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}; run `cargo xtask setup`"));
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{command:?}: {}\n{stdout}{stderr}", output.status);
    stdout.into_owned()
}
