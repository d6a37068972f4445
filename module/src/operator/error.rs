//! Why a command for operators has no result.

use std::io;
use std::path::PathBuf;

use bgpcs::CommunityError;
use bgpcs::whole_file::WholeFileError;

use crate::error_text::strerror;

/// A command without a result.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The page could not be written.
    #[error("cannot write the report; name another file with --html")]
    NotWritten(#[from] WholeFileError),
    /// The module's files are not for whoever gives the command.
    #[error("cannot read {}: {}; run as root", .path.display(), strerror(.source))]
    NotAllowed {
        /// The first of them that may not be read.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Standard output is closed or full.
    #[error("cannot write to standard output; check where it is redirected to")]
    Output(#[from] io::Error),
    /// The argument of `explain` is neither a community nor a prefix.
    #[error("cannot explain {text}: expected a prefix, an address, or a community; {source}")]
    Subject {
        /// The argument.
        text: String,
        /// Why it is not a community.
        source: CommunityError,
    },
}
