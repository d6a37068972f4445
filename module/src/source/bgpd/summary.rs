//! What bgpd reports about its tables and sessions without a scan.

use std::fmt;
use std::io::{self, Read};
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::instance::{Instance, Table};
use crate::prefix::Family;
use crate::source::bgpd::show;
use crate::source::bounded_json;
use crate::source::lossy_utf8::LossyUtf8;
use crate::source::summary::{MAX_SESSIONS, Session, TableStatus, can_be_peer, has_converged};

/// The command for the summary of a table: for [`read_table`].
pub fn show_table(table: &Table) -> String {
    format!("{} summary json", show::routes(table))
}

/// The command for the sessions of an instance: for [`read_sessions`].
pub fn show_sessions(instance: &Instance) -> String {
    format!("{} neighbors json", show::instance(instance))
}

/// A query that no route answers, whose reply has the table version as well: for [`read_table`], where no neighbor of a
/// family is activated, for then the summary is an empty object. The table can have routes all the same. This is a scan,
/// but of a table without neighbors.
pub fn show_version(table: &Table) -> String {
    format!("{} community 65535:65535 json", show::routes(table))
}

/// Reads the reply to [`show_table`] or [`show_version`].
///
/// # Errors
/// When it is not complete, or is not of the known form.
pub fn read_table(reply: impl Read) -> io::Result<TableStatus> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct SummaryReply {
        table_version: Option<u64>,
        #[serde(default)]
        rib_count: u64,
        #[serde(default)]
        dampening_enabled: bool,
    }

    let summary: SummaryReply = bounded_json::value(&mut LossyUtf8::of(reply))?;
    let SummaryReply { table_version: version, rib_count: entries, dampening_enabled: dampening } = summary;
    Ok(TableStatus { version, entries, dampening })
}

/// A neighbor in the reply to `show bgp neighbors json`. bgpd leaves out fields when the session is down.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NeighborReply {
    bgp_state: String,
    bgp_timer_up_msec: u64,
    bgp_timer_up_established_epoch: u64,
    bgp_in_update_elapsed_time_msecs: u64,
    connections_established: u64,
    neighbor_capabilities: Capabilities,
    graceful_restart_info: GracefulRestart,
    address_family_info: ByFamily<FamilyCounters>,
    message_stats: Option<MessageCounters>,
    /// Negative when there is no connection.
    port_local: i64,
    port_foreign: i64,
}

/// What there is for each family. FRR 7.1 and earlier write the names of families for people.
#[derive(serde::Deserialize)]
struct ByFamily<T> {
    #[serde(rename = "ipv4Unicast", alias = "IPv4 Unicast")]
    ipv4: Option<T>,
    #[serde(rename = "ipv6Unicast", alias = "IPv6 Unicast")]
    ipv6: Option<T>,
}

impl<T> Default for ByFamily<T> {
    fn default() -> Self {
        Self { ipv4: None, ipv6: None }
    }
}

impl<T> ByFamily<T> {
    fn get(&self, family: Family) -> Option<&T> {
        match family {
            Family::Ipv4 => self.ipv4.as_ref(),
            Family::Ipv6 => self.ipv6.as_ref(),
        }
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Capabilities {
    multiprotocol_extensions: ByFamily<Capability>,
    add_path: ByFamily<Capability>,
}

/// A capability for a family. `txReceived`: the neighbor may send additional paths. `txAdvertisedAndReceived`: both the
/// neighbor and bgpd may.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Capability {
    advertised_and_received: bool,
    tx_received: bool,
    tx_advertised_and_received: bool,
}

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct GracefulRestart {
    end_of_rib_recv: ByFamily<bool>,
}

#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FamilyCounters {
    accepted_prefix_counter: u64,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageCounters {
    updates_recv: u64,
}

impl NeighborReply {
    fn session(self, peer: String) -> io::Result<Session> {
        let messages = self.message_stats.ok_or(io::ErrorKind::Unsupported)?;
        let up = self.bgp_state == "Established";
        let prefixes = |family| {
            let negotiated = self.neighbor_capabilities.multiprotocol_extensions.get(family);
            let carried = up && negotiated.is_some_and(|extension| extension.advertised_and_received);
            carried.then(|| {
                self.address_family_info.get(family).map_or(0, |counters| counters.accepted_prefix_counter)
            })
        };
        let (ipv4, ipv6) = (prefixes(Family::Ipv4), prefixes(Family::Ipv6));
        let ended = |family| self.graceful_restart_info.end_of_rib_recv.get(family) == Some(&true);
        let complete = (ipv4.is_none() || ended(Family::Ipv4)) && (ipv6.is_none() || ended(Family::Ipv6));
        let add_path = &self.neighbor_capabilities.add_path;
        let mut add_path = Family::ALL.into_iter().filter_map(|family| add_path.get(family));
        let ports = u16::try_from(self.port_local).ok().zip(u16::try_from(self.port_foreign).ok());
        let established = Duration::from_millis(self.bgp_timer_up_msec);
        let silent = established.min(Duration::from_millis(self.bgp_in_update_elapsed_time_msecs));
        Ok(Session {
            peer,
            local: None,
            since: up.then_some(self.bgp_timer_up_established_epoch),
            ports: ports.filter(|_| up),
            times_established: self.connections_established,
            updates: messages.updates_recv,
            ipv4,
            ipv6,
            converged: up && has_converged(complete, Some(silent), established),
            add_path: add_path.any(|paths| paths.tx_received || paths.tx_advertised_and_received),
        })
    }
}

/// Reads the reply to [`show_sessions`]; the sessions are sorted by peer.
///
/// # Errors
/// When it is not complete, is not of the known form, or has more than 1000 neighbors.
pub fn read_sessions(reply: impl Read) -> io::Result<Vec<Session>> {
    let Neighbors(mut sessions) = bounded_json::value(&mut LossyUtf8::of(reply))?;
    sessions.sort_by(|one, another| one.peer.cmp(&another.peer));
    Ok(sessions)
}

/// The neighbors by their addresses.
struct Neighbors(Vec<Session>);

impl<'de> Deserialize<'de> for Neighbors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NeighborsVisitor)
    }
}

struct NeighborsVisitor;

impl<'de> Visitor<'de> for NeighborsVisitor {
    type Value = Neighbors;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MAX_SESSIONS} neighbors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Neighbors, A::Error> {
        let mut sessions = Vec::new();
        while let Some((peer, neighbor)) = map.next_entry::<String, NeighborReply>()? {
            if sessions.len() == MAX_SESSIONS {
                return Err(A::Error::invalid_length(MAX_SESSIONS + 1, &self));
            }
            if !can_be_peer(&peer) {
                return Err(A::Error::custom("the name of a neighbor is too long"));
            }
            sessions.push(neighbor.session(peer).map_err(A::Error::custom)?);
        }
        Ok(Neighbors(sessions))
    }
}
