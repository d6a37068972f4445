//! Why a command for operators has no result.

use std::io;

use bgpcs::CommunityError;
use bgpcs::whole_file::WholeFileError;

use crate::collect::error::CollectError;
use crate::operator::preview::choose::PreviewError;
use crate::source::error::SourceError;

/// A command without a result.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The page could not be written.
    #[error("cannot write the report; name another file with --html")]
    NotWritten(#[from] WholeFileError),
    /// Standard output is closed or full.
    #[error("cannot write to standard output; check where it is redirected to")]
    Output(#[from] io::Error),
    /// The route source did not answer.
    #[error("{source_name} did not answer; see what is wrong with: bgp-community-services doctor")]
    NoAnswer {
        /// The route source.
        source_name: String,
        /// Why.
        #[source]
        cause: Box<SourceError>,
    },
    /// The route source cannot list communities.
    #[error(
        "{source_name} cannot list the communities of its routes; look for one with: bgp-community-services explain COMMUNITY"
    )]
    CannotList {
        /// The route source.
        source_name: String,
    },
    /// The route source answers to its own process only.
    #[error("{source_name} sends its routes to its own process only, so there are none to preview")]
    CannotPreview {
        /// The route source.
        source_name: String,
    },
    /// The routes for a preview could not be collected.
    #[error(
        "there is nothing to preview from {source_name}; see what is wrong with: bgp-community-services doctor"
    )]
    NoPreview {
        /// The route source.
        source_name: String,
        /// Why.
        #[source]
        cause: Box<CollectError>,
    },
    /// No profile could be read.
    #[error(transparent)]
    Preview(#[from] PreviewError),
    /// The argument of `explain` is neither a community nor a prefix.
    #[error("cannot explain {text}: expected a prefix, an address, or a community; {source}")]
    Subject {
        /// The argument.
        text: String,
        /// Why it is not a community.
        source: CommunityError,
    },
}
