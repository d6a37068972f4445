//! Why a run changed nothing, or could not report its result.

use std::io;
use std::path::PathBuf;

use bgpcs::whole_file::WholeFileError;

use crate::pillar::PillarDirError;
use crate::read::ReadError;

/// Why files should perhaps not be removed, and what to do.
pub(super) const END_NOT_SEEN: &str = "the configuration may be incomplete: flat PCLI text has no end mark";
pub(super) const SHOW_END: &str =
    "add the prompt that follows it in the terminal as its last line, or use another form of it";

/// Why a run changed nothing, or could not report its result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The configuration could not be opened.
    #[error("cannot open the configuration {}: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The configuration could not be read to its end.
    #[error("cannot use the configuration {configuration}: {source}")]
    Read {
        /// Where it comes from.
        configuration: String,
        /// What is wrong with it.
        source: ReadError,
    },
    /// The pillar directory could not be read, locked or changed.
    #[error("{0}")]
    PillarDir(#[from] PillarDirError),
    /// A configuration that may be incomplete would remove most files.
    #[error("{remove} of {existing} pillar files would be removed, but {}", END_NOT_SEEN)]
    EndNotSeen {
        /// How many files would be removed.
        remove: usize,
        /// How many files exist.
        existing: usize,
    },
    /// The findings could not be written as JSON.
    #[error("cannot write the findings as JSON: {0}")]
    ReportText(#[source] serde_json::Error),
    /// A file for findings or status could not be written.
    #[error("{0}")]
    Report(#[from] WholeFileError),
    /// Standard output could not be written.
    #[error("cannot write to standard output: {0}")]
    Output(#[source] io::Error),
}

impl RunError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Open { .. } => "name another one with --config",
            Self::Read { source: ReadError::Input(_), .. } => {
                "check that the whole file can be read, or name another one with --config"
            }
            Self::Read { .. } => {
                "export the whole running configuration again, or name another one with --config"
            }
            Self::PillarDir(error) => error.advice(),
            Self::EndNotSeen { .. } => SHOW_END,
            Self::ReportText(_) => "read the findings in the log",
            Self::Report(_) => {
                "check that its directory exists, can be written and has free space, or name another file"
            }
            Self::Output(_) => "check where standard output goes",
        }
    }
}
