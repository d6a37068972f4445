//! ExaBGP, which tells of every event on a pipe instead of being asked.
//!
//! It keeps no routes for its programs, so they are kept here, and a question costs ExaBGP nothing.

pub mod event;
mod rib;
pub mod sessions;

use bgpcs_display::counted;

use super::{Abilities, Path, Question, RouteSource, Survey, Table, select};
use crate::error::SourceError;
use event::{Event, Kind};
use rib::{MissedEvents, Rib};

const NAME: &str = "ExaBGP";

const ABILITIES: Abilities =
    Abilities { communities: true, best_path: false, one_look: true, can_be_asked: true };

/// What ExaBGP has told.
#[derive(Debug)]
pub struct ExaBgp {
    /// ExaBGP's process id.
    process: u32,
    rib: Rib,
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
        Self { process, rib: Rib::default(), not_understood: 0, renewed: 0 }
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
    pub fn sessions(&self) -> Survey {
        let process = i32::try_from(self.process).ok();
        let table = Table::default();
        let sessions = self.rib.sessions();
        Survey { process, ipv4: table, ipv6: table, sessions, sessions_only: false }
    }
}

impl RouteSource for ExaBgp {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn abilities(&self) -> Abilities {
        ABILITIES
    }

    fn ask_with_neighbors(
        &mut self,
        question: &Question,
        each: &mut dyn FnMut(Path, &str),
    ) -> Result<(), SourceError> {
        let wanted = select::wanted(question);
        for route in self.rib.routes(question.family) {
            select::paths(&wanted, route).for_each(|path| each(path, route.neighbor));
        }
        Ok(())
    }

    fn survey(&mut self) -> Option<Survey> {
        Some(self.sessions())
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
