//! Where routes come from: a folder per routing engine, behind two traits. [`RouteSource`] is what every engine can do:
//! answer a query by community. [`RibInspection`] is what only some can: cheap signs of a change, the changes since a
//! table version, look-ups by prefix.

pub mod all_routes;
pub mod bagpipe;
pub mod bgpd;
pub mod bounded_json;
pub mod deadlines;
pub mod ending;
pub mod error;
pub mod exabgp;
pub mod filter;
pub mod gobgp;
pub mod http;
pub mod json_arrays;
mod lossy_utf8;
pub mod open;
pub mod route_targets;
pub mod routes_json;
pub mod routing_manager;
pub mod summary;
pub mod trust;
mod unix_socket;

use std::collections::BTreeSet;

use bgpcs::{ApplicationName, Community};

use crate::instance::{Instance, Table};
use crate::prefix::Prefix;
use crate::source::error::SourceError;
use crate::source::summary::{BgpSummary, TableStatus};

/// One query to a route source: the paths of a table that carry a community.
///
/// A source that can filter by community gets a query per community. Where every query is a scan of all routes anyway,
/// several communities share one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Which routes.
    pub table: Table,
    /// The first application that lists the community.
    pub application: ApplicationName,
    /// The community, or the first of several.
    pub community: Community,
    /// Further communities that share the query.
    pub further: Vec<Community>,
}

impl Query {
    /// Every community of the query; a [`MatchedPath`] refers to one by its index.
    pub fn communities(&self) -> impl Iterator<Item = &Community> {
        std::iter::once(&self.community).chain(&self.further)
    }

    /// Whether bgpd has to show every path in detail, since it cannot select by route target.
    pub fn needs_detail(&self) -> bool {
        match self.community {
            Community::RouteTarget(_) => true,
            Community::Standard(_) | Community::WellKnown(_) | Community::Large(_) => false,
        }
    }
}

/// A piece of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryItem {
    /// One path; the paths of a prefix follow one another.
    Path(MatchedPath),
    /// A value that could not be read, of this prefix if that is known. The rest of the answer is not affected.
    Unreadable(Option<Prefix>),
    /// The answer starts over: drop everything that came before.
    StartOver,
}

/// A valid path that carries a community of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatchedPath {
    /// Which of the query's communities, by its index.
    pub community: usize,
    /// The path's prefix.
    pub prefix: Prefix,
    /// Whether it is the prefix's best path.
    pub best: bool,
}

/// A routing engine that answers queries by community.
pub trait RouteSource: RibInspection {
    /// The source's name for the operator: `bgpd at /run/frr/bgpd.vty`.
    fn name(&self) -> String;

    /// Which queries it answers.
    fn abilities(&self) -> Abilities {
        Abilities::default()
    }

    /// Where an operator finds more details.
    fn advice(&self) -> Advice {
        Advice::default()
    }

    /// Passes the answer to `each` as it arrives.
    ///
    /// # Errors
    /// When the answer does not arrive complete, in time and in the expected form. Everything that was passed to `each`
    /// before the error has to be dropped.
    fn query(&mut self, query: &Query, each: &mut dyn FnMut(QueryItem)) -> Result<(), SourceError> {
        self.query_with_neighbors(query, &mut |item, _| each(item))
    }

    /// Passes the answer to `each` together with the neighbor of each path, which is empty when the source does not say
    /// it. This can cost the source twice as much as [`query`](Self::query). The answer never starts over.
    ///
    /// # Errors
    /// As for [`query`](Self::query).
    fn query_with_neighbors(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(QueryItem, &str),
    ) -> Result<(), SourceError>;

