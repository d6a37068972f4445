//! The neighbors as `gobgp --json neighbor` prints them. It leaves out fields that are zero or false.

use std::time::Duration;

use bgpcs::UnixTime;
use serde_json::Value;

use crate::prefix::Family;
use crate::source::summary::{Session, has_converged};

/// The number of `ESTABLISHED` in GoBGP's API (`PeerState.SessionState`), as in RFC 4273 (`bgpPeerState`).
const ESTABLISHED: u64 = 6;

/// A neighbor, as its JSON object.
pub struct GobgpNeighbor(Value);

/// Reads a reply; `None` when it is not a list of neighbors.
pub fn read(reply: &[u8]) -> Option<Vec<GobgpNeighbor>> {
    let Value::Array(shown) = serde_json::from_slice(reply).ok()? else { return None };
    shown.iter().all(|shown| address(shown).is_some()).then(|| shown.into_iter().map(GobgpNeighbor).collect())
}

fn address(shown: &Value) -> Option<&str> {
    shown.pointer("/state/neighbor_address")?.as_str()
}

fn number(shown: &Value, place: &str) -> u64 {
    shown.pointer(place).and_then(Value::as_u64).unwrap_or_default()
}

impl GobgpNeighbor {
    /// The neighbor's address.
    pub fn address(&self) -> &str {
        address(&self.0).unwrap_or_default()
    }

    /// Whether the session is established and carries the family.
    pub fn carries(&self, family: Family) -> bool {
        self.of(family).is_some()
    }

    fn is_established(&self) -> bool {
        number(&self.0, "/state/session_state") == ESTABLISHED
    }

    /// The state of a family, if the session is established and carries it. Families have IANA's numbers (AFI, SAFI 1).
    fn of(&self, family: Family) -> Option<&Value> {
        let afi = match family {
            Family::Ipv4 => 1,
            Family::Ipv6 => 2,
        };
        let is_wanted = |shown: &&Value| {
            (number(shown, "/state/family/afi"), number(shown, "/state/family/safi")) == (afi, 1)
        };
        self.0.get("afi_safis")?.as_array()?.iter().filter(|_| self.is_established()).find(is_wanted)
    }

    /// The session, as of `now`.
    pub fn session(&self, now: UnixTime) -> Session {
        let since = number(&self.0, "/timers/state/uptime/seconds");
        let end_of_rib = |family| {
            let place = "/mp_graceful_restart/state/end_of_rib_received";
            self.of(family).is_none_or(|carried| carried.pointer(place) == Some(&Value::Bool(true)))
        };
        let established = Duration::from_secs(now.saturating_sub(since));
        let accepted = |family| self.of(family).map(|carried| number(carried, "/state/accepted"));
        Session {
            peer: self.address().to_owned(),
            since: self.is_established().then_some(since),
            times_established: number(&self.0, "/state/messages/received/open"),
            updates: number(&self.0, "/state/messages/received/update"),
            ipv4: accepted(Family::Ipv4),
            ipv6: accepted(Family::Ipv6),
            converged: has_converged(Family::ALL.into_iter().all(end_of_rib), None, established),
            add_path: false,
        }
    }
}
