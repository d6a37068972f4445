//! Brings remembered routes up to date by what changed since, where that costs the routing engine less than another
//! look at every route.

use bgpcs::{Community, PathSelection};

use crate::prefix::{Family, Prefix};
use crate::routes::Routes;
use crate::source::{Changes, Question, RouteSource, Survey};

/// What a question about one prefix costs, in entries of the table that could be passed over instead: bgpd needs 40 to
/// 80 µs for the one and 0.1 to 0.2 µs for the other.
const PREFIX_COST: u64 = 500;

/// What a look costs that shows every path in detail, in looks for a community: at least this.
const DETAIL_COST: u64 = 40;

/// After more changes than these, one is nearly always of a prefix that is gone or that changed twice, so that every known
/// prefix has to be asked about.
const FEW: u64 = 16;

/// Routes as they were, and what the source said of itself just before, and says now.
pub struct Remembered<'r> {
    /// The routes.
    pub routes: Routes,
    /// Which paths of a prefix count.
    pub path_selection: PathSelection,
    /// What the source said then.
    pub before: &'r Survey,
    /// What it says now.
    pub now: &'r Survey,
}

/// Brings remembered routes up to date. A family is forgotten for which that is impossible, or would cost more than to
/// ask these questions.
pub fn recheck(source: &mut dyn RouteSource, remembered: Remembered<'_>, questions: &[&Question]) -> Routes {
    let Remembered { mut routes, path_selection, before, now } = remembered;
    for family in Family::ALL {
        let asked = questions.iter().filter(|question| question.family == family);
        let looks = asked.map(|question| if question.shows_detail() { DETAIL_COST } else { 1 }).sum();
        let recheck = Recheck { family, looks, path_selection, before, now };
        if !before.same_sessions(now) || recheck.run(source, &mut routes).is_none() {
            routes.forget(family);
        }
    }
    routes
}

/// The recheck of a family.
struct Recheck<'s> {
    family: Family,
    /// What it would cost to ask the questions instead, in passes through the table.
    looks: u64,
    path_selection: PathSelection,
    before: &'s Survey,
    now: &'s Survey,
}

impl Recheck<'_> {
    /// `None` when the routes have to be looked at.
    fn run(&self, source: &mut dyn RouteSource, routes: &mut Routes) -> Option<()> {
        let any_counts = self.path_selection == PathSelection::Any;
        // A path that is not the best changes without a new version; so where it counts, no prefix may have two.
        if any_counts && !routes.has_single_paths(self.family) {
            return None;
        }
        let known = routes.count(self.family);
        let Changes { mut prefixes, unaccounted } = self.changes(source, known)?;
        if any_counts && !self.now.has_single_paths(self.family, source.path_count(self.family)?) {
            return None;
        }
        if unaccounted > 0 {
            if !self.costs_less(known, self.looks) {
                return None;
            }
            prefixes.extend(routes.prefixes(self.family));
        }
        for prefix in prefixes {
            routes.replace(self.family, prefix, &self.carried(source, prefix)?);
        }
        Some(())
    }

    /// What changed, if it is to be expected that this and the questions that follow cost less than to look.
    fn changes(&self, source: &mut dyn RouteSource, known: u64) -> Option<Changes> {
        let (since, now) = (self.before.table(self.family), self.now.table(self.family));
        let count = now.version?.checked_sub(since.version?)?;
        if since.dampening || now.dampening {
            return None;
        }
        // A neighbor that has fewer prefixes than before: then all known ones have to be asked about.
        let may_be_gone = self.now.has_lost_prefixes(self.before, self.family);
        let questions = count.saturating_add(if may_be_gone { known } else { 0 });
        // To learn what changed is a pass of its own.
        let pays = count == 0 || self.costs_less(questions, self.looks.saturating_sub(1));
        let may_suffice = count <= FEW || self.costs_less(known, self.looks);
        if pays && may_suffice { source.changes(self.family, since, now) } else { None }
    }

    /// Whether so many questions, each about one prefix, cost less than so many passes through the table.
    fn costs_less(&self, questions: u64, passes: u64) -> bool {
        questions.saturating_mul(PREFIX_COST) <= passes.saturating_mul(self.now.table(self.family).entries)
    }

    /// What the paths of a prefix carry that count.
    fn carried(&self, source: &mut dyn RouteSource, prefix: Prefix) -> Option<Vec<Community>> {
        // An IPv6 prefix that maps IPv4 stands in the table by another name.
        if prefix.family() != self.family {
            return None;
        }
        let mut paths = source.paths_of(prefix)?;
        match self.path_selection {
            PathSelection::Best => paths.retain(|path| path.best),
            PathSelection::Any if paths.len() > 1 => return None,
            PathSelection::Any => {}
        }
        if paths.iter().any(|path| path.is_unclear) {
            return None;
        }
        Some(paths.into_iter().flat_map(|path| path.communities).collect())
    }
}
