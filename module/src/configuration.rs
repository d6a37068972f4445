//! The module's configuration, `config.json`, as Salt wrote it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::bounded_file;
use crate::collect::understood::{Understood, understand};
use crate::error_text::errno;

/// The longest file that is read, in bytes: some fifty thousand communities. The state keeps the configuration twice, and has
/// to have room for that.
const LONGEST: u64 = 1 << 20;

/// The module's configuration as it is now, as far as it is understood.
///
/// # Errors
/// When the file cannot be read, or is not a configuration.
pub fn read(path: &Path) -> Result<Understood, ConfigurationError> {
    let bytes = bounded_file::read(path, LONGEST).map_err(|source| {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => ConfigurationError::NotAllowed { path, source },
            io::ErrorKind::FileTooLarge => ConfigurationError::TooLong { path, source },
            _ => ConfigurationError::Unreadable { path, source },
        }
    })?;
    understand(&bytes).map_err(|source| ConfigurationError::Malformed { path: path.to_owned(), source })
}

/// What changes when Salt replaces the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
}

impl Stamp {
    /// The present one; none without a file.
    pub fn of(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        let modified = (file.mtime(), file.mtime_nsec());
        Some(Self { device: file.dev(), inode: file.ino(), size: file.size(), modified })
    }
}

/// A `config.json` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// It is absent, or its disk does not give it.
    #[error("cannot read {}: {}; assign a profile to the router and check that Salt has applied it", .path.display(), errno(.source))]
    Unreadable {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not for the user that the module runs as.
    #[error("cannot read {}: {}; run as root", .path.display(), errno(.source))]
    NotAllowed {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is longer than any that Salt writes.
    #[error("cannot use {}: {source}; apply the Salt state again, or list fewer communities", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// How long it may be.
        source: io::Error,
    },
    /// It is no JSON, or does not say what it has to.
    #[error("cannot use {}: {source}; apply the Salt state again", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What was wrong, and where in the file.
        source: serde_json::Error,
    },
}
