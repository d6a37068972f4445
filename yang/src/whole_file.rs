//! Writing a file whole or not at all.
//!
//! A reader sees the old file or the new one, never a part: the content goes to a temporary file in the same
//! directory, which then takes the target's name. A kill at any instruction leaves at most such a temporary file,
//! which [`sweep`] removes.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

/// The end of a temporary file's name; its start is a dot and the target's name.
const PARTIAL_SUFFIX: &str = ".partial";

/// A file's new content on disk under a temporary name. Dropped, it is removed again.
#[derive(Debug)]
pub struct Staged {
    partial: TempPath,
    target: PathBuf,
}

impl Staged {
    /// Writes `content` beside `target`, with the permission bits `mode`.
    pub fn write(target: &Path, content: &[u8], mode: u32) -> Result<Self, WholeFileError> {
        Self::write_then(target, content, mode, |_| Ok(()))
    }

    fn write_then(
        target: &Path,
        content: &[u8],
        mode: u32,
        finish: impl FnOnce(&fs::File) -> io::Result<()>,
    ) -> Result<Self, WholeFileError> {
        let fail = |source| WholeFileError::Write { path: target.to_owned(), source };
        let invalid = || fail(io::Error::from(io::ErrorKind::InvalidFilename));
        let name = target.file_name().ok_or_else(invalid)?;
        let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut partial = tempfile::Builder::new()
            .prefix(&[OsStr::new("."), name, OsStr::new(".")].join(OsStr::new("")))
            .suffix(PARTIAL_SUFFIX)
            .tempfile_in(directory.unwrap_or(Path::new(".")))
            .map_err(fail)?;
        partial.write_all(content).map_err(fail)?;
        // Not at creation, where the umask would take from what readers need.
        partial.as_file().set_permissions(Permissions::from_mode(mode)).map_err(fail)?;
        finish(partial.as_file()).map_err(fail)?;
        Ok(Self { partial: partial.into_temp_path(), target: target.to_owned() })
    }

    /// Gives the content its name, in the place of what was there.
    pub fn publish(self) -> Result<(), WholeFileError> {
        let Self { partial, target } = self;
        partial.persist(&target).map_err(|error| WholeFileError::Write { path: target, source: error.error })
    }
}

/// Replaces the file at `path`, content on disk before the name changes.
pub fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), WholeFileError> {
    Staged::write_then(path, content, mode, fs::File::sync_all)?.publish()
}

/// Removes what interrupted writes left in `directory`. Only for the one who is alone in writing there.
pub fn sweep(directory: &Path) -> Result<(), WholeFileError> {
    let fail = |source| WholeFileError::Sweep { directory: directory.to_owned(), source };
    for entry in fs::read_dir(directory).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        let partial = bytes.starts_with(b".") && bytes.ends_with(PARTIAL_SUFFIX.as_bytes());
        if partial && entry.file_type().map_err(fail)?.is_file() {
            fs::remove_file(entry.path()).map_err(fail)?;
        }
    }
    Ok(())
}

/// What could not be done to a file or its directory.
#[derive(Debug, thiserror::Error)]
pub enum WholeFileError {
    /// A file that could not be replaced; the old one is still there.
    #[error("cannot write {}: {source}; the file is as it was before", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A directory that could not be cleared of what interrupted writes left.
    #[error("cannot remove the remains of interrupted writes from {}: {source}", .directory.display())]
    Sweep {
        /// The directory.
        directory: PathBuf,
        /// Why not.
        source: io::Error,
    },
}
