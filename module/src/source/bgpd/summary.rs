//! What bgpd reports about its tables and sessions without a scan.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::time::Duration;

use serde::Deserialize;

use crate::source::summary::{Session, TableStatus, has_converged};

/// The most sessions that are kept from one run to the next.
const MAX_SESSIONS: usize = 1000;

/// Reads the reply to `show bgp FAMILY unicast summary json`.
///
/// # Errors
/// When it is not complete, or is not of the known form.
pub fn read_table(reply: impl Read) -> io::Result<TableStatus> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct SummaryReply {
        table_version: Option<u64>,
        #[serde(default)]
        rib_count: u64,
        #[serde(default)]
        dampening_enabled: bool,
    }

    let summary: SummaryReply = serde_json::from_reader(io::BufReader::new(reply))?;
    let SummaryReply { table_version: version, rib_count: entries, dampening_enabled: dampening } = summary;
    Ok(TableStatus { version, entries, dampening })
}

/// A neighbor in the reply to `show bgp neighbors json`. bgpd leaves out fields when the session is down.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NeighborReply {
    bgp_state: String,
    bgp_timer_up_msec: u64,
    bgp_timer_up_established_epoch: u64,
    bgp_in_update_elapsed_time_msecs: u64,
    connections_established: u64,
    neighbor_capabilities: Capabilities,
    graceful_restart_info: GracefulRestart,
    address_family_info: BTreeMap<String, FamilyCounters>,
    message_stats: Option<MessageCounters>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Capabilities {
    multiprotocol_extensions: BTreeMap<String, Capability>,
    add_path: BTreeMap<String, Capability>,
}

/// A capability for a family. `txReceived`: the neighbor may send additional paths. `txAdvertisedAndReceived`: both the
/// neighbor and bgpd may.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Capability {
    advertised_and_received: bool,
    tx_received: bool,
    tx_advertised_and_received: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct GracefulRestart {
    end_of_rib_recv: BTreeMap<String, bool>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FamilyCounters {
    accepted_prefix_counter: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageCounters {
    updates_recv: u64,
}

impl NeighborReply {
    fn session(self, peer: String) -> io::Result<Session> {
        let messages = self.message_stats.ok_or(io::ErrorKind::Unsupported)?;
        let up = self.bgp_state == "Established";
        let prefixes = |name: &str| {
            let negotiated = self.neighbor_capabilities.multiprotocol_extensions.get(name);
            let carried = up && negotiated.is_some_and(|extension| extension.advertised_and_received);
            carried.then(|| {
                self.address_family_info.get(name).map_or(0, |family| family.accepted_prefix_counter)
            })
        };
        let (ipv4, ipv6) = (prefixes("ipv4Unicast"), prefixes("ipv6Unicast"));
        let ended = |name: &str| self.graceful_restart_info.end_of_rib_recv.get(name) == Some(&true);
        let complete = (ipv4.is_none() || ended("ipv4Unicast")) && (ipv6.is_none() || ended("ipv6Unicast"));
        let mut add_path = self.neighbor_capabilities.add_path.values();
        let established = Duration::from_millis(self.bgp_timer_up_msec);
        let silent = established.min(Duration::from_millis(self.bgp_in_update_elapsed_time_msecs));
        Ok(Session {
            peer,
            since: up.then_some(self.bgp_timer_up_established_epoch),
            times_established: self.connections_established,
            updates: messages.updates_recv,
            ipv4,
            ipv6,
            converged: up && has_converged(complete, Some(silent), established),
            add_path: add_path.any(|paths| paths.tx_received || paths.tx_advertised_and_received),
        })
    }
}

/// Reads the reply to `show bgp neighbors json`; the sessions are sorted by peer.
///
/// # Errors
/// When it is not complete, is not of the known form, or has more than 1000 neighbors.
pub fn read_sessions(reply: impl Read) -> io::Result<Vec<Session>> {
    let neighbors: BTreeMap<String, NeighborReply> = serde_json::from_reader(io::BufReader::new(reply))?;
    if neighbors.len() > MAX_SESSIONS {
        return Err(io::ErrorKind::Unsupported.into());
    }
    neighbors.into_iter().map(|(peer, neighbor)| neighbor.session(peer)).collect()
}
