use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap()
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
