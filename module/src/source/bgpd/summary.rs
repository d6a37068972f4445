//! What bgpd says of itself without looking through its table.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use bgpcs::Community;
use serde::Deserialize;

use crate::source::summary::{Session, TableStatus};

/// A reply about peers and communities that is longer than this is not worth its memory.
pub const REPLY_BYTES: u64 = 32 << 20;

/// More peers than this are not remembered from one run to the next.
const MAX_SESSIONS: usize = 1000;

/// A session that was silent for so long, in milliseconds, has sent all its routes.
const QUIET: u64 = 5_000;

/// A session that is up for so long, in milliseconds, has sent all its routes, even if it never falls silent.
const GROWN: u64 = 60_000;

/// The reply to `show bgp FAMILY unicast summary json`.
///
/// # Errors
/// When it does not come whole, or this release does not say what is needed.
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

/// A neighbor in the reply to `show bgp neighbors json`; what is absent is so because the session is down.
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
    address_family_info: BTreeMap<String, AddressFamily>,
    message_stats: Option<Messages>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Capabilities {
    multiprotocol_extensions: BTreeMap<String, Capability>,
    add_path: BTreeMap<String, Capability>,
}

/// What was said of a capability for a family. `txReceived` is the neighbor's word that it may send additional paths,
/// `txAdvertisedAndReceived` the same when bgpd said so too.
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
struct AddressFamily {
    accepted_prefix_counter: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Messages {
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
        let quiet = self.bgp_timer_up_msec.min(self.bgp_in_update_elapsed_time_msecs);
        Ok(Session {
            peer,
            since: up.then_some(self.bgp_timer_up_established_epoch),
            times_established: self.connections_established,
            updates: messages.updates_recv,
            ipv4,
            ipv6,
            converged: up && (complete || quiet >= QUIET || self.bgp_timer_up_msec >= GROWN),
            add_path: add_path.any(|said| said.tx_received || said.tx_advertised_and_received),
        })
    }
}

/// The reply to `show bgp neighbors json`.
///
/// # Errors
/// When it does not come whole, or this release does not say what is needed.
pub fn read_sessions(reply: impl Read) -> io::Result<Vec<Session>> {
    let neighbors: BTreeMap<String, NeighborReply> = serde_json::from_reader(io::BufReader::new(reply))?;
    if neighbors.len() > MAX_SESSIONS {
        return Err(io::ErrorKind::Unsupported.into());
    }
    neighbors.into_iter().map(|(peer, neighbor)| neighbor.session(peer)).collect()
}

/// The reply to `show bgp community-info` or `show ip bgp large-community-info`: marks in `found` those of `wanted`
/// that stand in any set of communities.
///
/// ```text
/// Address Refcnt Community
/// [0x55f1f7237070] (1) 12076:5010 no-export
/// ```
///
/// # Errors
/// When the reply does not come whole, or has anything that is not understood: then any community may be in use.
pub fn read_communities(reply: impl Read, wanted: &[Community], found: &mut [bool]) -> io::Result<()> {
    let mut reader = io::BufReader::with_capacity(64 * 1024, reply);
    let mut line = String::new();
    let mut is_head = true;
    loop {
        line.clear();
        if (&mut reader).take(LINE).read_line(&mut line)? == 0 {
            return if is_head { Err(io::ErrorKind::Unsupported.into()) } else { Ok(()) };
        }
        if !line.ends_with('\n') {
            return Err(io::ErrorKind::Unsupported.into());
        }
        if is_head {
            is_head = false;
            if !line.starts_with("Address Refcnt ") {
                return Err(io::ErrorKind::Unsupported.into());
            }
        } else if let Some((_, set)) = line.split_once(") ") {
            for word in set.split_ascii_whitespace() {
                let community: Community = word.parse().map_err(|_| io::ErrorKind::Unsupported)?;
                let community = community.canonical();
                let marks = wanted.iter().zip(found.iter_mut()).filter(|(wanted, _)| **wanted == community);
                marks.for_each(|(_, mark)| *mark = true);
            }
        } else if !line.trim().is_empty() {
            return Err(io::ErrorKind::Unsupported.into());
        }
    }
}

/// Longer lines are not read: the longest attribute holds 16,383 communities of up to 11 digits.
const LINE: u64 = 256 * 1024;
