//! A refresh: whether the routes have to be queried, and whether the answer is to be believed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use bgpcs::{ModuleConfiguration, UnixTime};

use crate::collect::convergence::{self, Unconverged};
use crate::collect::error::{CollectError, CommunityFailure};
use crate::collect::gather::{Gathered, Resolution};
use crate::collect::incremental::{Remembered, update};
use crate::collect::keep::{Keep, Keeping};
use crate::collect::last_answers::LastAnswers;
use crate::collect::last_good::{LastGood, LastOutput};
use crate::collect::plan::{Part, parts, queryable};
use crate::collect::recent::RecentPrefixes;
use crate::collect::resolve::{Circumstances, in_use, keep, resolve, warnings};
use crate::collect::schedule::{FULL_REFRESH_INTERVAL, full_refresh_is_due};
use crate::collect::services::Services;
use crate::collect::snapshot::Snapshot;
use crate::collect::state::{Outcome, State};
use crate::collect::summaries::Summaries;
use crate::collect::understood::Unknown;
use crate::collect::union::Union;
use crate::source::{Query, RouteSource};

/// What came of a refresh.
pub struct Refreshed {
    /// The route source; none if there was no configuration to query it for.
    pub source: Option<String>,
    /// What was unusual in the source's answers, a sentence each, if there is no result.
    pub warnings: Vec<String>,
    /// What the source said of each instance of BGP.
    pub summaries: Summaries,
    /// The prefixes, or why there are none.
    pub result: Result<Prefixes, CollectError>,
}

/// The prefixes.
pub enum Prefixes {
    /// There is no sign of a change since the output file was written, which has these.
    AsBefore(Services),
    /// The source was queried, at least in part.
    Collected(Box<Collected>),
}

/// What a refresh collected.
pub struct Collected {
    /// Prefixes by application.
    pub resolution: Resolution,
    /// The communities whose prefixes are not up to date.
    pub failures: Vec<CommunityFailure>,
    /// The applications that keep what they had.
    pub keeping: Keeping,
    /// What is to be kept for the next run, but for the digests of files that are not written yet.
    pub last_good: LastGood,
}

/// A refresh and its circumstances.
pub struct Refresh<'r> {
    /// What to query for.
    pub configuration: &'r ModuleConfiguration,
    /// What is not understood of the configuration.
    pub unknown: &'r Unknown,
    /// The state of the last run.
    pub earlier: &'r State,
    /// The output file of the last run.
    pub output: &'r dyn LastOutput,
    /// Where the snapshot is.
    pub state_dir: &'r Path,
    /// When the run began.
    pub now: UnixTime,
}

