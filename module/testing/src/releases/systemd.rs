//! systemd of another suite, whose programs run with the libraries of this machine.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

use super::apt;
use super::error::ReleaseError;
use super::machine::{file_error, run};
use super::suite::Suite;

/// The suite, whose systemd is 247: the oldest whose programs find the libraries that they need.
const SUITE: Suite = Suite::Bullseye;

/// Unpacks its package, unless that was done.
pub(super) fn bring(directory: &Path) -> Result<(), ReleaseError> {
    if directory.exists() {
        return Ok(());
    }
    let fresh = directory.with_extension("new");
    match fs::remove_dir_all(&fresh) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(file_error(&fresh, cause)),
        _ => {}
    }
    let root = fresh.join("root");
    for package in apt::fetch_alone(SUITE, &fresh.join("apt"), &["systemd"])? {
        run(SUITE, Command::new("dpkg-deb").arg("--extract").arg(package).arg(&root))?;
    }
    fs::rename(&root, directory).map_err(|cause| file_error(directory, cause))?;
    fs::remove_dir_all(&fresh).map_err(|cause| file_error(&fresh, cause))
}
