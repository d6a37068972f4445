//! Nodes as a list names them, and those of them that did not answer.

use std::fmt;

use bgpcs::{AssetId, plain};
use bgpcs_display::{counted, listed};
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::answer::Answers;
use super::selection::Selection;
use crate::status::Status;

/// How many silent nodes a line names.
const NAMED: usize = 6;

/// A node of a router with a profile that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its router.
    pub router: String,
    /// Its name.
    pub node: String,
    /// Its asset id.
    pub asset_id: AssetId,
}

impl Member {
    /// The nodes of routers with a profile that are selected.
    pub fn all(status: &Status, selection: &Selection) -> Vec<Self> {
        let routers =
            status.routers.iter().filter(|router| selection.asks(&router.router, Some(&router.profile)));
        let nodes = routers.flat_map(|router| router.nodes.iter().map(|node| (&router.router, node)));
        let place = |(router, node): (&String, &crate::status::NodeStatus)| {
            let asset_id = node.asset_id.as_ref()?.parse().ok()?;
            Some(Self { router: router.clone(), node: node.node.clone(), asset_id })
        };
        nodes.filter_map(place).collect()
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({"router": self.router, "node": self.node, "asset-id": self.asset_id})
    }
}

impl fmt::Display for Member {
    /// `router1 node1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", plain(&self.router), plain(&self.node))
    }
}

/// Nodes that did not answer, by the cause.
#[derive(Debug, Default)]
pub struct Silent<'s>(IndexMap<&'s str, Vec<&'s Member>>);

impl<'s> Silent<'s> {
    fn add(&mut self, cause: &'s str, place: &'s Member) {
        self.0.entry(cause).or_default().push(place);
    }

    /// What a node answered; if nothing that can be used, the node is added.
    pub fn unless_heard<T>(&mut self, answers: &'s Answers<T>, place: &'s Member) -> Option<&'s T> {
        match answers.of_node(place.asset_id.as_str()) {
            Some(Ok(answer)) => return Some(answer),
            Some(Err(cause)) => self.add(cause, place),
            None => self.add("no answer", place),
        }
        None
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// A line for each cause.
    pub fn lines(&self) -> String {
        let line = |(cause, places): (&&str, &Vec<&Member>)| {
            let nodes = counted(places.len(), "node");
            format!("{}: {nodes}: {}\n", plain(cause), listed(places.iter(), NAMED))
        };
        self.0.iter().map(line).collect()
    }

    /// For programs.
    pub fn json(&self) -> Vec<Value> {
        let with = |cause: &str, place: &Member| {
            let mut value = place.json();
            value["cause"] = json!(cause);
            value
        };
        self.0.iter().flat_map(|(cause, places)| places.iter().map(|place| with(cause, place))).collect()
    }
}
