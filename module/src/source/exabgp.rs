//! ExaBGP, which tells of every event on a pipe instead of being asked.
//!
//! It keeps no routes for its programs, so they are kept here, and a query costs ExaBGP nothing.

mod adj_rib_in;
pub mod event;
pub mod sessions;

use bgpcs_display::counted;

use crate::source::error::SourceError;
use crate::source::summary::{BgpSummary, TableStatus};
use crate::source::{Abilities, MatchedPath, Query, RibInspection, RouteSource, filter};
use adj_rib_in::{AdjRibIn, MissedEvents};
use event::{Event, Kind};

const NAME: &str = "ExaBGP";

const ABILITIES: Abilities =
    Abilities { communities: true, best_path: false, scans_once: true, can_be_queried: true };

/// What ExaBGP has told.
#[derive(Debug)]
pub struct ExaBgp {
    /// ExaBGP's process id.
    process: u32,
    rib: AdjRibIn,
    not_understood: u64,
    /// Neighbors whose sessions are asked to begin anew.
    renewed: u64,
}

/// What a line from ExaBGP calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Nothing: the routes are what they were.
    Nothing,
    /// A look at the routes, which may have changed.
    Change,
    /// A new session with this neighbor, since events of the present one are missing.
    Renew(String),
}

impl ExaBgp {
    /// The ExaBGP of that process id, of which nothing is known yet.
    pub fn new(process: u32) -> Self {
        Self { process, rib: AdjRibIn::default(), not_understood: 0, renewed: 0 }
    }

    /// Takes in a line that ExaBGP has printed.
    pub fn take(&mut self, line: &[u8]) -> Taken {
        match event::read(line) {
            Ok(None) => Taken::Nothing,
            Ok(Some(Event { kind: Kind::Other, .. })) => Taken::Nothing,
            Ok(Some(event)) => {
                let neighbor = event.neighbor.clone();
                match self.rib.take(event) {
                    Ok(()) => Taken::Change,
                    Err(MissedEvents) => Taken::Renew(neighbor),
                }
            }
            Err(_) => {
                self.not_understood += 1;
                Taken::Change
            }
        }
    }

    /// Remembers that a neighbor's session was asked to begin anew.
    pub fn renewed(&mut self, neighbor: &str) {
        self.rib.expect(neighbor.to_owned());
        self.renewed += 1;
    }

    /// How many neighbors are known so far.
    pub fn neighbor_count(&self) -> usize {
        self.rib.neighbor_count()
    }

    /// How the session with each of them is.
    pub fn sessions(&self) -> BgpSummary {
        let process = i32::try_from(self.process).ok();
        let table = TableStatus::default();
        let sessions = self.rib.sessions();
        BgpSummary { process, ipv4: table, ipv6: table, sessions, sessions_only: false }
    }
}

impl RouteSource for ExaBgp {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn abilities(&self) -> Abilities {
        ABILITIES
    }

    fn query_with_neighbors(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(MatchedPath, &str),
    ) -> Result<(), SourceError> {
        let wanted = filter::wanted(query);
        for route in self.rib.routes(query.family) {
            filter::paths(&wanted, route).for_each(|path| each(path, route.neighbor));
        }
        Ok(())
    }

    fn warnings(&mut self) -> Vec<String> {
        let not_understood = (self.not_understood > 0)
            .then(|| format!("{} from ExaBGP not understood", counted(self.not_understood, "line")));
        let renewed = (self.renewed > 0).then(|| {
            let sessions = counted(self.renewed, "BGP session");
            format!("{sessions} of ExaBGP ended, to begin anew, since something that was told there was lost")
        });
        not_understood.into_iter().chain(renewed).collect()
    }
}

impl RibInspection for ExaBgp {
    fn summary(&mut self) -> Option<BgpSummary> {
        Some(self.sessions())
    }
}
