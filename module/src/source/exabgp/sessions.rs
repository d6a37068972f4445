//! What the program leaves while it is a process of ExaBGP: for its next process, and for whoever asks from outside.

use std::fs;
use std::path::{Path, PathBuf};

use bgpcs::whole_file::{Staged, WholeFileError};
use serde::{Deserialize, Serialize};

use crate::source::error::{SourceError, SourceErrorKind};
use crate::source::summary::BgpSummary;
use crate::source::{Abilities, Advice, MatchedPath, Query, RibInspection, RouteSource};

/// A process, told apart from another one that has its number later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// In ticks since the system's start (`proc(5)`); absent when the process is.
    start_time: Option<u64>,
}

impl Process {
    /// The one that has this number now.
    pub fn of(id: u32) -> Self {
        // The name, which comes second and in parentheses, can contain anything.
        let start_time = fs::read_to_string(format!("/proc/{id}/stat"))
            .ok()
            .and_then(|stat| stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok());
        Self { id, start_time }
    }

    /// Whether it has not ended yet.
    pub fn is_alive(self) -> bool {
        self.start_time.is_some() && self == Self::of(self.id)
    }
}

/// With whom ExaBGP had sessions, as far as it has told the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sessions {
    /// ExaBGP.
    pub exabgp: Process,
    /// Its process, which has written this.
    pub program: Process,
    /// What was known of them at the last look at the routes.
    #[serde(rename = "survey")]
    pub summary: BgpSummary,
}

impl Sessions {
    /// What the last process left in `directory`, if it is readable.
    pub fn load(directory: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(file(directory)).ok()?).ok()
    }

    /// Replaces what `directory` has.
    ///
    /// # Errors
    /// When the directory cannot be written to.
    pub fn save(&self, directory: &Path) -> Result<(), WholeFileError> {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        Staged::write(&file(directory), &bytes, 0o644)?.publish()
    }
}

fn file(directory: &Path) -> PathBuf {
    directory.join("exabgp-sessions.json")
}

/// ExaBGP as whoever is not its process sees it: with sessions, but without routes.
#[derive(Debug)]
pub struct FromOutside(Option<Sessions>);

impl FromOutside {
    /// The ExaBGP whose process is at work in `directory`.
    pub fn at(directory: &Path) -> Self {
        Self(Sessions::load(directory).filter(|sessions| sessions.program.is_alive()))
    }

    /// Whether there is a process of ExaBGP.
    pub fn is_running(&self) -> bool {
        self.0.is_some()
    }
}

impl RouteSource for FromOutside {
    fn name(&self) -> String {
        super::NAME.to_owned()
    }

    fn abilities(&self) -> Abilities {
        Abilities { can_be_queried: false, ..super::ABILITIES }
    }

    fn advice(&self) -> Advice {
        Advice {
            silent: "see that ExaBGP runs, and that bgp-community-services exabgp is a process in its configuration",
            summary: "with: exabgpcli show neighbor summary",
            neighbors: "with: exabgpcli show neighbor summary",
            routes: "with: exabgpcli show adj-rib in",
        }
    }

    fn query_with_neighbors(
        &mut self,
        query: &Query,
        _: &mut dyn FnMut(MatchedPath, &str),
    ) -> Result<(), SourceError> {
        let reason = match self.0 {
            Some(_) => "ExaBGP tells its routes to nobody but its process",
            None => "ExaBGP runs no process bgp-community-services exabgp",
        };
        let asked = format!("asked {} for {} routes", super::NAME, query.family);
        Err(SourceError::new(SourceErrorKind::System(None, reason.to_owned()), asked, None))
    }
}

impl RibInspection for FromOutside {
    fn summary(&mut self) -> Option<BgpSummary> {
        Some(self.0.as_ref()?.summary.clone())
    }
}
