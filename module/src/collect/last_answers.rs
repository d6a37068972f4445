//! The last good prefixes of each community, which stay in use while queries for it fail. Values in, values out.

use std::cell::OnceCell;
use std::path::Path;

use bgpcs::{Application, ApplicationName, Community, ModuleConfiguration, StalePathTime, UnixTime};

use crate::collect::guard::Guards;
use crate::collect::kept::may_stay;
use crate::collect::plan::{Part, instances};
use crate::collect::services::Services;
use crate::collect::snapshot::Snapshot;
use crate::collect::state::{RunFailure, State};
use crate::instance::{Instance, Table};
use crate::prefix::Prefix;

/// The answers of the last good run. They are loaded when the first query fails, which is rare.
pub struct LastAnswers<'l> {
    state_dir: &'l Path,
    earlier: &'l State,
    services: &'l dyn Fn() -> Services,
    stale_path_time: StalePathTime,
    now: UnixTime,
    loaded: OnceCell<Option<Snapshot>>,
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

impl<'l> LastAnswers<'l> {
    /// Those of the last good run in the state `earlier`, whose snapshot is in `state_dir`; there is none if it was too large
    /// to be kept. `services` stand in for it then: they load what the applications that still list the same communities
    /// had in that run. What is older `now` than `stale_path_time` does not stay.
    pub fn new(
        state_dir: &'l Path,
        earlier: &'l State,
        services: &'l dyn Fn() -> Services,
        stale_path_time: StalePathTime,
        now: UnixTime,
    ) -> Self {
        Self { state_dir, earlier, services, stale_path_time, now, loaded: OnceCell::new() }
    }

    /// When that run began; none without such a run.
    pub fn time(&self) -> Option<UnixTime> {
        self.earlier.last_good.as_ref().map(|last_good| last_good.time)
    }

    fn snapshot(&self) -> Option<&Snapshot> {
        let load = || Snapshot::load(self.state_dir, self.earlier.last_good.as_ref()?.snapshot?);
        self.loaded.get_or_init(load).as_ref()
    }

    /// The last good prefixes of a community in a table, if they may still stay.
    pub fn of(&self, table: &Table, community: &Community) -> Option<Stale<'_>> {
        self.answer(table, community).filter(|stale| self.is_young(stale.last_good))
    }

    fn answer(&self, table: &Table, community: &Community) -> Option<Stale<'_>> {
        let (prefixes, earlier) = self.snapshot()?.get(table, community)?;
        Some(Stale { prefixes, last_good: earlier.or(self.time())? })
    }

    /// All last good prefixes of an application, where they are not known by community: the snapshot was too large to be
    /// kept, or the application was not understood. They stay as long as those of the community may for which there is no
    /// answer.
    pub fn of_application(
        &self,
        application: &ApplicationName,
        community: &Community,
        instance: &Instance,
    ) -> Option<(Vec<Prefix>, UnixTime)> {
        let not_understood = self.earlier.kept.iter().find(|kept| kept.is_not_understood(application));
        let since = match not_understood {
            Some(kept) => Some(kept.since),
            None if self.snapshot().is_some() => None,
            None => self.last_good(application, community, instance),
        };
        let last_good = since.filter(|time| self.is_young(*time))?;
        let prefixes = (self.services)().get(application).to_vec();
        (!prefixes.is_empty()).then_some((prefixes, last_good))
    }

    /// When a community was last answered, without a snapshot: in the last run, unless it had failed already. None when
    /// nothing stayed of it even then.
    fn last_good(
        &self,
        application: &ApplicationName,
        community: &Community,
        instance: &Instance,
    ) -> Option<UnixTime> {
        let is_same = |failure: &&RunFailure| {
            failure.application.as_ref() == Some(application)
                && failure.community.is_some_and(|failed| failed.canonical() == community.canonical())
                && failure.instance == *instance
        };
        match self.earlier.failures.iter().find(is_same) {
            Some(earlier) => earlier.last_good,
            None => self.time(),
        }
    }

    /// The last good prefixes of all applications, each community as long as it may stay; `None` when they were too many to
    /// be kept by community.
    pub fn all(&self, configuration: &ModuleConfiguration) -> Option<Services> {
        self.services_in(configuration, &instances(configuration), |stale| self.is_young(stale.last_good))
    }

    /// The last good prefixes of the applications of one instance, however old. `is_only`: there is no other instance, so
    /// that the output file has them.
    pub fn of_part(&self, part: &Part, is_only: bool) -> Services {
        let Part { instance, configuration, .. } = part;
        let from_snapshot = match is_only {
            true => None,
            false => self.services_in(configuration, std::slice::from_ref(instance), |_| true),
        };
        from_snapshot.unwrap_or_else(|| {
            let mut services = (self.services)();
            let has_no_other = |listed: &Application| Instance::of(listed) == [instance.clone()];
            services.retain(|name| {
                let mut those = configuration.applications.iter();
                those.any(|listed| listed.application_name == *name && has_no_other(listed))
            });
            services
        })
    }

    /// Whether any of these may stay.
    pub fn part_may_stay(&self, part: &Part) -> bool {
        match self.snapshot() {
            None => part.configuration.applications.iter().any(|application| {
                let last_good =
                    |community| self.last_good(&application.application_name, community, &part.instance);
                application.bgp_community.iter().filter_map(last_good).any(|time| self.is_young(time))
            }),
            Some(_) => part
                .queries
                .iter()
                .any(|query| query.communities().any(|community| self.of(&query.table, community).is_some())),
        }
    }

    /// Those answers that count for these instances, by application.
    fn services_in(
        &self,
        configuration: &ModuleConfiguration,
        instances: &[Instance],
        counts: impl Fn(&Stale<'_>) -> bool,
    ) -> Option<Services> {
        self.snapshot()?;
        let mut services =
            Services::of(configuration.applications.iter().map(|application| &application.application_name));
        for application in &configuration.applications {
            let own = Instance::of(application);
            let tables = instances.iter().filter(|instance| own.contains(instance)).flat_map(Table::all_of);
            for table in tables {
                for community in &application.bgp_community {
                    if let Some(stale) = self.answer(&table, community).filter(&counts) {
                        services.add(&application.application_name, stale.prefixes);
                    }
                }
            }
        }
        services.guard(&Guards::of(configuration));
        if configuration.aggregate_prefixes {
            services.aggregate();
        }
        Some(services)
    }

    fn is_young(&self, last_good: UnixTime) -> bool {
        may_stay(last_good, self.stale_path_time, self.now)
    }
}
