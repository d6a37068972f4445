//! ExaBGP as commands such as `status` see it. ExaBGP sends its events, and so its routes, only to its own process.

use std::path::Path;

use crate::instance::Instance;
use crate::source::error::{SourceError, SourceErrorKind};
use crate::source::exabgp::sessions::SavedSessions;
use crate::source::exabgp::{ABILITIES, NAME};
use crate::source::summary::BgpSummary;
use crate::source::{Abilities, Advice, Query, QueryItem, RibInspection, RouteSource};

/// ExaBGP in another process than its own: its sessions, but not its routes.
#[derive(Debug)]
pub struct ExabgpWithoutRoutes(Option<SavedSessions>);

impl ExabgpWithoutRoutes {
    /// The ExaBGP whose process uses the state directory `directory`.
    pub fn at(directory: &Path) -> Self {
        Self(SavedSessions::load(directory).filter(|sessions| sessions.program.is_alive()))
    }

    /// Whether this program is running as a process of ExaBGP.
    pub fn is_running(&self) -> bool {
        self.0.is_some()
    }
}

impl RouteSource for ExabgpWithoutRoutes {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn abilities(&self) -> Abilities {
        Abilities { can_be_queried: false, ..ABILITIES }
    }

    fn advice(&self) -> Advice {
        Advice {
            silent: "check that ExaBGP runs, and that bgp-community-services exabgp is a process in its configuration",
            summary: "with: exabgpcli show neighbor summary",
            neighbors: "with: exabgpcli show neighbor summary",
            routes: "with: exabgpcli show adj-rib in",
        }
    }

    /// Always fails.
    fn query_with_neighbors(
        &mut self,
        query: &Query,
        _: &mut dyn FnMut(QueryItem, &str),
    ) -> Result<(), SourceError> {
        let reason = match self.0 {
            Some(_) => "ExaBGP gives its routes only to its own process",
            None => "ExaBGP runs no process bgp-community-services exabgp",
        };
        let query = format!("query for {} routes to {NAME}", query.table.family);
        Err(SourceError::new(SourceErrorKind::System(None, reason.to_owned()), query, None))
    }
}

impl RibInspection for ExabgpWithoutRoutes {
    fn summary(&mut self, _: &Instance) -> Option<BgpSummary> {
        Some(self.0.as_ref()?.summary.clone())
    }
}
