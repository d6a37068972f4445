//! What bgpd says when an operator looks closer.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};

use bgpcs::{Community, RouteTarget};
use serde::Deserialize;

use super::survey;
use crate::prefix::Prefix;
use crate::source::reply::ReplyError;
use crate::source::{Destination, DestinationPath};

/// The command that shows the longest prefix which contains `prefix`.
pub fn show(prefix: Prefix) -> String {
    let (address, length) = prefix.parts();
    let family = prefix.family();
    let full_length = if address.is_ipv4() { 32 } else { 128 };
    // A prefix is found only as it stands in the table, an address by its longest match.
    match length == full_length {
        true => format!("show bgp {family} unicast {address} json"),
        false => format!("show bgp {family} unicast {prefix} json"),
    }
}

/// The reply to `show bgp FAMILY unicast PREFIX json`.
#[derive(Deserialize)]
struct Shown {
    prefix: Option<Prefix>,
    #[serde(default)]
    paths: Vec<ShownPath>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct ShownPath {
    valid: bool,
    bestpath: Best,
    peer: Peer,
    community: Text,
    large_community: Text,
    extended_community: Text,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Best {
    overall: bool,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Peer {
    peer_id: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Text {
    string: String,
}

/// Reads the reply to [`show`]; there is no destination when bgpd has none.
///
/// # Errors
/// When the reply does not come whole, or is not of the known form.
pub fn read_destination(reply: impl Read) -> Result<Option<Destination>, ReplyError> {
    let mut text = String::new();
    io::BufReader::new(reply).read_to_string(&mut text)?;
    // Without a match, some releases say nothing at all.
    if text.trim().is_empty() {
        return Ok(None);
    }
    let shown: Shown = serde_json::from_str(&text).map_err(ReplyError::Syntax)?;
    let paths: Vec<DestinationPath> =
        shown.paths.into_iter().filter(|path| path.valid).map(DestinationPath::from).collect();
    Ok(shown.prefix.filter(|_| !paths.is_empty()).map(|prefix| Destination { prefix, paths }))
}

impl From<ShownPath> for DestinationPath {
    fn from(path: ShownPath) -> Self {
        let words = [&path.community, &path.large_community];
        let words = words.into_iter().flat_map(|set| set.string.split_ascii_whitespace());
        let targets = path.extended_community.string.split_ascii_whitespace();
        let targets = targets.filter_map(|word| RouteTarget::parse(word.strip_prefix("RT:")?));
        let communities = words.filter_map(survey::community).chain(targets.map(Community::RouteTarget));
        Self { communities: communities.collect(), best: path.bestpath.overall, neighbor: path.peer.peer_id }
    }
}

/// Reads the reply to `show bgp community-info` or its like for large communities: those that have the AS number of
/// `wanted`, sorted.
///
/// # Errors
/// When the reply does not come whole.
pub fn read_same_as(reply: impl Read, wanted: &Community) -> io::Result<Vec<Community>> {
    let mut found = BTreeSet::new();
    for line in io::BufReader::new(reply).lines() {
        let line = line?;
        let Some((_, set)) = line.split_once(") ") else { continue };
        let same = set.split_ascii_whitespace().filter_map(survey::community);
        found.extend(same.filter(|community| asn(community) == asn(wanted)));
    }
    Ok(found.into_iter().collect())
}

/// The AS number that a community names first.
fn asn(community: &Community) -> Option<u32> {
    match community {
        Community::Large(large) => Some(large.global),
        Community::RouteTarget(_) => None,
        Community::Standard(_) | Community::WellKnown(_) => {
            community.standard().map(|standard| u32::from(standard.high))
        }
    }
}
