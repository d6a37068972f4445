//! Salt's report of a highstate.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::expect;

/// The outcome by asset id.
#[derive(Debug)]
pub struct Highstate(BTreeMap<String, NodeOutcome>);

/// The outcome on one node.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum NodeOutcome {
    /// By Salt's key of each state.
    States(BTreeMap<String, StateOutcome>),
    /// Why no state ran: a list of texts, or the text of Salt for a node that did not answer.
    Refused(Value),
}

/// The outcome of one state.
#[derive(Debug, Deserialize)]
struct StateOutcome {
    #[serde(rename = "__id__", default)]
    id: String,
    /// Releases before 3001 show the comment of a failure here only.
    #[serde(default)]
    name: String,
    /// Whether it succeeded; none in a test run, if it would change something.
    result: Option<bool>,
    changes: Value,
    comment: Value,
}

impl StateOutcome {
    fn has_changes(&self) -> bool {
        self.changes.as_object().is_none_or(|changes| !changes.is_empty())
    }

    fn summary(&self) -> String {
        format!(
            "{}: {}",
            self.id,
            self.comment.as_str().map_or_else(|| self.comment.to_string(), str::to_owned)
        )
    }
}

impl FromIterator<Highstate> for Highstate {
    fn from_iter<T: IntoIterator<Item = Self>>(parts: T) -> Self {
        Self(parts.into_iter().flat_map(|part| part.0).collect())
    }
}

impl Highstate {
    /// Parses the output of `salt --out=json --static … state.highstate`.
    pub fn parse(text: &str) -> Result<Self> {
        expect::json("the report of the highstate", text).map(Self)
    }

    /// The states of every node, as `(asset id, state)`; a node on which none ran is an error.
    fn states(&self) -> Result<Vec<(&str, &StateOutcome)>> {
        let mut all = Vec::new();
        for (asset_id, outcome) in &self.0 {
            match outcome {
                NodeOutcome::States(states) => {
                    all.extend(states.values().map(|state| (asset_id.as_str(), state)))
                }
                NodeOutcome::Refused(why) => {
                    bail!("{asset_id} ran no state: {why}");
                }
            }
        }
        Ok(all)
    }

    fn expect_none(&self, what: &str, is: impl Fn(&StateOutcome) -> bool) -> Result<()> {
        let states = self.states()?;
        let found: Vec<String> = states
            .iter()
            .filter(|(_, state)| is(state))
            .map(|(asset_id, state)| format!("  {asset_id}: {}", state.summary()))
            .collect();
        ensure!(found.is_empty(), "{what}:\n{}", found.join("\n"));
        Ok(())
    }

    /// Asserts that each of these nodes reported.
    pub fn expect_nodes<'a>(&self, mut asset_ids: impl Iterator<Item = &'a str>) -> Result<()> {
        match asset_ids.find(|asset_id| !self.0.contains_key(*asset_id)) {
            Some(silent) => bail!("{silent} did not report"),
            None => Ok(()),
        }
    }

    /// Asserts that every state of every node succeeded.
    pub fn expect_success(&self) -> Result<()> {
        ensure!(!self.states()?.is_empty(), "no node ran any state");
        self.expect_none("states failed", |state| state.result == Some(false))
    }

    /// Asserts that no node needed any change.
    pub fn expect_no_change(&self) -> Result<()> {
        self.expect_success()?;
        self.expect_none("states changed something", |state| state.has_changes() || state.result.is_none())
    }

    /// Asserts that a test run would change these states of a node; `ids` are the ends of their ids.
    pub fn expect_pending(&self, asset_id: &str, ids: &[&str]) -> Result<()> {
        let states = self.states()?;
        for id in ids {
            let is_pending = |(node, state): &(&str, &StateOutcome)| {
                *node == asset_id && state.id.ends_with(id) && state.result.is_none()
            };
            ensure!(
                states.iter().any(is_pending),
                "the test run does not name {id} as to be done on {asset_id}: {states:?}"
            );
        }
        Ok(())
    }

    /// Asserts that a state or the whole run failed, and that the report names the cause.
    pub fn expect_failure(&self, cause: &str) -> Result<()> {
        let failed: Vec<String> = self
            .0
            .values()
            .flat_map(|outcome| match outcome {
                NodeOutcome::States(states) => states
                    .values()
                    .filter(|state| state.result == Some(false))
                    .map(|state| format!("{} {} {}", state.summary(), state.name, state.changes))
                    .collect(),
                NodeOutcome::Refused(why) => vec![why.to_string()],
            })
            .collect();
        ensure!(
            failed.iter().any(|text| text.contains(cause)),
            "no failure names {cause:?}; failures: {failed:#?}"
        );
        Ok(())
    }
}
