//! What a route source reports about itself at next to no cost: whether routes may have changed, and whether they are
//! all there.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::prefix::Family;

/// The most sessions that are read, and kept from one run to the next.
pub const MAX_SESSIONS: usize = 1000;

/// The longest name of a neighbor in bytes: an address with an interface.
const LONGEST_PEER: usize = 128;

/// Whether a text can be a neighbor's address or interface, by its length: a thousand names of any length, in the state and
/// wherever it is copied, would take memory without a limit.
pub fn can_be_peer(text: &str) -> bool {
    text.len() <= LONGEST_PEER
}

/// A session that is established for so long has converged, even if its neighbor never falls silent.
const LONGEST_CONVERGENCE: Duration = Duration::from_secs(60);

/// A session has converged when its neighbor sent no UPDATE message for so long, even without an end-of-RIB.
const SILENCE: Duration = Duration::from_secs(5);

/// Table versions and sessions, as `show bgp summary` reports them.
///
/// A best path cannot change without a new table version, unless routes are dampened (RFC 2439). No path can be added,
/// changed or removed without an UPDATE message from its neighbor, or the end of the session. Other changes, such as a
/// new routing policy, are seen at the next full refresh.
///
/// The default is a source about which nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct BgpSummary {
    /// The process id of the routing engine, if it is known.
    pub process: Option<i32>,
    /// IPv4 unicast.
    pub ipv4: TableStatus,
    /// IPv6 unicast.
    pub ipv6: TableStatus,
    /// Sorted by peer.
    pub sessions: Vec<Session>,
    /// Whether only the state of the sessions is known, so that routes can change without a sign.
    #[serde(default)]
    pub sessions_only: bool,
    /// Whether the routing engine does not have this instance of BGP, and so none of the above.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_absent: bool,
}

/// The table of a family.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TableStatus {
    /// The table version, which counts the changes of best paths since BGP was configured; absent when the source does not
    /// report it.
    pub version: Option<u64>,
    /// How many entries a query has to scan; zero when the source does not report it.
    #[serde(default)]
    pub entries: u64,
    /// Whether route flap dampening is on (RFC 2439): dampened routes change without a new version.
    #[serde(default)]
    pub dampening: bool,
}

/// A BGP session. The default is one that is not established.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Session {
    /// The neighbor's address or interface.
    pub peer: String,
    /// The address of this side, from a source that can have several sessions with one neighbor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<String>,
    /// Since when it is established, in seconds since 1970; absent when it is not.
    pub since: Option<u64>,
    /// The local and the remote TCP port of its connection, if the source reports them. Another connection nearly always
    /// has others.
    #[serde(default)]
    pub ports: Option<(u16, u16)>,
    /// How often it was established since the neighbor was configured.
    pub times_established: u64,
    /// UPDATE messages received since the process began.
    pub updates: u64,
    /// Prefixes accepted, if the session carries IPv4 unicast.
    pub ipv4: Option<u64>,
    /// Prefixes accepted, if the session carries IPv6 unicast.
    pub ipv6: Option<u64>,
    /// Whether the neighbor has presumably sent all its routes: see [`has_converged`].
    #[serde(rename = "settled")]
    pub converged: bool,
    /// Whether the neighbor may send several paths of a prefix (RFC 7911), as far as the source reports it.
    #[serde(default)]
    pub add_path: bool,
}

/// Whether a neighbor has presumably sent all its routes: by its end-of-RIB (RFC 4724 section 2), by its silence, or
/// since the session is `established` for long enough. `silent` is the time since the last UPDATE message, if it is
/// known.
pub fn has_converged(end_of_rib: bool, silent: Option<Duration>, established: Duration) -> bool {
    end_of_rib || silent.is_some_and(|silent| silent >= SILENCE) || established >= LONGEST_CONVERGENCE
}

impl BgpSummary {
    /// An instance that the routing engine does not have.
    pub fn absent() -> Self {
        Self { is_absent: true, ..Self::default() }
    }

