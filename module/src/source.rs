//! Where routes come from: one trait, one file per kind of source.

pub mod bagpipe;
pub mod bgpd;
mod bounded;
pub mod exabgp;
pub mod gobgp;
pub mod http;
mod listing;
pub mod reply;
pub mod routing_manager;
pub mod select;
mod unix;

use std::time::{Duration, Instant};

use bgpcs::{ApplicationName, Community};
use serde::{Deserialize, Serialize};

use crate::error::SourceError;
use crate::prefix::{Family, Prefix};

/// One question to a route source: the paths of a family that carry a community.
///
/// What a route source can filter by is asked one community at a time; the others share a question, because each would
/// otherwise cost a look at every route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Which routes.
    pub family: Family,
    /// The first application that asks it.
    pub application: ApplicationName,
    /// The community, or the first of several.
    pub community: Community,
    /// Further communities, for each of which the source looks at every route.
    pub further: Vec<Community>,
}

impl Question {
    /// Every community of the question; a [`Path`] names one by its index.
    pub fn communities(&self) -> impl Iterator<Item = &Community> {
        std::iter::once(&self.community).chain(&self.further)
    }

    /// Whether bgpd has to show every path in detail, since it cannot select by route target.
    pub fn shows_detail(&self) -> bool {
        matches!(self.community, Community::RouteTarget(_))
    }
}

/// The community by its value, so that `no-export` and `65535:65281` are one.
pub fn on_the_wire(community: &Community) -> Community {
    community.standard().map_or(*community, Community::Standard)
}

/// A piece of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// One path; the paths of a prefix follow one another.
    Path(Path),
    /// The answer begins anew: what was told until now does not count.
    Anew,
}

/// A valid path of a prefix that carries a community of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// Which of the question's communities, by its index.
    pub community: usize,
    /// Where it leads.
    pub prefix: Prefix,
    /// Whether it is the prefix's best path.
    pub best: bool,
}

/// A routing engine that can be asked for routes by community.
pub trait RouteSource {
    /// What is asked, for the operator: `bgpd at /run/frr/bgpd.vty`.
    fn name(&self) -> String;

    /// What questions it takes.
    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    /// Where an operator looks closer.
    fn advice(&self) -> Advice {
        Advice::default()
    }

    /// Passes the answer to `each` as it arrives.
    ///
    /// # Errors
    /// When the answer does not come whole, in time and in the expected form; what was passed to `each` until then
    /// is worth nothing.
    fn ask(&mut self, question: &Question, each: &mut dyn FnMut(Told)) -> Result<(), SourceError> {
        self.ask_with_neighbors(question, &mut |path, _| each(Told::Path(path)))
    }

    /// What tells at next to no cost whether routes may have changed, if this source has such a thing.
    fn survey(&mut self) -> Option<Survey> {
        None
    }

    /// The prefixes of a family whose best path changed between two states of its table, if this source can tell.
    fn changes(&mut self, _family: Family, _since: &Table, _now: &Table) -> Option<Changes> {
        None
    }

    /// How many paths the table of a family had when [`ask`](Self::ask) was answered last, if the source said so.
    fn path_count(&self, _family: Family) -> Option<u64> {
        None
    }

    /// Which of these communities any route carries, if this source can tell at next to no cost. They are given, and
    /// compared, by their values [`on_the_wire`].
    fn in_use(&mut self, _communities: &[Community]) -> Option<Vec<bool>> {
        None
    }

    /// What is odd about what it has told, for the operator.
    fn warnings(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// Passes the answer to `each` together with the neighbor of each path, which is empty when the source does not
    /// say. It may cost the source twice what [`ask`](Self::ask) does.
    ///
    /// # Errors
    /// As for [`ask`](Self::ask).
    fn ask_with_neighbors(
        &mut self,
        question: &Question,
        each: &mut dyn FnMut(Path, &str),
    ) -> Result<(), SourceError>;

    /// The paths by which packets to a prefix would go: those of the longest prefix that contains it, if any does.
    /// `None` when this source cannot tell.
    fn paths_to(&mut self, _prefix: Prefix) -> Option<Result<Option<Destination>, SourceError>> {
        None
    }

    /// The communities of the same AS number as this one that any route carries, sorted. `None` when this source
    /// cannot tell.
    fn of_the_same_as(&mut self, _community: &Community) -> Option<Vec<Community>> {
        None
    }
}

/// What changed in the table of a family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The prefixes whose best path changed and that are still in the table, though maybe without a best path.
    pub prefixes: Vec<Prefix>,
    /// How many changes there were beyond one of each of these prefixes. Without any, no prefix can be gone.
    pub unaccounted: u64,
}

