//! A refresh: whether the routes have to be queried, and whether the answer is to be believed.

use std::cell::OnceCell;
use std::path::Path;

use bgpcs::{ModuleConfiguration, UnixTime};

use crate::collect::convergence::{self, Unconverged};
use crate::collect::error::{CollectError, CommunityFailure};
use crate::collect::gather::Resolution;
use crate::collect::incremental::Remembered;
use crate::collect::last_answers::LastAnswers;
use crate::collect::last_good::{LastGood, LastOutput};
use crate::collect::plan::queries;
use crate::collect::resolve::{Resolved, resolve};
use crate::collect::schedule::{FULL_REFRESH_INTERVAL, full_refresh_is_due};
use crate::collect::services::Services;
use crate::collect::snapshot::Snapshot;
use crate::collect::state::{Outcome, State};
use crate::source::summary::{BgpSummary, Session};
use crate::source::{Abilities, RouteSource};

/// What came of a refresh.
pub struct Refreshed {
    /// The route source; none if there was no configuration to query it for.
    pub source: Option<String>,
    /// What was unusual in the source's answers, a sentence each, if there is no result.
    pub warnings: Vec<String>,
    /// The source's sessions, if it tells them.
    pub sessions: Option<Vec<Session>>,
    /// The prefixes, or why there are none; `Ok(None)` when there is no sign of a change since the output file was written.
    pub result: Result<Option<Collected>, CollectError>,
}

/// What a refresh collected.
pub struct Collected {
    /// Prefixes by application.
    pub resolution: Resolution,
    /// The communities whose prefixes are not up to date.
    pub failures: Vec<CommunityFailure>,
    /// What is to be kept for the next run, but for the digests of files that are not written yet.
    pub last_good: LastGood,
}

/// A refresh and its circumstances.
pub struct Refresh<'r> {
    /// What to query for.
    pub configuration: &'r ModuleConfiguration,
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
        let summary = source.summary();
        let sessions = summary.as_ref().map(|summary| summary.sessions.clone());
        let result = match self.is_as_before(&name, summary.as_ref()) {
            true => Ok(None),
            false => self.collect(source, summary).map(Some),
        };
        let warnings = if result.is_err() { source.warnings() } else { Vec::new() };
        Refreshed { source: Some(name), warnings, sessions, result }
    }

    /// The last run, if it can be built on: it was good, at least in part, with the same source, and no full refresh is due.
    fn last(&self, source: &str) -> Option<&LastGood> {
        let last_good = self.earlier.last_good.as_ref()?;
        let can_be_built_on = matches!(self.earlier.outcome, Outcome::Good | Outcome::Partial)
            && last_good.source == source
            && !full_refresh_is_due(last_good.refreshed, FULL_REFRESH_INTERVAL, self.now);
        can_be_built_on.then_some(last_good)
    }

    /// Whether there is no sign that a query would change the output file.
    fn is_as_before(&self, source: &str, summary: Option<&BgpSummary>) -> bool {
        let Some((last, summary)) = self.last(source).zip(summary) else { return false };
        self.earlier.outcome == Outcome::Good
            && last.configuration == *self.configuration
            && last.has_same_routes(summary)
            && last.output.is_some()
            && self.output.digest() == last.output
    }

    fn collect(
        &self,
        source: &mut dyn RouteSource,
        summary: Option<BgpSummary>,
    ) -> Result<Collected, CollectError> {
        let last = self.last(&source.name());
        let remembered = last.zip(summary.as_ref()).and_then(|(last, now)| self.remembered(last, now));
        let last_services = || self.last_services();
        let load = || Snapshot::load(self.state_dir, self.earlier.last_good.as_ref()?.snapshot?);
        let last_answers = LastAnswers {
            load: &load,
            services: &last_services,
            time: self.earlier.last_good.as_ref().map(|last_good| last_good.time),
            stale_path_time: self.configuration.stale_path_time,
            now: self.now,
            loaded: OnceCell::new(),
        };
        let Resolved { resolution, failures, is_full } =
            resolve(self.configuration, source, summary.as_ref(), remembered, &last_answers)?;
        let resolution = self.check_convergence(summary.as_ref(), resolution)?;
        let last_good = LastGood {
            time: self.now,
            refreshed: last.filter(|_| !is_full).map_or(self.now, |last| last.refreshed),
            source: source.name(),
            configuration: self.configuration.clone(),
            summary,
            output: None,
            snapshot: None,
        };
        Ok(Collected { resolution, failures, last_good })
    }

    /// The snapshot of the last run, if that selected paths in the same way.
    fn remembered<'s>(&'s self, last: &'s LastGood, now: &'s BgpSummary) -> Option<Remembered<'s>> {
        let path_selection = self.configuration.path_selection;
        let before = last.summary.as_ref().filter(|_| last.configuration.path_selection == path_selection)?;
        let mut snapshot = Snapshot::load(self.state_dir, last.snapshot?)?;
        snapshot.retain_fresh();
        Some(Remembered { snapshot, path_selection, before, now })
    }

    /// The services of the last good run, of the applications that still list the same communities.
    fn last_services(&self) -> Services {
        let last_good = self.earlier.last_good.as_ref();
        last_good
            .map(|last_good| last_good.services(self.output, Some(self.configuration)))
            .unwrap_or_default()
    }

    /// Passes on what was found, unless the sessions give a reason to keep the last good prefixes.
    fn check_convergence(
        &self,
        summary: Option<&BgpSummary>,
        mut found: Resolution,
    ) -> Result<Resolution, CollectError> {
        let last_good = self.earlier.last_good.as_ref();
        let last_summary = last_good.and_then(|last_good| last_good.summary.as_ref());
        let last_services = || match last_good {
            Some(last_good) => last_good.services(self.output, Some(self.configuration)),
            None => Services::default(),
        };
        let check = |summary| convergence::check(summary, last_summary, last_services, &found.services);
        let Some(reason) = summary.and_then(check) else { return Ok(found) };
        let stale_path_time = self.configuration.stale_path_time;
        let may_stay = last_good.is_some_and(|last_good| last_good.may_stay(stale_path_time, self.now));
        match queries(self.configuration, &Abilities::default()).into_iter().next() {
            Some(first) if may_stay || reason == Unconverged::NoSession => Err(CollectError::Unconverged {
                reason,
                application: first.application,
                community: first.community,
            }),
            _ => {
                found.warnings.push(reason.to_string());
                Ok(found)
            }
        }
    }
}
