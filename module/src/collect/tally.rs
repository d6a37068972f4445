//! What all runs came to: counters that only grow, and what the last run took. Values in, values out.

use std::collections::BTreeMap;

use bgpcs::ApplicationName;
use serde::{Deserialize, Serialize};

/// The counters. They begin anew with the state directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Tally {
    /// How many runs ended so, by the [name](crate::collect::state::Outcome::name) of the outcome.
    pub runs: BTreeMap<String, u64>,
    /// How many prefixes the applications gained and lost.
    pub prefixes: BTreeMap<ApplicationName, Moves>,
    /// What all runs took together.
    pub all: Cost,
    /// What the last run took.
    pub last: Cost,
}

/// How many prefixes an application gained and lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Moves {
    /// Gained.
    pub gained: u64,
    /// Lost.
    pub lost: u64,
}

/// What a run took; times are in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Cost {
    /// From its begin to the written output file.
    pub duration: u64,
    /// Processor time of this program.
    pub processor: u64,
    /// The most memory that this program had until then, in bytes.
    pub memory: u64,
}

impl Tally {
    /// Counts a run with this outcome.
    pub fn add(&mut self, outcome: &str, cost: Cost) {
        let runs = self.runs.entry(outcome.to_owned()).or_default();
        *runs = runs.saturating_add(1);
        self.all.duration = self.all.duration.saturating_add(cost.duration);
        self.all.processor = self.all.processor.saturating_add(cost.processor);
        self.all.memory = self.all.memory.max(cost.memory);
        self.last = cost;
    }

    /// Counts prefixes of an application.
    pub fn moved(&mut self, application: &ApplicationName, gained: u64, lost: u64) {
        let moves = self.prefixes.entry(application.clone()).or_default();
        moves.gained = moves.gained.saturating_add(gained);
        moves.lost = moves.lost.saturating_add(lost);
    }

    /// Forgets the applications that are not configured any more, so that the counters stay as few as these.
    pub fn retain(&mut self, is_configured: impl Fn(&ApplicationName) -> bool) {
        self.prefixes.retain(|application, _| is_configured(application));
    }
}