/// A prefix that the routing engine has, with its paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// As the routing engine has it.
    pub prefix: Prefix,
    /// The valid ones.
    pub paths: Vec<DestinationPath>,
}

/// A path of a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationPath {
    /// The neighbor's address; empty when the source does not say.
    pub neighbor: String,
    /// Whether it is the best one.
    pub best: bool,
    /// What it carries, of every kind that can be configured, by its values [`on_the_wire`].
    pub communities: Vec<Community>,
    /// Whether it carries something that cannot be told from its name, such as an alias.
    pub is_unclear: bool,
}

/// Where an operator looks closer at a route source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// When it does not answer.
    pub silent: &'static str,
    /// At all sessions.
    pub summary: &'static str,
    /// At one session.
    pub neighbors: &'static str,
    /// At routes.
    pub routes: &'static str,
}

impl Default for Advice {
    /// Where the router's own routing engine is looked at.
    fn default() -> Self {
        Self {
            silent: "see that BGP is configured on this router and that routingManager runs, in the PCLI: show system processes",
            summary: "in the PCLI: show bgp summary",
            neighbors: "in the PCLI: show bgp neighbors",
            routes: "in the PCLI: show bgp",
        }
    }
}

/// What questions a route source takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Whether its routes have standard and large communities; route targets they have in any case.
    pub communities: bool,
    /// Whether it tells the best path of a prefix. A path of a source that does not counts as best.
    pub best_path: bool,
    /// Whether it looks at every route whatever is asked, so that all communities share a question.
    pub one_look: bool,
    /// Whether anybody can ask it; else it tells its routes to one process of this program only.
    pub can_be_asked: bool,
}

impl Default for Abilities {
    /// Those of bgpd.
    fn default() -> Self {
        Self { communities: true, best_path: true, one_look: false, can_be_asked: true }
    }
}

impl Abilities {
    /// Whether routes can be selected by this community.
    pub fn select_by(&self, community: &Community) -> bool {
        self.communities || matches!(community, Community::RouteTarget(_))
    }
}

/// What a routing engine says of its table without looking through it.
///
/// A best path cannot change without the version of the family's table, and no path can come, go or change without an
/// UPDATE message from its neighbor, or the session's end. What else could make a difference, such as a new routing
/// policy, is left to the full look that is due at times anyway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Survey {
    /// The process that answers.
    pub process: Option<i32>,
    /// IPv4 unicast.
    pub ipv4: Table,
    /// IPv6 unicast.
    pub ipv6: Table,
    /// By peer.
    pub sessions: Vec<Session>,
    /// Whether nothing else is known, so that routes can change without a sign.
    #[serde(default)]
    pub sessions_only: bool,
}

/// What is known of the table of a family.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Table {
    /// Counts the changes of best paths since the process began; absent without a session of the family.
    pub version: Option<u64>,
    /// How many entries there are to pass over in a look at every route; zero when the source does not say.
    #[serde(default)]
    pub entries: u64,
}

/// A BGP session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Session {
    /// The neighbor's address or interface.
    pub peer: String,
    /// Since when it is established, in seconds since 1970; absent when it is not.
    pub since: Option<u64>,
    /// How often it was established since the process began.
    pub times_established: u64,
    /// UPDATE messages received since the process began.
    pub updates: u64,
    /// Prefixes accepted, if the session carries IPv4 unicast.
    pub ipv4: Option<u64>,
    /// Prefixes accepted, if the session carries IPv6 unicast.
    pub ipv6: Option<u64>,
    /// Whether the neighbor has presumably sent all the routes that it has.
    pub settled: bool,
    /// Whether the neighbor may send several paths of a prefix (RFC 7911), as far as the source says.
    #[serde(default)]
    pub add_path: bool,
}

