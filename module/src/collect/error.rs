//! Why a refresh has no result.

use std::sync::Arc;

use bgpcs::{ApplicationName, Community, MaxPrefixes, UnixTime};

use crate::collect::convergence::Unconverged;
use crate::source::error::SourceError;

/// A refresh without a result. `Display` is what goes into the output file.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The route source did not answer a query.
    #[error("{source} on application {application} and community {community}")]
    Source {
        /// An application that lists the community.
        application: ApplicationName,
        /// The community of the query.
        community: Community,
        /// Why there was no answer.
        source: Arc<SourceError>,
    },
    /// The source's routes have no communities of this kind.
    #[error(
        "SelectionError: {source_name} has no standard or large communities, expected a route target (target:…) on \
         application {application} and community {community}"
    )]
    Selection {
        /// Which source.
        source_name: String,
        /// The first application that lists the community.
        application: ApplicationName,
        /// The community that it does not have.
        community: Community,
    },
    /// The source answered, but does not have all routes yet, or any more.
    #[error("SessionError: {reason} on application {application} and community {community}")]
    Unconverged {
        /// Why.
        reason: Unconverged,
        /// The first application.
        application: ApplicationName,
        /// Its first community.
        community: Community,
    },
    /// More prefixes than the operator allows.
    #[error(
        "PrefixLimitError: at least {found} prefixes, more than max-prefixes {limit} on application {application} \
         and community {community}"
    )]
    TooManyPrefixes {
        /// Prefixes counted until the limit was known to be exceeded, over all applications.
        found: u64,
        /// What is configured.
        limit: MaxPrefixes,
        /// The first application that lists the community.
        application: ApplicationName,
        /// The community whose prefixes were too many.
        community: Community,
    },
}

/// A community whose prefixes are not up to date, of an application that lists it.
#[derive(Debug)]
pub struct CommunityFailure {
    /// [`CollectError::Source`] or [`CollectError::Selection`].
    pub error: CollectError,
    /// When the prefixes that stay were last good; none if there are none.
    pub last_good: Option<UnixTime>,
}

impl CollectError {
    /// The application and the community that the error is about.
    pub fn subject(&self) -> (&ApplicationName, &Community) {
        match self {
            Self::Source { application, community, .. }
            | Self::Selection { application, community, .. }
            | Self::Unconverged { application, community, .. }
            | Self::TooManyPrefixes { application, community, .. } => (application, community),
        }
    }
}
