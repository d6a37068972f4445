//! The neighbors as `gobgp --json neighbor` prints them; what is absent is zero or false.

use serde_json::Value;

use crate::prefix::Family;
use crate::source::summary::Session;
use bgpcs::UnixTime;

/// The session state of the field's BGP models (`ESTABLISHED`).
const ESTABLISHED: u64 = 6;

/// A session that is up for so many seconds has sent all its routes, even if it has not said so.
const GROWN: u64 = 60;

/// A neighbor.
pub struct GobgpNeighbor(Value);

/// Reads a reply; `None` when it is no list of neighbors.
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

    /// What is said of a family that the session carries, which is told by IANA's numbers.
    fn of(&self, family: Family) -> Option<&Value> {
        let afi = match family {
            Family::Ipv4 => 1,
            Family::Ipv6 => 2,
        };
        let is_it = |shown: &&Value| {
            (number(shown, "/state/family/afi"), number(shown, "/state/family/safi")) == (afi, 1)
        };
        self.0.get("afi_safis")?.as_array()?.iter().filter(|_| self.is_established()).find(is_it)
    }

    /// What a summary at `now` says of it.
    pub fn session(&self, now: UnixTime) -> Session {
        let since = number(&self.0, "/timers/state/uptime/seconds");
        let ended = |family| {
            let place = "/mp_graceful_restart/state/end_of_rib_received";
            self.of(family).is_none_or(|carried| carried.pointer(place) == Some(&Value::Bool(true)))
        };
        let accepted = |family| self.of(family).map(|carried| number(carried, "/state/accepted"));
        Session {
            peer: self.address().to_owned(),
            since: self.is_established().then_some(since),
            times_established: number(&self.0, "/state/messages/received/open"),
            updates: number(&self.0, "/state/messages/received/update"),
            ipv4: accepted(Family::Ipv4),
            ipv6: accepted(Family::Ipv6),
            converged: Family::ALL.into_iter().all(ended) || since.saturating_add(GROWN) <= now,
            add_path: false,
        }
    }
}
