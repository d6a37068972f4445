//! The Python that has Salt, as it runs on a conductor.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs a script with `input` on its standard input and gives back what it printed.
pub fn python(script: &str, input: &str) -> String {
    let mut child = Command::new(interpreter())
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A script that fails may do so before it has read everything; its status tells.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub fn interpreter() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/lab/venv/bin/python");
    let path = std::env::var_os("LAB_PYTHON").map_or_else(default, PathBuf::from);
    assert!(path.exists(), "no Python with Salt at {}: run `cargo xtask setup`", path.display());
    path
}
