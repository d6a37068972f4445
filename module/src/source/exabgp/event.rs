//! The lines of ExaBGP's JSON encoder: one event each.

use std::net::{IpAddr, Ipv4Addr};

use bgpcs::{Community, LargeCommunity, RouteTarget, StandardCommunity};
use serde_json::Value;

use crate::prefix::Prefix;
use crate::source::summary::Session;

/// An event of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Which session.
    pub session: SessionAddresses,
    /// What happened.
    pub kind: EventKind,
}

/// The addresses of a session. There can be several sessions with one neighbor, from several addresses of this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionAddresses {
    /// That of this side; none while ExaBGP does not know it.
    pub local: Option<IpAddr>,
    /// The neighbor's.
    pub peer: IpAddr,
}

impl SessionAddresses {
    /// Those of a session that was saved; none when they cannot be read.
    pub fn of(session: &Session) -> Option<Self> {
        let local = session.local.as_ref().and_then(|local| local.parse().ok());
        Some(Self { local, peer: session.peer.parse().ok()? })
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// The session is about to be established.
    Connected,
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
    /// How many communities and paths could not be read.
    pub unreadable: u64,
    /// Whether some of the communities are missing, since they could not be read.
    pub lacks_communities: bool,
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
/// When it is neither an answer nor an event.
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
    let address = |which| neighbor.pointer(which)?.as_str()?.parse().ok();
    let session = SessionAddresses { local: address("/address/local"), peer: address("/address/peer")? };
    // ExaBGP can be configured to tell what it sends, too.
    let is_sent = neighbor.get("direction").and_then(Value::as_str) == Some("send");
    let kind = match (kind, neighbor.get("state").and_then(Value::as_str)) {
        ("state", Some("connected")) => EventKind::Connected,
        ("state", Some("up")) => EventKind::Up,
        ("state", Some("down")) => EventKind::Down,
        ("update", _) if !is_sent => {
            match (neighbor.pointer("/message/eor"), neighbor.pointer("/message/update")) {
                (Some(_), _) => EventKind::EndOfRib,
                (None, Some(message)) => EventKind::Update(update(message)?),
                (None, None) => EventKind::Other,
            }
        }
        _ => EventKind::Other,
    };
    Some(Event { session, kind })
}

/// Only unicast families are read. A value that cannot be read is counted; `None` when the message is of another form.
fn update(message: &Value) -> Option<Update> {
    let mut update = Update::default();
    if let Some(attributes) = message.get("attribute") {
        let communities = communities(attributes)?;
        update.unreadable = communities.unreadable;
        update.lacks_communities = communities.unreadable > 0;
        update.communities = communities.readable;
        update.communities.sort_unstable();
        update.communities.dedup();
    }
    let mut paths = |array: &Value| {
        let paths = Readable::of(array, |value| Some(nlri(value)))?;
        update.unreadable += paths.unreadable;
        Some(paths.readable)
    };
    for family in ["ipv4 unicast", "ipv6 unicast"] {
        let of_family = |what| message.get(what).and_then(|by_family| by_family.get(family));
        if let Some(by_next_hop) = of_family("announce") {
            for announced in by_next_hop.as_object()?.values() {
                update.announced.extend(paths(announced)?);
            }
        }
        if let Some(withdrawn) = of_family("withdraw") {
            update.withdrawn.extend(paths(withdrawn)?);
        }
    }
    Some(update)
}

/// The elements of an array that could be read.
struct Readable<T> {
    readable: Vec<T>,
    /// How many could not be read.
    unreadable: u64,
}

impl<T> Readable<T> {
    /// `None` when `array` is not an array. `read` returns `None` for an element of another kind, `Some(None)` for one that
    /// cannot be read.
    fn of(array: &Value, read: fn(&Value) -> Option<Option<T>>) -> Option<Self> {
        let mut elements = Self { readable: Vec::new(), unreadable: 0 };
        for element in array.as_array()?.iter().filter_map(read) {
            elements.unreadable += u64::from(element.is_none());
            elements.readable.extend(element);
        }
        Some(elements)
    }
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

fn communities(attributes: &Value) -> Option<Readable<Community>> {
    let mut communities = Readable { readable: Vec::new(), unreadable: 0 };
    let mut add = |name, read: fn(&Value) -> Option<Option<Community>>| {
        if let Some(array) = attributes.get(name) {
            let of_kind = Readable::of(array, read)?;
            communities.readable.extend(of_kind.readable);
            communities.unreadable += of_kind.unreadable;
        }
        Some(())
    };
    add("community", |value| Some(standard(value)))?;
    add("large-community", |value| Some(large(value)))?;
    add("extended-community", |value| match value.get("value").and_then(Value::as_u64) {
        Some(octets) => route_target(octets).map(Some),
        None => Some(None),
    })?;
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
    let number = |number: &Value| u32::try_from(number.as_u64()?).ok();
    value.as_array()?.iter().map(number).collect::<Option<Vec<_>>>()?.try_into().ok()
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
