//! Look-ups of one prefix in bgpd's table.

use std::io::{self, Read};

use bgpcs::Community;
use serde_json::Value;

use crate::instance::{Instance, Table};
use crate::prefix::Prefix;
use crate::source::bgpd::communities::canonical;
use crate::source::bgpd::show;
use crate::source::lossy_utf8::LossyUtf8;
use crate::source::route_targets::frr_route_targets;
use crate::source::routes_json::ReplyError;
use crate::source::{Destination, DestinationPath};

/// The command for the longest match of `prefix` when it is a host, else for exactly this prefix.
pub fn show(instance: &Instance, prefix: Prefix) -> String {
    let (address, length) = prefix.parts();
    let routes = show::routes(&Table { instance: instance.clone(), family: prefix.family() });
    let full_length = if address.is_ipv4() { 32 } else { 128 };
    // bgpd finds the longest match of an address, but a prefix only if it is in the table exactly.
    match length == full_length {
        true => format!("{routes} {address} json"),
        false => format!("{routes} {prefix} json"),
    }
}

/// The longest reply that is read for an operator, in bytes: about a thousand paths. What is made of it can take eighty times
/// as many.
pub const LONGEST_REPLY: u64 = 512 << 10;

/// Reads the reply to [`show`]: the prefix that was found with its valid paths; none without a valid path.
///
/// # Errors
/// When the reply is not complete, or is not JSON.
pub fn read_destination(reply: impl Read) -> Result<Option<Destination>, ReplyError> {
    let mut text = String::new();
    LossyUtf8::of(reply).read_to_string(&mut text)?;
    // Without a match, some releases print nothing.
    if text.trim().is_empty() {
        return Ok(None);
    }
    let shown: Value = serde_json::from_slice(text.as_bytes()).map_err(ReplyError::Syntax)?;
    let paths = paths_in(&shown).map(valid).unwrap_or_default();
    let prefix = text_at(&shown, "/prefix").parse().ok();
    Ok(prefix.filter(|_| !paths.is_empty()).map(|prefix| Destination { prefix, paths }))
}

/// The longest reply that is read in an incremental update, in bytes: several hundred paths.
pub const REPLY_BYTES: u64 = 256 << 10;

/// Reads the reply to [`show`] strictly: the valid paths of exactly this prefix, none when it is not in the table.
///
/// # Errors
/// When the reply is not complete, or any of it is not understood.
pub fn read_paths_of(reply: impl Read, prefix: Prefix) -> io::Result<Vec<DestinationPath>> {
    let mut text = String::new();
    LossyUtf8::of(reply).read_to_string(&mut text)?;
    // Without a match, some releases print nothing, others an empty object.
    let shown: Value =
        if text.trim().is_empty() { Value::Null } else { serde_json::from_slice(text.as_bytes())? };
    if shown.is_null() || shown.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(Vec::new());
    }
    let paths = paths_in(&shown).filter(|paths| !paths.is_empty());
    match (text_at(&shown, "/prefix").parse::<Prefix>(), paths) {
        // The longest match of a host can be a shorter prefix.
        (Ok(found), Some(_)) if found != prefix => Ok(Vec::new()),
        (Ok(_), Some(paths)) => Ok(valid(paths)),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn paths_in(shown: &Value) -> Option<&[Value]> {
    shown.get("paths").and_then(Value::as_array).map(Vec::as_slice)
}

fn valid(paths: &[Value]) -> Vec<DestinationPath> {
    let is = |path: &Value, key| path.get(key) == Some(&Value::Bool(true));
    let is_used =
        |path: &&Value| is(path, "valid") && !is(path, "damped") && !is(path, "dampeningSuppressed");
    paths.iter().filter(is_used).map(path).collect()
}

fn path(shown: &Value) -> DestinationPath {
    let is_of_another_form =
        |kind| shown.get(kind).is_some_and(|set| set.get("string").is_none_or(|text| !text.is_string()));
    let words = ["/community/string", "/largeCommunity/string"];
    let words = words.into_iter().flat_map(|place| text_at(shown, place).split_ascii_whitespace());
    let known: Vec<_> = words.map(canonical).collect();
    let targets: Vec<_> = frr_route_targets(text_at(shown, "/extendedCommunity/string")).collect();
    DestinationPath {
        is_unclear: known.contains(&None)
            || targets.contains(&None)
            || ["community", "largeCommunity", "extendedCommunity"].into_iter().any(is_of_another_form),
        communities: known
            .into_iter()
            .flatten()
            .chain(targets.into_iter().flatten().map(Community::RouteTarget))
            .collect(),
        best: shown.pointer("/bestpath/overall") == Some(&Value::Bool(true)),
        neighbor: text_at(shown, "/peer/peerId").to_owned(),
    }
}

fn text_at<'v>(value: &'v Value, place: &str) -> &'v str {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default()
}