    /// Whether no routes changed between the two summaries. False when they can change without a sign. So it is when no
    /// session was ever established: if BGP was configured anew in between, its table versions start over, and only the
    /// counters of sessions show that.
    pub fn same_routes(&self, other: &Self) -> bool {
        if self.is_absent || other.is_absent {
            return self.is_absent && other.is_absent;
        }
        !self.sessions_only
            && self.process == other.process
            && self.same_versions(other)
            && Family::ALL.into_iter().all(|family| !self.table(family).dampening)
            && self.sessions.iter().any(|session| session.times_established > 0)
            && self.all_sessions(other, Session::same_routes)
    }

    /// Whether no best path can have changed between the two summaries.
    pub fn same_best_paths(&self, other: &Self) -> bool {
        let is_carried = |family| self.carrying(family).next().is_some();
        self.same_sessions(other)
            && self.same_versions(other)
            && Family::ALL.into_iter().all(|family| !self.table(family).dampening || !is_carried(family))
    }

    /// Whether every table has the version that it had. A table without a version may have changed.
    fn same_versions(&self, other: &Self) -> bool {
        let version = |summary: &Self, family| summary.table(family).version;
        Family::ALL
            .into_iter()
            .all(|family| version(self, family).is_some() && version(self, family) == version(other, family))
    }

    /// Whether both summaries are of one process, and no session was lost or established in between. False when no
    /// session is established: BGP may have been configured again, and then its table versions start over.
    pub fn same_sessions(&self, other: &Self) -> bool {
        self.process.is_some()
            && self.process == other.process
            && self.sessions.iter().any(|session| session.since.is_some())
            && self.all_sessions(other, Session::same)
    }

    fn all_sessions(&self, other: &Self, are_same: fn(&Session, &Session) -> bool) -> bool {
        self.sessions.len() == other.sessions.len()
            && self.sessions.iter().zip(&other.sessions).all(|(one, another)| are_same(one, another))
    }

    /// Whether any session has fewer prefixes of a family than `before`.
    pub fn has_lost_prefixes(&self, before: &Self, family: Family) -> bool {
        let mut sessions = self.sessions.iter().zip(&before.sessions);
        sessions.any(|(now, before)| now.prefixes(family) < before.prefixes(family))
    }

    /// The table of a family.
    pub fn table(&self, family: Family) -> &TableStatus {
        match family {
            Family::Ipv4 => &self.ipv4,
            Family::Ipv6 => &self.ipv6,
        }
    }

    /// Whether no prefix of a family has more than one path: all `paths` of the table are of one session, the only one
    /// that is established.
    pub fn has_single_paths(&self, family: Family, paths: u64) -> bool {
        let mut established = self.sessions.iter().filter(|session| session.since.is_some());
        match (established.next(), established.next()) {
            (Some(only), None) => !only.add_path && only.prefixes(family) == Some(paths),
            _ => false,
        }
    }

    /// The established sessions that carry a family.
    pub fn carrying(&self, family: Family) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(move |session| session.prefixes(family).is_some())
    }
}

impl Session {
    fn same_routes(&self, other: &Self) -> bool {
        let counts = |session: &Self| (session.updates, session.ipv4, session.ipv6);
        self.same(other) && counts(self) == counts(other)
    }

    /// Whether both are one session, in one state, which was not lost in between.
    pub fn same(&self, other: &Self) -> bool {
        // Engines derive the time from the age of the session, so it can differ by a second.
        let since = match (self.since, other.since) {
            (Some(one), Some(another)) => one.abs_diff(another) <= 2,
            (one, another) => one == another,
        };
        since
            && self.peer == other.peer
            && self.local == other.local
            && self.times_established == other.times_established
            && self.ports == other.ports
    }

    /// Prefixes accepted, if the session is established and carries the family.
    pub fn prefixes(&self, family: Family) -> Option<u64> {
        match family {
            Family::Ipv4 => self.ipv4,
            Family::Ipv6 => self.ipv6,
        }
    }
}