impl Survey {
    /// Whether there is no sign of a change of routes between the two, where there would be one.
    pub fn same_routes(&self, other: &Self) -> bool {
        !self.sessions_only
            && self.process == other.process
            && self.ipv4.version == other.ipv4.version
            && self.ipv6.version == other.ipv6.version
            && self.all_sessions(other, Session::same_routes)
    }

    /// Whether both are of one process whose sessions were neither lost nor established in between.
    pub fn same_sessions(&self, other: &Self) -> bool {
        self.process.is_some() && self.process == other.process && self.all_sessions(other, Session::same)
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
    pub fn table(&self, family: Family) -> &Table {
        match family {
            Family::Ipv4 => &self.ipv4,
            Family::Ipv6 => &self.ipv6,
        }
    }

    /// Whether all paths of a family, of which there are so many, are of one neighbor and each the only one of its
    /// prefix.
    pub fn has_single_paths(&self, family: Family, paths: u64) -> bool {
        let mut carrying = self.carrying(family);
        match (carrying.next(), carrying.next()) {
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

    fn same(&self, other: &Self) -> bool {
        // Engines derive the time from the session's age, so that it can be a second off.
        let since = match (self.since, other.since) {
            (Some(one), Some(another)) => one.abs_diff(another) <= 2,
            (one, another) => one == another,
        };
        since && self.peer == other.peer && self.times_established == other.times_established
    }

    /// Prefixes accepted, if the session carries the family.
    pub fn prefixes(&self, family: Family) -> Option<u64> {
        match family {
            Family::Ipv4 => self.ipv4,
            Family::Ipv6 => self.ipv6,
        }
    }
}

/// How long a route source may take, and how much it may say.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until it accepts a connection.
    pub connect: Duration,
    /// From a question to the first byte of its reply; bgpd is silent while it looks through its table.
    pub first_byte: Duration,
    /// From a question to the last byte of its reply.
    pub reply: Duration,
    /// From the first question to the last reply.
    pub run: Duration,
    /// Length of one reply.
    pub reply_bytes: u64,
}

impl Limits {
    /// The same, but for somebody who waits for the answer to a small question: nothing takes longer than `longest`.
    pub fn at_most(self, longest: Duration) -> Self {
        Self {
            connect: self.connect.min(longest),
            first_byte: self.first_byte.min(longest),
            reply: self.reply.min(longest),
            run: self.run.min(longest),
            ..self
        }
    }
}

impl Default for Limits {
    /// What a table of several million routes needs on a slow router, several times over.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(60),
            reply: Duration::from_secs(120),
            run: Duration::from_secs(240),
            reply_bytes: 1 << 30,
        }
    }
}

/// The limits of a run that has begun.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    limits: Limits,
    ends: Instant,
}

impl Budget {
    /// A run that begins now.
    pub fn begin(limits: Limits) -> Self {
        Self { limits, ends: Instant::now() + limits.run }
    }

    /// The longest reply, in bytes.
    pub fn reply_bytes(&self) -> u64 {
        self.limits.reply_bytes
    }

    /// The same run, with a shorter limit on replies, in bytes.
    pub fn with_reply_bytes(self, reply_bytes: u64) -> Self {
        Self {
            limits: Limits { reply_bytes: reply_bytes.min(self.limits.reply_bytes), ..self.limits },
            ..self
        }
    }

    /// When a connection that is asked for now has to be there.
    pub fn connected_by(&self) -> Instant {
        self.by(self.limits.connect)
    }

    /// When the reply to a question that is asked now has to begin.
    pub fn begun_by(&self) -> Instant {
        self.by(self.limits.first_byte)
    }

    /// When the reply to a question that is asked now has to be complete.
    pub fn complete_by(&self) -> Instant {
        self.by(self.limits.reply)
    }

    fn by(&self, limit: Duration) -> Instant {
        self.ends.min(Instant::now() + limit)
    }
}

/// What is left until `deadline`, or the error of a wait that has reached its limit. System calls take a time-out of
/// zero for none at all, hence the millisecond.
pub(crate) fn left_until(deadline: Instant) -> std::io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(std::io::ErrorKind::TimedOut.into()),
        left => Ok(left.max(Duration::from_millis(1))),
    }
}
