//! Where routes come from: one trait, one file per kind of source.

pub mod bagpipe;
pub mod bgpd;
mod bounded;
pub mod exabgp;
pub mod gobgp;
pub mod http;
mod limits;
mod listing;
pub mod reply;
pub mod routing_manager;
pub mod select;
mod survey;
mod unix;

use bgpcs::{ApplicationName, Community};

use crate::error::SourceError;
use crate::prefix::{Family, Prefix};

pub(crate) use limits::left_until;
pub use limits::{Budget, Limits};
pub use survey::{Session, Survey, Table};

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

    /// The prefixes of a family whose best path changed since its table was as in an earlier survey, if this source can
    /// tell. `now` is the table of the last survey, in case that the source does not say how it is at this moment.
    fn changes(&mut self, _family: Family, _since: &Table, _now: &Table) -> Option<Changes> {
        None
    }

    /// The valid paths of this very prefix, none if it has none; `None` unless that is certain.
    fn paths_of(&mut self, _prefix: Prefix) -> Option<Vec<DestinationPath>> {
        None
    }

    /// How many paths the table of a family had when a question about all of it, or about [`changes`](Self::changes), was
    /// answered last, if the source said so then.
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
