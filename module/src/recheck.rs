//! Brings remembered routes up to date by what changed since, where that costs the routing engine less than another
//! look at every route.

use bgpcs::PathSelection;

use crate::prefix::{Family, Prefix};
use crate::routes::Routes;
use crate::source::{Changes, DestinationPath, Question, RouteSource, Survey};

/// What a question about one prefix costs, in entries of the table that could be passed over instead: bgpd needs 40 to
/// 80 µs for the one and 0.1 to 0.2 µs for the other (`docs/performance.md`).
const PREFIX_COST: u64 = 500;

/// A look that shows every path in detail costs at least so many that show what carries a community.
const DETAIL_COST: u64 = 40;

/// Among more changes than these there is nearly always one of a prefix that is gone, or that changed twice.
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
    /// How many times the source would have to pass through its table instead.
    looks: u64,
    path_selection: PathSelection,
    before: &'s Survey,
    now: &'s Survey,
}

impl Recheck<'_> {
    /// `None` when the routes have to be looked at.
    fn run(&self, source: &mut dyn RouteSource, routes: &mut Routes) -> Option<()> {
        // Beside the best path of a prefix, others come and go without a change in the version of the table.
        let any_counts = self.path_selection == PathSelection::Any;
        (!any_counts || routes.has_single_paths(self.family)).then_some(())?;
        let Changes { mut prefixes, unaccounted } = self.changes(source, routes.count(self.family))?;
        if unaccounted > 0 {
            self.costs_less(routes.count(self.family), self.looks).then_some(())?;
            prefixes.extend(routes.prefixes(self.family));
        }
        for prefix in prefixes {
            let mut paths = self.paths(source, prefix)?;
            if paths.len() > 1 {
                routes.set_single_paths(self.family, false);
            }
            paths.retain(|path| path.best || any_counts);
            (!paths.iter().any(|path| path.is_unclear)).then_some(())?;
            let carried: Vec<_> = paths.into_iter().flat_map(|path| path.communities).collect();
            routes.replace(self.family, prefix, &carried);
        }
        Some(())
    }

    /// What changed, if it pays to ask for that, which takes one pass through the table.
    fn changes(&self, source: &mut dyn RouteSource, known: u64) -> Option<Changes> {
        let (since, now) = (self.before.table(self.family), self.now.table(self.family));
        let count = now.version?.checked_sub(since.version?)?;
        let is_one_gone = self.now.has_lost_prefixes(self.before, self.family);
        let to_ask = count.saturating_add(if is_one_gone { known } else { 0 });
        let pays = count == 0 || self.costs_less(to_ask, self.looks.saturating_sub(1));
        let is_promising = count <= FEW || self.costs_less(known, self.looks);
        if pays && is_promising { source.changes(self.family, since, now) } else { None }
    }

    /// Whether so many questions about one prefix cost less than so many passes through the table.
    fn costs_less(&self, prefixes: u64, passes: u64) -> bool {
        prefixes.saturating_mul(PREFIX_COST) <= passes.saturating_mul(self.now.table(self.family).entries)
    }

    /// The valid paths of a prefix.
    fn paths(&self, source: &mut dyn RouteSource, prefix: Prefix) -> Option<Vec<DestinationPath>> {
        // A mapped prefix stands in the table by another name.
        (prefix.family() == self.family).then_some(())?;
        let found = source.paths_to(prefix)?.ok()?;
        // Without the prefix itself, the answer is about one that contains it.
        let of_prefix = found.filter(|destination| destination.prefix == prefix);
        Some(of_prefix.map(|destination| destination.paths).unwrap_or_default())
    }
}
