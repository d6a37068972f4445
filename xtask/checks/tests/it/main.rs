//! The checks through their command line.

#![allow(clippy::unwrap_used, reason = "a test that cannot set up its ground fails")]

use std::process::{Command, Output};

fn checks(arguments: &[&str]) -> Command {
    let mut checks = Command::new(env!("CARGO_BIN_EXE_checks"));
    checks.args(arguments);
    checks
}

/// Runs a command that must fail, and returns what it said.
fn fail(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    assert!(!status.success(), "{command:?}: {stderr}");
    stderr
}

#[test]
fn what_does_not_exist_is_refused_with_what_does() {
    for (arguments, expected) in [
        (["lab", "4"].as_slice(), "error: there is no scenario 4; they are: install, change, "),
        (&["matrix", "--suite", "woody"], "error: there is no suite woody here; expected bullseye, "),
    ] {
        let stderr = fail(&mut checks(arguments));
        assert!(stderr.starts_with(expected), "{stderr}");
    }
}

#[test]
fn the_lab_lists_its_scenarios() {
    let list = checks(&["lab", "--list"]).output().unwrap();
    let list = String::from_utf8_lossy(&list.stdout);
    assert!(list.contains("\n  routing-fault   faults of the routing engine\n"), "{list}");
}

#[test]
fn advisories_that_cannot_be_checked_are_no_success() {
    let home = tempfile::tempdir().unwrap();
    let stderr = fail(checks(&["deny", "--advisories"]).env("CARGO_HOME", home.path()));
    assert!(
        stderr.contains("no database of advisories") && stderr.contains("cargo deny fetch db"),
        "{stderr}"
    );
}
