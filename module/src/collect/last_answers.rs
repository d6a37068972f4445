//! The last good prefixes of each community, which stay in use while queries for it fail. Values in, values out.

use std::cell::OnceCell;

use bgpcs::{ApplicationName, Community, ModuleConfiguration, StalePathTime, UnixTime};

use crate::collect::guard::Guards;
use crate::collect::last_good::may_stay;
use crate::collect::services::Services;
use crate::collect::snapshot::Snapshot;
use crate::prefix::{Family, Prefix};

/// The answers of the last good run. They are loaded when the first query fails, which is rare.
pub struct LastAnswers<'l> {
    /// Loads the snapshot of that run; none if there was no such run, or its snapshot was too large to be kept.
    pub load: &'l dyn Fn() -> Option<Snapshot>,
    /// Loads the services of that run, of the applications that still list the same communities. They stand in for a
    /// snapshot that was too large.
    pub services: &'l dyn Fn() -> Services,
    /// When it began; none without such a run.
    pub time: Option<UnixTime>,
    /// For how long its prefixes may stay.
    pub stale_path_time: StalePathTime,
    /// The present.
    pub now: UnixTime,
    /// The loaded snapshot.
    pub loaded: OnceCell<Option<Snapshot>>,
}

/// What stays in use of a community.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale<'l> {
    /// Sorted.
    pub prefixes: &'l [Prefix],
    /// When they were last good.
    pub last_good: UnixTime,
}

impl Stale<'_> {
    /// Whether the prefix is among them.
    pub fn has(&self, prefix: Prefix) -> bool {
        self.prefixes.binary_search(&prefix).is_ok()
    }
}

impl LastAnswers<'_> {
    fn snapshot(&self) -> Option<&Snapshot> {
        self.loaded.get_or_init(self.load).as_ref()
    }

    /// The last good prefixes of a community in a family, if they may still stay.
    pub fn of(&self, family: Family, community: &Community) -> Option<Stale<'_>> {
        let (prefixes, earlier) = self.snapshot()?.get(family, community)?;
        let last_good = earlier.or(self.time)?;
        self.may_stay(last_good).then_some(Stale { prefixes, last_good })
    }

    /// All last good prefixes of an application, where the snapshot was too large to be kept by community.
    pub fn of_application(&self, application: &ApplicationName) -> Option<(Vec<Prefix>, UnixTime)> {
        let last_good = self.time.filter(|time| self.snapshot().is_none() && self.may_stay(*time))?;
        let prefixes = (self.services)().get(application).to_vec();
        (!prefixes.is_empty()).then_some((prefixes, last_good))
    }

    /// The last good prefixes of all applications, each community as long as it may stay; `None` when they were too many to
    /// be kept by community.
    pub fn all(&self, configuration: &ModuleConfiguration) -> Option<Services> {
        self.snapshot()?;
        let mut services =
            Services::of(configuration.applications.iter().map(|application| &application.application_name));
        for application in &configuration.applications {
            for community in &application.bgp_community {
                for stale in Family::ALL.into_iter().filter_map(|family| self.of(family, community)) {
                    services.add(&application.application_name, stale.prefixes);
                }
            }
        }
        services.guard(&Guards::of(configuration));
        if configuration.aggregate_prefixes {
            services.aggregate();
        }
        Some(services)
    }

    fn may_stay(&self, last_good: UnixTime) -> bool {
        may_stay(last_good, self.stale_path_time, self.now)
    }
}
