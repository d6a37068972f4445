//! Writes a file whole or not at all.
//!
//! A reader sees the old file or the new one, never a part of it: the content is written to a temporary file in the
//! same directory, which is then renamed. If the program is killed at any moment, at most such a temporary file
//! remains, and [`sweep`] removes it.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, openat, renameat};
use tempfile::TempPath;

/// The suffix of a temporary file; its name starts with a dot and the name of the target.
const PARTIAL_SUFFIX: &str = ".partial";

/// New content of a file under a temporary name. Dropping it removes the temporary file.
#[derive(Debug)]
pub struct Staged {
    partial: TempPath,
    target: PathBuf,
}

impl Staged {
    /// Writes `content` to a temporary file beside `target`, with the permission bits `mode`.
    pub fn write(target: &Path, content: &[u8], mode: u32) -> Result<Self, WholeFileError> {
        Self::fill(target, mode, |file| file.write_all(content))
    }

    fn fill(
        target: &Path,
        mode: u32,
        fill: impl FnOnce(&mut fs::File) -> io::Result<()>,
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
        // Not at creation, where the umask could remove permissions.
        partial.as_file().set_permissions(Permissions::from_mode(mode)).map_err(fail)?;
        fill(partial.as_file_mut()).map_err(fail)?;
        Ok(Self { partial: partial.into_temp_path(), target: target.to_owned() })
    }

    /// Renames the temporary file to its target, which it replaces.
    pub fn publish(self) -> Result<(), WholeFileError> {
        let Self { partial, target } = self;
        partial.persist(&target).map_err(|error| WholeFileError::Write { path: target, source: error.error })
    }
}

/// Replaces the file at `path`. The content is on disk before the file is renamed.
pub fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), WholeFileError> {
    write_with(path, mode, |file| file.write_all(content))
}

/// Replaces the file at `path` with what `content` writes. The content is on disk before the file is renamed.
pub fn write_with(
    path: &Path,
    mode: u32,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), WholeFileError> {
    let fill = |file: &mut fs::File| {
        let mut buffered = io::BufWriter::new(&mut *file);
        content(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        file.sync_all()
    };
    Staged::fill(path, mode, fill)?.publish()
}

/// Many files of one directory that are replaced together: first all are staged, then published one by one.
///
/// Only for a directory in which nobody else writes: the temporary names follow from the names of the files, so that a
/// batch of any size needs no memory. Dropping the batch removes what is staged and not published.
#[derive(Debug)]
pub struct Batch<'d> {
    directory: &'d Path,
    /// The open directory. Using it is faster than resolving the path again for each of many thousand files.
    handle: fs::File,
}

impl<'d> Batch<'d> {
    /// Begins a batch. Call [`sweep`] before, since what an interrupted batch left would be in the way.
    pub fn new(directory: &'d Path) -> Result<Self, WholeFileError> {
        match fs::File::open(directory) {
            Ok(handle) => Ok(Self { directory, handle }),
            Err(source) => Err(WholeFileError::Write { path: directory.to_owned(), source }),
        }
    }

    /// Writes the new content of the file `name`, with the permission bits `mode`. Gives the open file, with which the
    /// caller can bring the content to disk.
    pub fn stage(&self, name: &str, content: &[u8], mode: u32) -> Result<fs::File, WholeFileError> {
        let write = || {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let mut file =
                fs::File::from(openat(&self.handle, partial_name(name), flags, Mode::from_raw_mode(mode))?);
            // Only if the umask removed some: for ten thousands of files, reading them is much cheaper than setting.
            if file.metadata()?.permissions().mode() & 0o7777 != mode {
                file.set_permissions(Permissions::from_mode(mode))?;
            }
            file.write_all(content)?;
            Ok(file)
        };
        write().map_err(|source: io::Error| {
            let path = self.directory.join(name);
            if source.kind() != io::ErrorKind::AlreadyExists {
                return WholeFileError::Write { path, source };
            }
            let obstacle = self.directory.join(partial_name(name));
            WholeFileError::Obstructed { path, kind: kind_of(&obstacle), obstacle }
        })
    }

    /// Renames the staged content to `name`, which it replaces.
    pub fn publish(&self, name: &str) -> Result<(), WholeFileError> {
        renameat(&self.handle, partial_name(name), &self.handle, name)
            .map_err(|error| WholeFileError::Write { path: self.directory.join(name), source: error.into() })
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next batch, which reports an error if it cannot either.
        let _ = sweep(self.directory);
    }
}

fn partial_name(name: &str) -> String {
    format!(".{name}{PARTIAL_SUFFIX}")
}

/// Removes what interrupted writes of the file at `path` left beside it. Only for a file that nobody else writes.
pub fn sweep_beside(path: &Path) -> Result<(), WholeFileError> {
    let Some(name) = path.file_name() else { return Ok(()) };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sweep_named(directory, &[b".", name.as_encoded_bytes(), b"."].concat())
}

/// What is at a path, in a word.
fn kind_of(path: &Path) -> &'static str {
    let Ok(kind) = fs::symlink_metadata(path).map(|metadata| metadata.file_type()) else { return "file" };
    if kind.is_dir() {
        "directory"
    } else if kind.is_symlink() {
        "link"
    } else if kind.is_fifo() {
        "FIFO"
    } else {
        "file"
    }
}

/// Removes what interrupted writes left in `directory`: regular files. A file that cannot be removed does not keep the
/// others from it; the first one is the error. Only for a directory in which nobody else writes.
pub fn sweep(directory: &Path) -> Result<(), WholeFileError> {
    sweep_named(directory, b".")
}

fn sweep_named(directory: &Path, start: &[u8]) -> Result<(), WholeFileError> {
    let fail = |source| WholeFileError::Sweep { directory: directory.to_owned(), source };
    let mut result = Ok(());
    for entry in fs::read_dir(directory).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        let partial = bytes.starts_with(start) && bytes.ends_with(PARTIAL_SUFFIX.as_bytes());
        if partial && entry.file_type().map_err(fail)?.is_file() {
            result = result.and(fs::remove_file(entry.path()).map_err(fail));
        }
    }
    result
}

/// A file that could not be replaced, or a directory that could not be swept.
#[derive(Debug, thiserror::Error)]
pub enum WholeFileError {
    /// A file could not be replaced; the old one is still there.
    #[error("cannot write {}: {source}; the file is unchanged", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Something that no interrupted write left has the name of the temporary file; the old file is still there.
    #[error("cannot write {}: the {kind} {} has the name of its temporary file", .path.display(), .obstacle.display())]
    Obstructed {
        /// The file.
        path: PathBuf,
        /// What has the name.
        obstacle: PathBuf,
        /// What kind of file that is.
        kind: &'static str,
    },
    /// What interrupted writes left in a directory could not be removed.
    #[error("cannot remove temporary files of interrupted writes from {}: {source}", .directory.display())]
    Sweep {
        /// The directory.
        directory: PathBuf,
        /// Why not.
        source: io::Error,
    },
}
