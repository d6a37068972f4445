//! Why a command for operators has no result.

use std::io;
use std::path::PathBuf;

use bgpcs::CommunityError;
use bgpcs::whole_file::WholeFileError;

use crate::collect::error::CollectError;
use crate::error_text::strerror;
use crate::operator::preview::choose::PreviewError;
use crate::publish::change_log::ChangeLogError;
use crate::source::error::SourceError;

/// A command without a result.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The page could not be written.
    #[error("cannot write the report; name another file with --html")]
    NotWritten(#[from] WholeFileError),
    /// The log of changes cannot be read.
    #[error("{0}; run the command as root, and check that it is a file")]
    Changes(#[from] ChangeLogError),
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
    #[error(
        "{source_name} sends its routes to its own process only, so there are none to preview; let it run with the profile instead"
    )]
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
    /// An address or a prefix with a mistake.
    #[error(
        "{text} is no address and no prefix: expected a form like 192.0.2.1, 192.0.2.0/24, 2001:db8::1 or 2001:db8::/32; \
         correct it"
    )]
    Address {
        /// What was typed.
        text: String,
    },
    /// A community with a mistake.
    #[error(transparent)]
    Community(#[from] CommunityError),
    /// The name of no application.
    #[error(
        "no application is called {text}{near}; list the applications with: bgp-community-services status, or name a \
         community, a prefix or an address"
    )]
    Application {
        /// What was typed.
        text: String,
        /// Which one may have been meant.
        near: String,
    },
}
