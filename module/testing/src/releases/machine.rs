//! Files and commands of this machine, with errors that name them.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ReleaseError;
use super::suite::Suite;

/// The sorted entries of a directory whose names are wanted.
pub(super) fn entries(
    directory: &Path,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<PathBuf>, ReleaseError> {
    let listed = fs::read_dir(directory).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
    });
    let mut paths = listed.map_err(|cause| file_error(directory, cause))?;
    paths.retain(|path| path.file_name().and_then(OsStr::to_str).is_some_and(&is_wanted));
    paths.sort();
    Ok(paths)
}

/// Writes a file, and makes its directory.
pub(super) fn write(directory: &Path, name: &str, content: &str) -> Result<(), ReleaseError> {
    let path = directory.join(name);
    let written = fs::create_dir_all(directory).and_then(|()| fs::write(&path, content));
    written.map_err(|cause| ReleaseError::File { path, cause })
}

/// Runs a command; returns what it printed.
pub(super) fn run(suite: Suite, command: &mut Command) -> Result<String, ReleaseError> {
    let output = command.env("DEBIAN_FRONTEND", "noninteractive").output();
    let output = output.map_err(|cause| file_error(Path::new(command.get_program()), cause))?;
    let words = std::iter::once(command.get_program()).chain(command.get_args()).map(OsStr::to_string_lossy);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(ReleaseError::Failed {
            suite,
            command: words.collect::<Vec<_>>().join(" "),
            output: text(&output.stderr).trim().to_owned(),
        }),
    }
}

pub(super) fn file_error(path: &Path, cause: io::Error) -> ReleaseError {
    ReleaseError::File { path: path.to_owned(), cause }
}
