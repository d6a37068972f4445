//! Why a run ended before it changed anything, or could not say what it found.

use std::io;
use std::path::PathBuf;

use bgpcs::whole_file::WholeFileError;

use crate::pillar::PillarDirError;
use crate::read::ReadError;

/// Why a removal is in doubt, and what takes the doubt away.
pub(super) const END_NOT_SEEN: &str =
    "nothing shows that the configuration is whole: flat PCLI text has no end";
pub(super) const SHOW_END: &str =
    "let the prompt line that follows it be its last line, or give it in another form";

/// Why a run ended before it changed anything.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The configuration's file.
    #[error("cannot open the configuration {}: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The configuration's content.
    #[error("cannot use the configuration {configuration}: {source}")]
    Read {
        /// Where it came from.
        configuration: String,
        /// What is wrong with it.
        source: ReadError,
    },
    /// The pillar directory.
    #[error("{0}")]
    PillarDir(#[from] PillarDirError),
    /// A configuration that may have been cut off asks for too much.
    #[error("{remove} of {existing} pillar files would go, but {}", END_NOT_SEEN)]
    EndNotSeen {
        /// How many files would go.
        remove: usize,
        /// How many files there are.
        existing: usize,
    },
    /// The report's words.
    #[error("cannot write the findings as JSON: {0}")]
    ReportText(#[source] serde_json::Error),
    /// The report's file.
    #[error("{0}")]
    Report(#[from] WholeFileError),
    /// Standard output.
    #[error("cannot write to standard output: {0}")]
    Output(#[source] io::Error),
}

impl RunError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Open { .. } => "name another one with --config",
            Self::Read { source: ReadError::Input(_), .. } => {
                "see that it can be read to its end, or name another one with --config"
            }
            Self::Read { .. } => {
                "export the running configuration again, all of it, or name another one with --config"
            }
            Self::PillarDir(error) => error.advice(),
            Self::EndNotSeen { .. } => SHOW_END,
            Self::ReportText(_) => "read the findings in the log",
            Self::Report(_) => {
                "see that its directory exists, may be written to and has room, or name another file"
            }
            Self::Output(_) => "see where it leads to",
        }
    }
}
