//! ExaBGP, which cannot be queried, but sends every event to a pipe of its own process.
//!
//! ExaBGP keeps no routes, so this program keeps them, and a query costs ExaBGP nothing.

mod adj_rib_in;
pub mod event;
pub mod sessions;
pub mod without_routes;

use bgpcs_display::counted;

use crate::source::error::SourceError;
use crate::source::filter::{self, Route};
use crate::source::summary::BgpSummary;
use crate::source::{Abilities, MatchedPath, Query, RibInspection, RouteSource};
use adj_rib_in::{AdjRibIn, MissedEvents};
use event::{Event, EventKind};

const NAME: &str = "ExaBGP";

const ABILITIES: Abilities =
    Abilities { communities: true, best_path: false, scans_once: true, can_be_queried: true };

/// The routes and sessions of ExaBGP, from its events.
#[derive(Debug)]
pub struct ExaBgp {
    /// ExaBGP's process id.
    process: u32,
    rib: AdjRibIn,
    unreadable_lines: u64,
    /// How many sessions were restarted.
    restarts: u64,
}

/// What a line from ExaBGP means for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineEffect {
    /// Routes and sessions did not change.
    Unchanged,
    /// Routes or sessions may have changed.
    Changed,
    /// Restart the session with this neighbor, since events of the present session are missing.
    RestartSession(String),
}

impl ExaBgp {
    /// The ExaBGP with this process id, before its first event.
    pub fn new(process: u32) -> Self {
        Self { process, rib: AdjRibIn::default(), unreadable_lines: 0, restarts: 0 }
    }

    /// Applies a line that ExaBGP wrote to the pipe. A line that cannot be read is counted, and reported as a warning.
    pub fn apply(&mut self, line: &[u8]) -> LineEffect {
        match event::read(line) {
            Ok(None) => LineEffect::Unchanged,
            Ok(Some(Event { kind: EventKind::Other, .. })) => LineEffect::Unchanged,
            Ok(Some(event)) => {
                let neighbor = event.neighbor.clone();
                match self.rib.apply(event) {
                    Ok(()) => LineEffect::Changed,
                    Err(MissedEvents) => LineEffect::RestartSession(neighbor),
                }
            }
            Err(_) => {
                self.unreadable_lines += 1;
                LineEffect::Changed
            }
        }
    }

    /// Notes that the session with a neighbor is being restarted. This is reported as a warning.
    pub fn note_restart(&mut self, neighbor: &str) {
        self.rib.note_restart(neighbor.to_owned());
        self.restarts += 1;
    }

    /// How many neighbors are known so far.
    pub fn neighbor_count(&self) -> usize {
        self.rib.neighbor_count()
    }

    /// The session with each of them. ExaBGP has no table versions.
    pub fn sessions(&self) -> BgpSummary {
        let process = i32::try_from(self.process).ok();
        BgpSummary { process, sessions: self.rib.sessions(), ..BgpSummary::default() }
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
        let scan = &mut |family, each_route: &mut dyn FnMut(Route<'_>)| {
            self.rib.routes(family).for_each(each_route);
            Ok(())
        };
        filter::answer(query, scan, each)
    }

    fn warnings(&mut self) -> Vec<String> {
        let unreadable = (self.unreadable_lines > 0)
            .then(|| format!("could not read {} from ExaBGP", counted(self.unreadable_lines, "line")));
        let restarted = (self.restarts > 0).then(|| {
            format!("events from ExaBGP were lost: restarted {}", counted(self.restarts, "BGP session"))
        });
        unreadable.into_iter().chain(restarted).collect()
    }
}

impl RibInspection for ExaBgp {
    fn summary(&mut self) -> Option<BgpSummary> {
        Some(self.sessions())
    }
}
