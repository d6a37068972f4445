//! What bgpd says of one prefix, and when an operator looks closer.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};

use bgpcs::{Community, RouteTarget};
use serde_json::Value;

use crate::prefix::Prefix;
use crate::source::filter::is_of_the_same_as;
use crate::source::routes_json::ReplyError;
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

/// Reads the reply to [`show`]; there is no destination when bgpd has none.
///
/// # Errors
/// When the reply does not come whole, or is not JSON.
pub fn read_destination(reply: impl Read) -> Result<Option<Destination>, ReplyError> {
    let mut text = String::new();
    io::BufReader::new(reply).read_to_string(&mut text)?;
    // Without a match, some releases say nothing at all.
    if text.trim().is_empty() {
        return Ok(None);
    }
    let shown: Value = serde_json::from_str(&text).map_err(ReplyError::Syntax)?;
    let paths = paths_in(&shown).map(valid).unwrap_or_default();
    let prefix = text_at(&shown, "/prefix").parse().ok();
    Ok(prefix.filter(|_| !paths.is_empty()).map(|prefix| Destination { prefix, paths }))
}

/// A longer reply is not read when many prefixes are asked about: it has several hundred paths.
pub const REPLY_BYTES: u64 = 256 << 10;

/// Reads the reply to [`show`] strictly: the valid paths of this very prefix.
///
/// # Errors
/// When the reply does not come whole, or is not understood.
pub fn read_paths_of(reply: impl Read, prefix: Prefix) -> io::Result<Vec<DestinationPath>> {
    let mut text = String::new();
    io::BufReader::new(reply).read_to_string(&mut text)?;
    // Without a match, some releases say nothing at all, others an empty object.
    let shown: Value = if text.trim().is_empty() { Value::Null } else { serde_json::from_str(&text)? };
    if shown.is_null() || shown.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(Vec::new());
    }
    let paths = paths_in(&shown).filter(|paths| !paths.is_empty());
    match (text_at(&shown, "/prefix").parse::<Prefix>(), paths) {
        // The longest prefix that contains a host can be another one.
        (Ok(found), Some(_)) if found != prefix => Ok(Vec::new()),
        (Ok(_), Some(paths)) => Ok(valid(paths)),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn paths_in(shown: &Value) -> Option<&[Value]> {
    shown.get("paths").and_then(Value::as_array).map(Vec::as_slice)
}

fn valid(paths: &[Value]) -> Vec<DestinationPath> {
    paths.iter().filter(|path| path.get("valid") == Some(&Value::Bool(true))).map(path).collect()
}

fn path(shown: &Value) -> DestinationPath {
    let is_of_another_form =
        |kind| shown.get(kind).is_some_and(|set| set.get("string").is_none_or(|text| !text.is_string()));
    let words = ["/community/string", "/largeCommunity/string"];
    let words = words.into_iter().flat_map(|place| text_at(shown, place).split_ascii_whitespace());
    let known: Vec<_> = words.map(community).collect();
    let targets = text_at(shown, "/extendedCommunity/string").split_ascii_whitespace();
    let targets = targets.filter_map(|word| RouteTarget::parse(word.strip_prefix("RT:")?));
    DestinationPath {
        is_unclear: known.contains(&None)
            || ["community", "largeCommunity", "extendedCommunity"].into_iter().any(is_of_another_form),
        communities: known.into_iter().flatten().chain(targets.map(Community::RouteTarget)).collect(),
        best: shown.pointer("/bestpath/overall") == Some(&Value::Bool(true)),
        neighbor: text_at(shown, "/peer/peerId").to_owned(),
    }
}

fn text_at<'v>(value: &'v Value, place: &str) -> &'v str {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default()
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
        let same = set.split_ascii_whitespace().filter_map(community);
        same.filter(|community| is_of_the_same_as(community, wanted)).for_each(|community| {
            found.insert(community);
        });
    }
    Ok(found.into_iter().collect())
}

/// A community as bgpd writes it, by its value.
fn community(word: &str) -> Option<Community> {
    word.parse().ok().map(|community: Community| community.canonical())
}
