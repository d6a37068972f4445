//! What a run does for each asset, and why.

use std::collections::HashMap;
use std::fmt;

use bgpcs::{AssetId, Quoted};
use serde::Serialize;

use super::run_record::Operation;
use crate::authority::{Authority, Name};
use crate::pillar::{DirectoryChanges, WriteReason};
use crate::plan::Plan;

/// What is done with the pillar file of an asset.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Asset<'a> {
    /// The asset id.
    pub asset_id: &'a str,
    /// The router of this asset id; none if no router in the configuration has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub router: Option<&'a str>,
    /// The node of that router.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<&'a str>,
    /// What is done with the file.
    pub change: AssetChange,
    /// Why.
    pub reason: &'static str,
}

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssetChange {
    /// It is created or replaced.
    Written,
    /// It already is as planned.
    Unchanged,
    /// It stays unchanged, since its node is in error.
    Kept,
    /// It stays unchanged, since its router is not in a configuration that may not be the whole authority.
    #[serde(rename = "kept")]
    Absent,
    /// It is removed.
    Removed,
}

impl Asset<'_> {
    /// The name of the pillar file.
    pub fn file_name(&self) -> String {
        self.asset_id.to_owned() + AssetId::FILE_SUFFIX
    }
}

impl fmt::Display for Asset<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "asset {}", Quoted(self.asset_id))?;
        for (kind, name) in [("router", self.router), ("node", self.node)] {
            if let Some(name) = name {
                write!(f, " {kind} {}", Quoted(name))?;
            }
        }
        let change = match self.change {
            AssetChange::Written => "written",
            AssetChange::Unchanged => "unchanged",
            AssetChange::Kept | AssetChange::Absent => "kept",
            AssetChange::Removed => "removed",
        };
        write!(f, ": {change}, {}", self.reason)
    }
}

/// Every asset that has a pillar file or gets one: first the planned ones in the order of the plan, then those that are
/// kept, for nodes in error and for absent routers, then those that are removed.
pub fn assets<'a>(
    operation: Operation,
    authority: &'a Authority,
    plan: &'a Plan<'a>,
    changes: &'a DirectoryChanges,
) -> impl Iterator<Item = Asset<'a>> {
    let text = |name: Name| authority.names.text(name);
    let mut writes = changes.write.iter().peekable();
    let planned = plan.places().enumerate().map(move |(index, [asset_id, router, node])| {
        let (change, reason) = match writes.next_if(|write| write.index == index) {
            Some(write) => (AssetChange::Written, reason(write.why)),
            None => (AssetChange::Unchanged, "it is up to date"),
        };
        Asset { asset_id: text(asset_id), router: Some(text(router)), node: Some(text(node)), change, reason }
    });
    let owners = owners(authority, changes);
    let present = move |name: &'a String, change: AssetChange| {
        let asset_id = name.strip_suffix(AssetId::FILE_SUFFIX).unwrap_or(name);
        let owner = owners.get(asset_id).copied();
        let reason = match (operation, change, owner) {
            (Operation::Purge, ..) => "all pillars are removed",
            (_, AssetChange::Absent, _) => "its router is not in this configuration",
            (_, AssetChange::Kept, _) => "the configuration of its node is in error",
            (_, _, Some(_)) => "its router has no profile",
            (_, _, None) => "no node has this asset-id",
        };
        let (router, node) = owner.unzip();
        Asset { asset_id, router, node, change, reason }
    };
    let kept = changes.kept.iter().map(|name| (name, AssetChange::Kept));
    let absent = changes.absent.iter().map(|name| (name, AssetChange::Absent));
    let removed = changes.remove.iter().map(|name| (name, AssetChange::Removed));
    planned.chain(kept.chain(absent).chain(removed).map(move |(name, change)| present(name, change)))
}

/// Router and node of each asset id; empty if no file is kept or removed, since nobody needs it then.
fn owners<'a>(authority: &'a Authority, changes: &DirectoryChanges) -> HashMap<&'a str, (&'a str, &'a str)> {
    if changes.kept.is_empty() && changes.remove.is_empty() {
        return HashMap::new();
    }
    let text = |name: Name| authority.names.text(name);
    let nodes = authority
        .routers
        .iter()
        .flat_map(|(router, content)| content.nodes.iter().map(move |(name, node)| (router, name, node)));
    nodes
        .filter_map(|(router, name, node)| Some((text(node.asset_id?), (text(*router), text(*name)))))
        .collect()
}

fn reason(why: WriteReason) -> &'static str {
    match why {
        WriteReason::Absent => "it did not exist",
        WriteReason::Foreign => "another program wrote it",
        WriteReason::Content => "its content was different",
        WriteReason::Permissions => "its permissions were too open",
        WriteReason::Owner => "its owner was another one",
    }
}
