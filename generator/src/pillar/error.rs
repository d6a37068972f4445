//! Why the pillar directory could not be made equal to a plan.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bgpcs::whole_file::WholeFileError;

/// Why the directory could not be made equal to the plan.
#[derive(Debug, thiserror::Error)]
pub enum PillarDirError {
    /// An operation on the directory or a file of it.
    #[error("cannot {operation} {}: {source}", .path.display())]
    File {
        /// A verb: `open`.
        operation: &'static str,
        /// The directory or the file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that could not be replaced.
    #[error("{0}")]
    Write(#[source] WholeFileError),
    /// A pillar that could not be written as JSON.
    #[error("cannot write a pillar as JSON: {0}")]
    Text(#[source] serde_json::Error),
    /// Another run had locked the directory all the time.
    #[error("another generate_pillar has worked on {} for over {} seconds", .path.display(), .limit.as_secs())]
    Busy {
        /// The directory.
        path: PathBuf,
        /// How long this run waited.
        limit: Duration,
    },
}

impl PillarDirError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::File { .. } | Self::Write(_) => {
                "check its owner, its permissions and the free space of its file system, and run generate_pillar again"
            }
            Self::Text(_) => "check the profiles with: generate_pillar check",
            Self::Busy { .. } => "run generate_pillar again when the other one has ended",
        }
    }

    pub(super) fn at(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { operation, path: path.to_owned(), source }
    }
}
