//! The lines of ExaBGP's JSON encoder: one event each.

use std::net::Ipv4Addr;

use bgpcs::{Community, LargeCommunity, RouteTarget, StandardCommunity};
use serde_json::Value;

use crate::prefix::Prefix;

/// An event of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The neighbor's address, as ExaBGP writes it.
    pub neighbor: String,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// The session is established.
    Up,
    /// The session is not established, or no longer.
    Down,
    /// The neighbor has sent all its routes of a family (RFC 4724 section 2).
    EndOfRib,
    /// Routes were announced or withdrawn.
    Update(Update),
    /// An event that does not change routes.
    Other,
}

/// The unicast routes of an UPDATE message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// The communities of every announced route, in [canonical](Community::canonical) form, sorted, without duplicates.
    pub communities: Vec<Community>,
    /// The announced paths.
    pub announced: Vec<Nlri>,
    /// The withdrawn paths.
    pub withdrawn: Vec<Nlri>,
}

/// A prefix and its path identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nlri {
    /// The prefix.
    pub prefix: Prefix,
    /// The path identifier; 0 unless the session carries several paths of a prefix (RFC 7911).
    pub path: u32,
}

/// A line that is neither the answer to a command nor a known event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadableLine;

/// Reads one line; `None` for the answer to a command, and for an event without a neighbor.
///
/// # Errors
/// When it is neither an answer nor an event, or any of its routes is not understood.
pub fn read(line: &[u8]) -> Result<Option<Event>, UnreadableLine> {
    let line = line.trim_ascii();
    // ExaBGP 4.2 and 5.0 answer commands with a word, or in JSON if that is configured.
    if matches!(line, b"" | b"done" | b"error" | b"shutdown") || line.starts_with(b"{\"answer\"") {
        return Ok(None);
    }
    let line: Value = serde_json::from_slice(line).map_err(|_| UnreadableLine)?;
    let kind = line.get("type").and_then(Value::as_str).ok_or(UnreadableLine)?;
    let Some(neighbor) = line.get("neighbor") else { return Ok(None) };
    event(kind, neighbor).map(Some).ok_or(UnreadableLine)
}

fn event(kind: &str, neighbor: &Value) -> Option<Event> {
    let address = neighbor.pointer("/address/peer")?.as_str()?.to_owned();
    let kind = match (kind, neighbor.get("state").and_then(Value::as_str)) {
        ("state", Some("up")) => EventKind::Up,
        ("state", Some("down")) => EventKind::Down,
        ("update", _) => match (neighbor.pointer("/message/eor"), neighbor.pointer("/message/update")) {
            (Some(_), _) => EventKind::EndOfRib,
            (None, Some(message)) => EventKind::Update(update(message)?),
            (None, None) => EventKind::Other,
        },
        _ => EventKind::Other,
    };
    Some(Event { neighbor: address, kind })
}

/// Only unicast families are read.
fn update(message: &Value) -> Option<Update> {
    let mut update = Update::default();
    if let Some(attributes) = message.get("attribute") {
        update.communities = communities(attributes)?;
    }
    for family in ["ipv4 unicast", "ipv6 unicast"] {
        let of_family = |what| message.get(what).and_then(|by_family| by_family.get(family));
        if let Some(by_next_hop) = of_family("announce") {
            for announced in by_next_hop.as_object()?.values() {
                update.announced.extend(all(announced, nlri)?);
            }
        }
        if let Some(withdrawn) = of_family("withdraw") {
            update.withdrawn.extend(all(withdrawn, nlri)?);
        }
    }
    Some(update)
}

/// The elements of an array; none if one of them is not understood.
fn all<T>(array: &Value, read: fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    array.as_array()?.iter().map(read).collect()
}

/// ExaBGP leaves out the object around a prefix if it is configured to be compact.
fn nlri(value: &Value) -> Option<Nlri> {
    let (prefix, path) = match value {
        Value::String(compact) => (compact.as_str(), None),
        whole => (whole.get("nlri")?.as_str()?, whole.get("path-information")),
    };
    let path = match path {
        Some(path) => path.as_str()?.parse::<Ipv4Addr>().ok()?.to_bits(),
        None => 0,
    };
    Some(Nlri { prefix: prefix.parse().ok()?, path })
}

fn communities(attributes: &Value) -> Option<Vec<Community>> {
    let of_kind = |name, read: fn(&Value) -> Option<Option<Community>>| match attributes.get(name) {
        Some(array) => all(array, read),
        None => Some(Vec::new()),
    };
    let kinds = [
        of_kind("community", |value| Some(Some(standard(value)?)))?,
        of_kind("large-community", |value| Some(Some(large(value)?)))?,
        of_kind("extended-community", |value| Some(route_target(value.get("value")?.as_u64()?)))?,
    ];
    let mut communities: Vec<Community> = kinds.into_iter().flatten().flatten().collect();
    communities.sort_unstable();
    communities.dedup();
    Some(communities)
}

fn standard(value: &Value) -> Option<Community> {
    let [high, low] = numbers(value)?;
    let (high, low) = (u16::try_from(high).ok()?, u16::try_from(low).ok()?);
    Some(Community::Standard(StandardCommunity { high, low }))
}

fn large(value: &Value) -> Option<Community> {
    let [global, first, second] = numbers(value)?;
    Some(Community::Large(LargeCommunity { global, first, second }))
}

fn numbers<const N: usize>(value: &Value) -> Option<[u32; N]> {
    all(value, |number| u32::try_from(number.as_u64()?).ok())?.try_into().ok()
}

/// A route target by the eight octets of an extended community, since its text differs between releases. Route targets
/// have subtype 2 of the transitive types 0, 1 and 2 (RFC 4360 section 4, RFC 5668 section 2).
fn route_target(octets: u64) -> Option<Community> {
    let [kind, 2, a, b, c, d, e, f] = octets.to_be_bytes() else { return None };
    let target = match kind {
        0 => RouteTarget::As2(u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, f])),
        1 => RouteTarget::Ipv4(Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([e, f])),
        2 => RouteTarget::of_as(u32::from_be_bytes([a, b, c, d]), u16::from_be_bytes([e, f])),
        _ => return None,
    };
    Some(Community::RouteTarget(target))
}
