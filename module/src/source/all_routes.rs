//! Routing engines that can only pass all routes of a family: whatever is looked up in their RIB is a scan of it.

use bgpcs::Community;

use crate::instance::Instance;
use crate::prefix::{Family, Prefix};
use crate::source::error::SourceError;
use crate::source::filter::{self, Scanned};
use crate::source::summary::BgpSummary;
use crate::source::{CarriedCommunities, Destination, RibInspection};

/// A routing engine with nothing but a list of all routes; from it comes its [`RibInspection`].
pub trait AllRoutes {
    /// Passes every route of a family to `each`.
    ///
    /// # Errors
    /// As for [`RouteSource::query`](super::RouteSource::query).
    fn all_routes(&self, family: Family, each: &mut dyn FnMut(Scanned<'_>)) -> Result<(), SourceError>;

    /// [`RibInspection::summary`] of its only instance.
    fn own_summary(&self) -> Option<BgpSummary>;
}

impl<S: AllRoutes> RibInspection for S {
    fn summary(&mut self, _: &Instance) -> Option<BgpSummary> {
        self.own_summary()
    }

    fn carried_communities(&mut self) -> Option<Result<CarriedCommunities, SourceError>> {
        Some(filter::carried_communities(&mut |family, each| self.all_routes(family, each)))
    }

    fn longest_match(
        &mut self,
        _: &Instance,
        prefix: Prefix,
    ) -> Option<Result<Option<Destination>, SourceError>> {
        Some(filter::longest_match(prefix, &mut |family, each| self.all_routes(family, each)))
    }

    fn communities_like(&mut self, community: &Community) -> Option<Vec<Community>> {
        filter::communities_like(community, &mut |family, each| self.all_routes(family, each))
    }
}
