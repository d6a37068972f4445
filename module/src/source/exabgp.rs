//! ExaBGP, which cannot be queried, but sends every event to a pipe of its own process.
//!
//! ExaBGP keeps no routes, so this program keeps them, and a query costs ExaBGP nothing.

mod adj_rib_in;
pub mod event;
pub mod sessions;
pub mod without_routes;

use std::net::IpAddr;

use bgpcs_display::counted;

use crate::instance::Instance;
use crate::source::error::SourceError;
use crate::source::filter::{self, Scanned};
use crate::source::summary::{BgpSummary, TableStatus};
use crate::source::{Abilities, Query, QueryItem, RibInspection, RouteSource};
use adj_rib_in::{AdjRibIn, Applied};
use event::{EventKind, SessionAddresses};

const NAME: &str = "ExaBGP";

const ABILITIES: Abilities =
    Abilities { communities: true, best_path: false, scans_once: true, can_be_queried: true, vrfs: false };

/// The routes and sessions of ExaBGP, from its events.
#[derive(Debug)]
pub struct ExaBgp {
    /// ExaBGP's process id.
    process: u32,
    rib: AdjRibIn,
    /// How many lines changed anything, or could not be read: in place of a table version, which ExaBGP does not have.
    version: u64,
    unreadable_lines: u64,
    /// How many values of updates could not be read.
    unreadable_values: u64,
    /// How many sessions were restarted.
    restarts: u64,
    /// Whether any event was of the state of a session.
    has_state_events: bool,
    /// Whether there were routes of a session whose state is not known.
    has_routes_without_state: bool,
}

/// What a line from ExaBGP means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEffect {
    /// Routes, sessions and warnings did not change.
    Unchanged,
    /// Routes, sessions or warnings may have changed.
    Changed,
    /// Restart this session, since events of the present one are missing.
    RestartSession(SessionAddresses),
}

impl ExaBgp {
    /// The ExaBGP with this process id, before its first event.
    pub fn new(process: u32) -> Self {
        Self {
            process,
            rib: AdjRibIn::default(),
            version: 0,
            unreadable_lines: 0,
            unreadable_values: 0,
            restarts: 0,
            has_state_events: false,
            has_routes_without_state: false,
        }
    }

    /// Applies a line that ExaBGP wrote to the pipe. A line that cannot be read is counted, and reported as a warning.
    pub fn apply(&mut self, line: &[u8]) -> LineEffect {
        let event = match event::read(line) {
            Ok(None) => return LineEffect::Unchanged,
            Ok(Some(event)) => event,
            Err(_) => {
                self.version += 1;
                self.unreadable_lines += 1;
                return LineEffect::Changed;
            }
        };
        match &event.kind {
            EventKind::Other => return LineEffect::Unchanged,
            EventKind::Connected => {
                self.has_state_events = true;
                return LineEffect::Unchanged;
            }
            EventKind::Up | EventKind::Down => self.has_state_events = true,
            EventKind::EndOfRib => {}
            EventKind::Update(update) => self.unreadable_values += update.unreadable,
        }
        self.version += 1;
        let session = event.session;
        match self.rib.apply(event) {
            Applied::Done => LineEffect::Changed,
            Applied::MissedEvents { is_first } => {
                self.has_routes_without_state = true;
                // Where no state is ever reported, a new session would not help.
                if is_first && self.has_state_events {
                    LineEffect::RestartSession(session)
                } else {
                    LineEffect::Changed
                }
            }
        }
    }

    /// Notes that a session is being restarted. This is reported as a warning.
    pub fn note_restart(&mut self, session: SessionAddresses) {
        self.rib.note_restart(session);
        self.version += 1;
        self.restarts += 1;
    }

    /// How many sessions are known so far.
    pub fn session_count(&self) -> usize {
        self.rib.session_count()
    }

    /// How many of them are with this neighbor.
    pub fn sessions_with(&self, peer: IpAddr) -> usize {
        self.rib.sessions_with(peer)
    }

    /// How each of them is.
    pub fn sessions(&self) -> BgpSummary {
        let process = i32::try_from(self.process).ok();
        let table = TableStatus { version: Some(self.version), ..TableStatus::default() };
        BgpSummary {
            process,
            ipv4: table,
            ipv6: table,
            sessions: self.rib.sessions(),
            ..BgpSummary::default()
        }
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
        each: &mut dyn FnMut(QueryItem, &str),
    ) -> Result<(), SourceError> {
        let scan = &mut |family, each: &mut dyn FnMut(Scanned<'_>)| {
            self.rib.routes(family).for_each(|route| each(Scanned::Route(route)));
            Ok(())
        };
        filter::answer(query, scan, each)
    }

    fn warnings(&mut self) -> Vec<String> {
        let unreadable = (self.unreadable_lines > 0)
            .then(|| format!("could not read {} from ExaBGP", counted(self.unreadable_lines, "line")));
        let values = counted(self.unreadable_values, "value");
        let left_out = (self.unreadable_values > 0)
            .then(|| format!("left out {values} of updates from ExaBGP that could not be read"));
        let stateless = (self.has_routes_without_state && !self.has_state_events).then(|| {
            "ExaBGP reports routes, but no state of their sessions, so the routes do not count: add neighbor-changes to \
             the api section of each neighbor in its configuration; if it is there, restart the sessions"
                .to_owned()
        });
        let restarted = (self.restarts > 0).then(|| {
            format!("events from ExaBGP were lost: restarted {}", counted(self.restarts, "BGP session"))
        });
        [unreadable, left_out, stateless, restarted].into_iter().flatten().collect()
    }
}

impl RibInspection for ExaBgp {
    fn summary(&mut self, _: &Instance) -> Option<BgpSummary> {
        Some(self.sessions())
    }
}
