//! The lines that ExaBGP's JSON encoder prints, one event each.

use std::net::Ipv4Addr;

use bgpcs::{Community, LargeCommunity, RouteTarget, StandardCommunity};
use serde_json::Value;

use crate::prefix::Prefix;

/// What happened, to which neighbor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The neighbor's address, as ExaBGP writes it.
    pub neighbor: String,
    /// What happened.
    pub kind: Kind,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The session is established.
    Up,
    /// The session is not, or no more, established.
    Down,
    /// All routes of a family are sent.
    EndOfRib,
    /// Snapshot came, changed or went.
    Update(Update),
    /// Something that changes no routes.
    Other,
}

/// The unicast routes of an UPDATE message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// The communities of all that is announced, by their values, sorted, each once.
    pub communities: Vec<Community>,
    /// What is announced.
    pub announced: Vec<Nlri>,
    /// What is withdrawn.
    pub withdrawn: Vec<Nlri>,
}

/// A prefix, and which of its paths: 0 unless the session carries several (RFC 7911).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nlri {
    /// Where it leads.
    pub prefix: Prefix,
    /// The path identifier.
    pub path: u32,
}

/// A line that is neither an answer nor an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUnderstood;

/// Reads one line; `None` for the answer to a command, and for an event that is no neighbor's.
///
/// # Errors
/// When it is neither an answer nor an event, or any part of what it says of routes is not understood.
pub fn read(line: &[u8]) -> Result<Option<Event>, NotUnderstood> {
    let line = line.trim_ascii();
    // 4.2 and 5.0 answer commands in words, and in JSON if told so.
    if matches!(line, b"" | b"done" | b"error" | b"shutdown") || line.starts_with(b"{\"answer\"") {
        return Ok(None);
    }
    let line: Value = serde_json::from_slice(line).map_err(|_| NotUnderstood)?;
    let kind = line.get("type").and_then(Value::as_str).ok_or(NotUnderstood)?;
    let Some(neighbor) = line.get("neighbor") else { return Ok(None) };
    event(kind, neighbor).map(Some).ok_or(NotUnderstood)
}

fn event(kind: &str, neighbor: &Value) -> Option<Event> {
    let address = neighbor.pointer("/address/peer")?.as_str()?.to_owned();
    let kind = match (kind, neighbor.get("state").and_then(Value::as_str)) {
        ("state", Some("up")) => Kind::Up,
        ("state", Some("down")) => Kind::Down,
        ("update", _) => match (neighbor.pointer("/message/eor"), neighbor.pointer("/message/update")) {
            (Some(_), _) => Kind::EndOfRib,
            (None, Some(message)) => Kind::Update(update(message)?),
            (None, None) => Kind::Other,
        },
        _ => Kind::Other,
    };
    Some(Event { neighbor: address, kind })
}

/// Of the families, those of unicast count; others are left alone.
fn update(message: &Value) -> Option<Update> {
    let mut update = Update::default();
    if let Some(attributes) = message.get("attribute") {
        update.communities = communities(attributes)?;
    }
    for family in ["ipv4 unicast", "ipv6 unicast"] {
        let of_family = |what| message.get(what).and_then(|by_family| by_family.get(family));
        if let Some(by_next_hop) = of_family("announce") {
            for announced in by_next_hop.as_object()?.values() {
                update.announced.extend(each(announced, nlri)?);
            }
        }
        if let Some(withdrawn) = of_family("withdraw") {
            update.withdrawn.extend(each(withdrawn, nlri)?);
        }
    }
    Some(update)
}

/// The elements of an array, all of which have to be understood.
fn each<T>(array: &Value, read: fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    array.as_array()?.iter().map(read).collect()
}

/// ExaBGP leaves out the object around a prefix when it is told to be compact.
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
        Some(array) => each(array, read),
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
    each(value, |number| u32::try_from(number.as_u64()?).ok())?.try_into().ok()
}

/// The route target that an extended community is by its eight octets, if it is one: subtype 2 of the transitive types
/// 0, 1 and 2 (RFC 4360 section 4, RFC 5668 section 2). Its text differs between releases.
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
