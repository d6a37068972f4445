//! Which release a program is.

use std::path::Path;
use std::process::Command;

use super::error::ReleaseError;
use super::suite::Engine;

/// What a program says of its version, like `8.4.4`.
pub(super) fn of(engine: Engine, program: &Path) -> Result<String, ReleaseError> {
    let ask = |word: &str| {
        let output = Command::new(program).arg(word).env("exabgp_daemon_user", "root").output();
        let output = output.map_err(|cause| ReleaseError::File { path: program.to_owned(), cause })?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let mut printed = ask("--version")?;
    if engine == Engine::ExaBgp && in_text(&printed).is_none() {
        // ExaBGP 5 has a command instead.
        printed = ask("version")?;
    }
    match in_text(&printed) {
        Some(version) => Ok(version.to_owned()),
        None => Err(ReleaseError::NoVersion { program: program.to_owned(), printed }),
    }
}

/// The first word that is a version, on the first lines that programs print.
fn in_text(printed: &str) -> Option<&str> {
    let is_version =
        |word: &&str| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.');
    printed.split_whitespace().find(is_version)
}
