use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
}

#[test]
fn an_unknown_scenario_is_refused_with_the_names_of_all() {
    let Output { status, stderr, .. } = xtask(&["lab", "4"]);
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(!status.success());
    assert!(stderr.contains("there is no scenario 4; they are: install, change, "), "{stderr}");
}

#[test]
fn the_help_of_lab_lists_the_scenarios() {
    let help = xtask(&["lab", "--help"]);
    let help = String::from_utf8_lossy(&help.stdout);
    assert!(help.contains("\n  routing-fault   faults of the routing engine\n"), "{help}");
}

#[test]
fn a_directory_that_does_not_exist_is_named() {
    let Output { status, stderr, .. } = xtask(&["verify", "/nowhere"]);
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(!status.success());
    assert!(
        stderr.starts_with("error: there is no directory /nowhere; `cargo xtask dist` writes one"),
        "{stderr}"
    );
}

#[test]
fn advisories_that_cannot_be_checked_are_no_success() {
    let home = tempfile::tempdir().unwrap();
    let mut deny = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let Output { status, stderr, .. } =
        deny.args(["deny", "--advisories"]).env("CARGO_HOME", home.path()).output().unwrap();
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(!status.success());
    assert!(
        stderr.contains("no database of advisories") && stderr.contains("cargo deny fetch db"),
        "{stderr}"
    );
}
