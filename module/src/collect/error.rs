//! Why a refresh has no result.

use std::sync::Arc;

use bgpcs::{ApplicationName, Community, UnixTime};

use crate::collect::convergence::Unconverged;
use crate::collect::plan::{InstanceFault, MOST_INSTANCES};
use crate::collect::services::PrefixLimit;
use crate::instance::Instance;
use crate::source::error::SourceError;

/// A refresh without a result. `Display` is what goes into the output file.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The route source did not answer a query.
    #[error("{source} on application {application} and community {community}{}", .instance.phrase())]
    Source {
        /// An application that lists the community.
        application: ApplicationName,
        /// The community of the query.
        community: Community,
        /// Which instance was queried.
        instance: Instance,
        /// Why there was no answer.
        source: Arc<SourceError>,
    },
    /// The source's routes have no communities of this kind.
    #[error(
        "SelectionError: {source_name} has no standard or large communities, expected a route target (target:…) on \
         application {application} and community {community}{}", .instance.phrase()
    )]
    Selection {
        /// Which source.
        source_name: String,
        /// The first application that lists the community.
        application: ApplicationName,
        /// The community that it does not have.
        community: Community,
        /// Of which instance.
        instance: Instance,
    },
    /// The instance of BGP cannot be queried.
    #[error("SelectionError: {} on application {application} and community {community}{}", match .fault {
        InstanceFault::NoVrfs => format!("{source_name} has no routes of VRFs, expected vrf default or none"),
        InstanceFault::TooMany => format!("expected at most {MOST_INSTANCES} VRFs in all applications together"),
    }, .instance.phrase())]
    Instance {
        /// Which source.
        source_name: String,
        /// Why.
        fault: InstanceFault,
        /// An application for which the instance counts.
        application: ApplicationName,
        /// A community that it lists.
        community: Community,
        /// The instance.
        instance: Instance,
    },
    /// The source answered, but does not have all routes yet, or any more.
    #[error("SessionError: {reason} on application {application} and community {community}{}", .instance.phrase())]
    Unconverged {
        /// Why.
        reason: Unconverged,
        /// The first application.
        application: ApplicationName,
        /// Its first community.
        community: Community,
        /// Of which instance.
        instance: Instance,
    },
    /// More prefixes than the operator allows.
    #[error(
        "PrefixLimitError: at least {found} prefixes, more than {limit} on application {application} \
         and community {community}{}", .instance.phrase()
    )]
    TooManyPrefixes {
        /// Prefixes counted until the limit was known to be exceeded, over all applications.
        found: u64,
        /// How many there may be.
        limit: PrefixLimit,
        /// The first application that lists the community.
        application: ApplicationName,
        /// The community whose prefixes were too many.
        community: Community,
        /// In which instance.
        instance: Instance,
    },
}

/// A community whose prefixes are not up to date, of an application that lists it.
#[derive(Debug)]
pub struct CommunityFailure {
    /// Anything but [`CollectError::TooManyPrefixes`].
    pub error: CollectError,
    /// When the prefixes that stay were last good; none if there are none.
    pub last_good: Option<UnixTime>,
}

impl CollectError {
    /// The application, the community and the instance of BGP that the error is about.
    pub fn subject(&self) -> (&ApplicationName, &Community, &Instance) {
        match self {
            Self::Source { application, community, instance, .. }
            | Self::Selection { application, community, instance, .. }
            | Self::Instance { application, community, instance, .. }
            | Self::Unconverged { application, community, instance, .. }
            | Self::TooManyPrefixes { application, community, instance, .. } => {
                (application, community, instance)
            }
        }
    }
}
