//! What Salt reports of a highstate.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::error::{LabError, ensure};

/// The outcome by asset id.
#[derive(Debug)]
pub struct Highstate(BTreeMap<String, NodeOutcome>);

/// The outcome on one node.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum NodeOutcome {
    /// By Salt's key of each state.
    States(BTreeMap<String, StateOutcome>),
    /// Why no state ran; a list of texts, or what Salt says of a node that did not answer.
    Refused(Value),
}

/// The outcome of one state.
#[derive(Debug, Deserialize)]
struct StateOutcome {
    #[serde(rename = "__id__", default)]
    id: String,
    /// True, false, or none: it would change something if this were no test.
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

impl Highstate {
    /// Reads the answer of `salt --out=json --static … state.highstate`.
    pub fn parse(text: &str) -> Result<Self, LabError> {
        let fail =
            |source| LabError::Json { what: "the highstate".to_owned(), source, text: text.to_owned() };
        serde_json::from_str(text).map(Self).map_err(fail)
    }

    /// The states of every node, as `(asset id, state)`; fails for a node on which none ran.
    fn states(&self) -> Result<Vec<(&str, &StateOutcome)>, LabError> {
        let mut all = Vec::new();
        for (asset_id, outcome) in &self.0 {
            match outcome {
                NodeOutcome::States(states) => {
                    all.extend(states.values().map(|state| (asset_id.as_str(), state)))
                }
                NodeOutcome::Refused(why) => {
                    return Err(LabError::Unmet(format!("{asset_id} ran no state: {why}")));
                }
            }
        }
        Ok(all)
    }

    fn expect_none(&self, what: &str, is: impl Fn(&StateOutcome) -> bool) -> Result<(), LabError> {
        let states = self.states()?;
        let found: Vec<String> = states
            .iter()
            .filter(|(_, state)| is(state))
            .map(|(asset_id, state)| format!("  {asset_id}: {}", state.summary()))
            .collect();
        ensure(found.is_empty(), || format!("{what}:\n{}", found.join("\n")))
    }

    /// Asserts that every state of every node succeeded.
    pub fn expect_success(&self) -> Result<(), LabError> {
        ensure(!self.states()?.is_empty(), || "no node ran any state".to_owned())?;
        self.expect_none("states failed", |state| state.result == Some(false))
    }

    /// Asserts that nothing was to be done anywhere.
    pub fn expect_no_change(&self) -> Result<(), LabError> {
        self.expect_success()?;
        self.expect_none("states changed something", |state| state.has_changes() || state.result.is_none())
    }

    /// Asserts that a test run names these states, by the end of their ids, as what it would do on a node.
    pub fn expect_pending(&self, asset_id: &str, ids: &[&str]) -> Result<(), LabError> {
        let states = self.states()?;
        for id in ids {
            let is_pending = |(node, state): &(&str, &StateOutcome)| {
                *node == asset_id && state.id.ends_with(id) && state.result.is_none()
            };
            ensure(states.iter().any(is_pending), || {
                format!("the test run does not name {id} as to be done on {asset_id}: {states:?}")
            })?;
        }
        Ok(())
    }

    /// Asserts that something failed, be it the whole run, and that the report names the cause.
    pub fn expect_failure(&self, cause: &str) -> Result<(), LabError> {
        let failed: Vec<String> = self
            .0
            .values()
            .flat_map(|outcome| match outcome {
                NodeOutcome::States(states) => states
                    .values()
                    .filter(|state| state.result == Some(false))
                    .map(|state| format!("{} {}", state.summary(), state.changes))
                    .collect(),
                NodeOutcome::Refused(why) => vec![why.to_string()],
            })
            .collect();
        ensure(failed.iter().any(|text| text.contains(cause)), || {
            format!("no failure names {cause:?}; failures: {failed:#?}")
        })
    }
}