impl Refresh<'_> {
    /// Queries the source, if there is any sign that routes changed.
    pub fn run(&self, source: &mut dyn RouteSource) -> Refreshed {
        let name = source.name();
        let parts = parts(self.configuration, &source.abilities());
        let summaries = Summaries::ask(source, queryable(&parts).cloned());
        let result = match self.as_before(&name, &summaries) {
            Some(services) => Ok(Prefixes::AsBefore(services)),
            None => self.collect(source, &parts, &summaries).map(Box::new).map(Prefixes::Collected),
        };
        let warnings = if result.is_err() { source.warnings() } else { Vec::new() };
        Refreshed { source: Some(name), warnings, summaries, result }
    }

    /// The last run, if it can be built on: it was good, at least in part, with the same source, and no full refresh is due.
    fn last(&self, source: &str) -> Option<&LastGood> {
        let last_good = self.earlier.last_good.as_ref()?;
        let can_be_built_on = matches!(self.earlier.outcome, Outcome::Good | Outcome::Partial)
            && last_good.source == source
            && !full_refresh_is_due(last_good.refreshed, FULL_REFRESH_INTERVAL, self.now);
        can_be_built_on.then_some(last_good)
    }

    /// The prefixes in the output file, if there is no sign that a query would change it.
    fn as_before(&self, source: &str, summaries: &Summaries) -> Option<Services> {
        let last = self.last(source)?;
        let is_as_before = !self.earlier.awaits_answers()
            && !self.earlier.has_kept_enough(self.now)
            && last.configuration == *self.configuration
            && self.earlier.unknown == *self.unknown
            && summaries.show_same_routes_as(last);
        self.output.services_of(last.output.filter(|_| is_as_before)?)
    }

    fn collect(
        &self,
        source: &mut dyn RouteSource,
        parts: &[Part],
        summaries: &Summaries,
    ) -> Result<Collected, CollectError> {
        let earlier = self.earlier.last_good.as_ref();
        let last = self.last(&source.name());
        let last_services = || self.last_services();
        let stale_path_time = self.configuration.stale_path_time;
        let last_answers =
            LastAnswers::new(self.state_dir, self.earlier, &last_services, stale_path_time, self.now);
        let mut last_good = LastGood {
            time: self.now,
            refreshed: self.now,
            source: source.name(),
            configuration: self.configuration.clone(),
            summary: None,
            vrfs: BTreeMap::new(),
            output: None,
            snapshot: None,
            recent: None,
        };
        let in_use = in_use(source, parts);
        let mut snapshot = self.up_to_date(source, last, parts, &in_use, summaries);
        let mut union = Union::of(self.configuration);
        for (part, in_use) in parts.iter().zip(in_use) {
            let summary = summaries.get(&part.instance);
            let circumstances =
                Circumstances { in_use, summary, snapshot: &mut snapshot, last: &last_answers };
            let found = self.collect_part(source, part, parts.len() == 1, circumstances)?;
            if let (false, Some(last)) = (found.is_full, last) {
                last_good.refreshed = last.refreshed;
            }
            // What is not believed is compared again with the sessions of the run that brought what stays. An instance
            // that the source does not tell of this time is as it was, for all that is known.
            let before = earlier.filter(|earlier| !found.is_believed || earlier.source == last_good.source);
            let before = before.and_then(|earlier| earlier.summary_of(&part.instance));
            let summary = if found.is_believed { summary.or(before) } else { before.or(summary) };
            last_good.set_summary(&part.instance, summary.cloned());
            union.add(part, found.gathered)?;
        }
        let (mut resolution, failures) = union.finish()?;
        resolution.warnings.extend(warnings(self.configuration, source));
        let keeping = self.keep(&failures, &mut resolution);
        resolution.settle(self.configuration);
        Ok(Collected { resolution, failures, keeping, last_good })
    }

    /// Lets applications keep what they had where there is a reason.
    fn keep(&self, failures: &[CommunityFailure], resolution: &mut Resolution) -> Keeping {
        let last_good = self.earlier.last_good.as_ref();
        let load = || RecentPrefixes::load(self.state_dir, last_good?.recent?);
        let mut keep = Keep {
            configuration: self.configuration,
            last_good: last_good.map(|last_good| last_good.time),
            now: self.now,
            services: &mut resolution.services,
            warnings: &mut resolution.warnings,
            keeping: Keeping::default(),
        };
        keep.sudden_losses(&load, failures, &self.earlier.failures);
        keep.not_understood(self.unknown, &self.earlier.kept, self.output);
        keep.keeping
    }

    /// Collects what one instance of BGP brings, or keeps what it brought if its sessions give a reason for that.
    fn collect_part(
        &self,
        source: &mut dyn RouteSource,
        part: &Part,
        is_only: bool,
        circumstances: Circumstances<'_>,
    ) -> Result<PartFound, CollectError> {
        let (summary, last) = (circumstances.summary, circumstances.last);
        let instance = || part.instance.clone();
        if let Some(fault) = part.fault {
            let source_name = source.name();
            let failed = |application, community| CollectError::Instance {
                source_name: source_name.clone(),
                fault,
                application,
                community,
                instance: instance(),
            };
            let gathered = keep(part, source, last, &failed)?;
            return Ok(PartFound { gathered, is_full: true, is_believed: false });
        }
        let (mut gathered, is_full) = resolve(part, source, circumstances)?;
        let last_summary =
            self.earlier.last_good.as_ref().and_then(|last_good| last_good.summary_of(&part.instance));
        // What was written last is compared with what would be written now.
        let services = match self.configuration.aggregate_prefixes {
            true => Cow::Owned(gathered.resolution.services.aggregated()),
            false => Cow::Borrowed(&gathered.resolution.services),
        };
        let check =
            |summary| convergence::check(summary, last_summary, || last.of_part(part, is_only), &services);
        let Some(reason) = summary.and_then(check) else {
            return Ok(PartFound { gathered, is_full, is_believed: true });
        };
        if reason == Unconverged::NoSession || last.part_may_stay(part) {
            let failed = |application, community| CollectError::Unconverged {
                reason,
                application,
                community,
                instance: instance(),
            };
            gathered = keep(part, source, last, &failed)?;
            return Ok(PartFound { gathered, is_full, is_believed: false });
        }
        // That an instance is gone is no more than a note in the end: routers share profiles.
        if reason != Unconverged::Removed {
            gathered.resolution.warnings.push(format!("{reason}{}", part.instance.phrase()));
        }
        Ok(PartFound { gathered, is_full, is_believed: true })
    }

    /// Those answers of the last run that are up to date, or could be brought up to date, if it selected paths in the same
    /// way.
    fn up_to_date(
        &self,
        source: &mut dyn RouteSource,
        last: Option<&LastGood>,
        parts: &[Part],
        in_use: &[Vec<bool>],
        summaries: &Summaries,
    ) -> Snapshot {
        let path_selection = self.configuration.path_selection;
        let same = last.filter(|last| last.configuration.path_selection == path_selection);
        let same = same.filter(|_| summaries.any());
        let Some((last, mut snapshot)) =
            same.and_then(|last| Some((last, Snapshot::load(self.state_dir, last.snapshot?)?)))
        else {
            return Snapshot::default();
        };
        snapshot.retain_fresh();
        let queries = parts.iter().zip(in_use).flat_map(|(part, in_use)| part.queries.iter().zip(in_use));
        let due: Vec<&Query> = queries.filter(|(_, in_use)| **in_use).map(|(query, _)| query).collect();
        update(source, Remembered { snapshot, last, now: summaries }, &due)
    }

    /// The services of the last good run, of the applications that still list the same communities and VRFs.
    fn last_services(&self) -> Services {
        let last_good = self.earlier.last_good.as_ref();
        last_good
            .map(|last_good| last_good.services(self.output, Some(self.configuration), &self.earlier.kept))
            .unwrap_or_default()
    }
}

/// What was found in an instance of BGP.
struct PartFound {
    gathered: Gathered,
    /// Whether all answers came from the source.
    is_full: bool,
    /// Whether it is what the source answered.
    is_believed: bool,
}
