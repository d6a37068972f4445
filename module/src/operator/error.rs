//! Why a command for operators has no result.

use std::io;

use bgpcs::CommunityError;
use bgpcs::whole_file::WholeFileError;

use crate::publish::change_log::ChangeLogError;

/// A command without a result.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The page could not be written.
    #[error("cannot write the report; name another file with --html")]
    NotWritten(#[from] WholeFileError),
    /// The log of changes cannot be read.
    #[error("{0}; run the command as root, and check that it is a file")]
    Changes(#[from] ChangeLogError),
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