    /// What was unusual in its answers, a sentence each, for the operator.
    fn warnings(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// What some routing engines report about their RIB besides answering queries. Every method has a default for a source
/// that cannot do it.
pub trait RibInspection {
    /// Table versions and sessions of an instance, or that there is no such instance, if the source reports them at next
    /// to no cost.
    fn summary(&mut self, _instance: &Instance) -> Option<BgpSummary> {
        None
    }

    /// The prefixes of a table whose best path changed since the table was as in an earlier summary. `now` is the
    /// table of the latest summary, for a source whose reply does not say the version itself.
    fn changes_since(
        &mut self,
        _table: &Table,
        _since: &TableStatus,
        _now: &TableStatus,
    ) -> Option<TableChanges> {
        None
    }

    /// The valid paths of exactly this prefix, none if it has none; `None` unless that is certain.
    fn paths_of(&mut self, _instance: &Instance, _prefix: Prefix) -> Option<Vec<DestinationPath>> {
        None
    }

    /// How many paths a table had when the last query for all of it, or for [its
    /// changes](Self::changes_since), was answered.
    fn path_count(&self, _table: &Table) -> Option<u64> {
        None
    }

    /// For each of these communities whether any route carries it, if only one of another instance, at next to no cost.
    /// They are given, and compared, in [canonical](Community::canonical) form.
    fn communities_in_use(&mut self, _communities: &[(&Instance, Community)]) -> Option<Vec<bool>> {
        None
    }

    /// The communities that any route of any family carries. `None` when this source cannot list them.
    fn carried_communities(&mut self) -> Option<Result<CarriedCommunities, SourceError>> {
        None
    }

    /// The longest match of a prefix in an instance, with its paths; `Ok(None)` when no route contains it. `None` when this source
    /// cannot find it.
    fn longest_match(
        &mut self,
        _instance: &Instance,
        _prefix: Prefix,
    ) -> Option<Result<Option<Destination>, SourceError>> {
        None
    }

    /// The communities that any route carries and that are [like](filter::are_like) this one, sorted. `None` when this
    /// source cannot find it.
    fn communities_like(&mut self, _community: &Community) -> Option<Vec<Community>> {
        None
    }
}

/// The most distinct communities that a source lists. A table has some thousands.
pub const MOST_CARRIED: usize = 100_000;

/// The communities that routes carry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CarriedCommunities {
    /// In [canonical](Community::canonical) form.
    pub communities: BTreeSet<Community>,
    /// Whether route targets are among them, if any route carries one.
    pub has_route_targets: bool,
    /// The texts that do not tell which community they are, such as aliases.
    pub unclear: BTreeSet<String>,
    /// Whether there are more of either than [`MOST_CARRIED`].
    pub is_cut: bool,
}

impl CarriedCommunities {
    /// Adds a community that a route carries.
    pub fn add(&mut self, community: Community) {
        self.is_cut |= self.communities.len() >= MOST_CARRIED;
        if !self.is_cut {
            self.communities.insert(community.canonical());
        }
    }

    /// Adds a text that does not tell which community it is.
    pub fn add_unclear(&mut self, text: &str) {
        self.is_cut |= self.unclear.len() >= MOST_CARRIED;
        if !self.is_cut {
            self.unclear.insert(text.to_owned());
        }
    }
}

/// What changed in the table of a family since an earlier version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableChanges {
    /// The prefixes whose best path changed and that are still in the table, though perhaps without a best path.
    pub prefixes: Vec<Prefix>,
    /// How many changes there were beyond one for each of these prefixes. If there were none, no prefix was removed.
    pub unaccounted: u64,
}

/// A prefix of the RIB with its paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// As it is in the RIB.
    pub prefix: Prefix,
    /// The valid paths.
    pub paths: Vec<DestinationPath>,
}

/// A path of a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationPath {
    /// The neighbor's address; empty when the source does not say it.
    pub neighbor: String,
    /// Whether it is the best path.
    pub best: bool,
    /// The communities that it carries, of every kind that can be configured, in [canonical](Community::canonical)
    /// form.
    pub communities: Vec<Community>,
    /// Whether it carries something whose value is not certain, such as an alias.
    pub is_unclear: bool,
}

/// Where an operator finds more details about a route source: the end of a sentence, `in the PCLI: show bgp summary`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// When it does not answer: what to check.
    pub silent: &'static str,
    /// About all sessions.
    pub summary: &'static str,
    /// About one session.
    pub neighbors: &'static str,
    /// About routes.
    pub routes: &'static str,
}

impl Default for Advice {
    /// For the router's own routing engine.
    fn default() -> Self {
        Self {
            silent: "check that BGP is configured on this router and that routingManager runs, in the PCLI: show system processes",
            summary: "in the PCLI: show bgp summary",
            neighbors: "in the PCLI: show bgp neighbors",
            routes: "in the PCLI: show bgp",
        }
    }
}

/// Which queries a route source answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Whether its routes have standard and large communities. Every source has route targets.
    pub communities: bool,
    /// Whether it marks the best path of a prefix. If not, every path counts as best.
    pub best_path: bool,
    /// Whether every query is one scan of all routes, so that all communities share a query.
    pub scans_once: bool,
    /// Whether any process can query it. ExaBGP gives its routes to one process only.
    pub can_be_queried: bool,
    /// Whether it has a [summary](RibInspection::summary), by which it tells at next to no cost that it answers.
    pub has_summary: bool,
    /// Whether it has instances of BGP besides the default one, each of a VRF.
    pub vrfs: bool,
}

impl Default for Abilities {
    /// Those of bgpd.
    fn default() -> Self {
        Self {
            communities: true,
            best_path: true,
            scans_once: false,
            can_be_queried: true,
            has_summary: true,
            vrfs: true,
        }
    }
}

impl Abilities {
    /// Whether routes can be selected by this community.
    pub fn can_select(&self, community: &Community) -> bool {
        match community {
            Community::RouteTarget(_) => true,
            Community::Standard(_) | Community::WellKnown(_) | Community::Large(_) => self.communities,
        }
    }
}
