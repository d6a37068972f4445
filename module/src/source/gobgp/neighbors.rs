//! The neighbors as `gobgp --json neighbor` prints them. It leaves out fields that are zero or false.

use std::io::Read;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use bgpcs::UnixTime;
use serde_json::Value;

use crate::prefix::Family;
use crate::source::json_arrays;
use crate::source::routes_json::ReplyError;
use crate::source::summary::{MAX_SESSIONS, Session, can_be_peer, has_converged};

/// The number of `ESTABLISHED` in GoBGP's API (`PeerState.SessionState`), as in RFC 4273 (`bgpPeerState`).
const ESTABLISHED: u64 = 6;

/// A neighbor.
pub struct GobgpNeighbor {
    address: String,
    /// Since when the session is established, in seconds since 1970.
    since: Option<UnixTime>,
    times_established: u64,
    updates: u64,
    ipv4: Option<FamilyState>,
    ipv6: Option<FamilyState>,
}

/// A family that an established session carries.
struct FamilyState {
    accepted: u64,
    end_of_rib: bool,
}

/// The neighbors of a reply.
#[derive(Default)]
pub struct GobgpNeighbors {
    /// Those with an address.
    pub known: Vec<GobgpNeighbor>,
    /// How many there are whose address could not be read.
    pub unreadable: u64,
}

/// Reads a reply.
///
/// # Errors
/// When it is not complete, is not a list of objects, or has more than 1000 neighbors.
pub fn read(reply: &mut dyn Read) -> Result<GobgpNeighbors, ReplyError> {
    let mut neighbors = GobgpNeighbors::default();
    json_arrays::read_one(reply, &mut |_, shown| {
        if !shown.is_object() {
            return Err("a neighbor is not an object".to_owned());
        }
        if neighbors.known.len() == MAX_SESSIONS {
            return Err(format!("more than {MAX_SESSIONS} neighbors"));
        }
        match GobgpNeighbor::read(shown) {
            Some(neighbor) => neighbors.known.push(neighbor),
            None => neighbors.unreadable += 1,
        }
        Ok(())
    })?;
    Ok(neighbors)
}

/// Whether a text is an IP address, perhaps with an interface (RFC 4007 section 11), and so can be a word of a command.
fn is_address(text: &str) -> bool {
    let is_interface = |zone: &str| {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !zone.is_empty() && zone.bytes().all(is_known)
    };
    match text.split_once('%') {
        Some((address, zone)) => address.parse::<Ipv6Addr>().is_ok() && is_interface(zone),
        None => text.parse::<IpAddr>().is_ok(),
    }
}

fn number(shown: &Value, place: &str) -> u64 {
    shown.pointer(place).and_then(Value::as_u64).unwrap_or_default()
}

impl GobgpNeighbor {
    /// `None` when it has no address.
    fn read(shown: &Value) -> Option<Self> {
        let address = shown
            .pointer("/state/neighbor_address")?
            .as_str()
            .filter(|text| can_be_peer(text) && is_address(text))?;
        let is_established = number(shown, "/state/session_state") == ESTABLISHED;
        // Families have IANA's numbers (AFI, SAFI 1).
        let family = |afi| {
            let families = shown.get("afi_safis").and_then(Value::as_array).filter(|_| is_established)?;
            let is_wanted = |shown: &&Value| {
                (number(shown, "/state/family/afi"), number(shown, "/state/family/safi")) == (afi, 1)
            };
            let place = "/mp_graceful_restart/state/end_of_rib_received";
            families.iter().find(is_wanted).map(|shown| FamilyState {
                accepted: number(shown, "/state/accepted"),
                end_of_rib: shown.pointer(place) == Some(&Value::Bool(true)),
            })
        };
        Some(Self {
            address: address.to_owned(),
            since: is_established.then(|| number(shown, "/timers/state/uptime/seconds")),
            times_established: number(shown, "/state/messages/received/open"),
            updates: number(shown, "/state/messages/received/update"),
            ipv4: family(1),
            ipv6: family(2),
        })
    }

    /// The neighbor's address, which can be a word of a command.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether the session is established and carries the family.
    pub fn carries(&self, family: Family) -> bool {
        match family {
            Family::Ipv4 => self.ipv4.is_some(),
            Family::Ipv6 => self.ipv6.is_some(),
        }
    }

    /// The session, as of `now`.
    pub fn session(&self, now: UnixTime) -> Session {
        let established = Duration::from_secs(now.saturating_sub(self.since.unwrap_or_default()));
        let mut families = self.ipv4.iter().chain(&self.ipv6);
        Session {
            peer: self.address.clone(),
            since: self.since,
            times_established: self.times_established,
            updates: self.updates,
            ipv4: self.ipv4.as_ref().map(|family| family.accepted),
            ipv6: self.ipv6.as_ref().map(|family| family.accepted),
            converged: has_converged(families.all(|family| family.end_of_rib), None, established),
            ..Session::default()
        }
    }
}
