//! The last good run, and for how long its prefixes stay in the output file. Values in, values out.

use std::collections::BTreeMap;

use bgpcs::{
    Application, ApplicationName, ModuleConfiguration, PathSelection, ShortestIpv4Prefix, ShortestIpv6Prefix,
    StalePathTime, UnixTime, VrfName,
};
use serde::{Deserialize, Serialize};

use crate::collect::guard::Guards;
use crate::collect::kept::{Kept, may_stay};
use crate::collect::services::Services;
use crate::collect::sessions::{InstanceSession, of_instance};
use crate::collect::understood;
use crate::instance::Instance;
use crate::source::summary::BgpSummary;

/// The last good run; its prefixes are in the output file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LastGood {
    /// When it began.
    pub time: UnixTime,
    /// When all routes were last queried: earlier than `time` if there was no sign of a change since, or only what changed
    /// was queried.
    #[serde(rename = "looked")]
    pub refreshed: UnixTime,
    /// The route source.
    pub source: String,
    /// The configuration, as far as it was understood.
    #[serde(deserialize_with = "understood::earlier")]
    pub configuration: ModuleConfiguration,
    /// Table versions and sessions of the default instance just before, if it counts.
    #[serde(rename = "survey")]
    pub summary: Option<BgpSummary>,
    /// The same of the VRFs that count.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vrfs: BTreeMap<VrfName, BgpSummary>,
    /// The [digest](bgpcs::digest) of the output file.
    pub output: Option<u64>,
    /// The [digest](bgpcs::digest) of the [snapshot](crate::collect::snapshot), if there is one.
    #[serde(default, rename = "routes")]
    pub snapshot: Option<u64>,
    /// The [digest](bgpcs::digest) of the [recent prefixes](crate::collect::recent), if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recent: Option<u64>,
}

/// The output file as the last run left it.
pub trait LastOutput {
    /// Its prefixes, if its content still has this [digest](bgpcs::digest).
    fn services_of(&self, digest: u64) -> Option<Services>;

    /// Its prefixes; none if it cannot be read.
    fn services(&self) -> Services;
}

impl LastGood {
    /// Whether its prefixes may still be used at `now`.
    pub fn may_stay(&self, stale_path_time: StalePathTime, now: UnixTime) -> bool {
        may_stay(self.time, stale_path_time, now)
    }

    /// The same run as it is to be remembered at `now`. A time in the future, from before the clock was set back, would let
    /// its prefixes stay for ever: its age is unknown, and begins again.
    pub fn not_after(self, now: UnixTime) -> Self {
        Self { time: self.time.min(now), ..self }
    }

    /// The sessions of all instances just before.
    pub fn sessions(&self) -> Vec<InstanceSession> {
        let default = self.summary.iter().map(|summary| (Instance::Default, summary));
        let vrfs = self.vrfs.iter().map(|(name, summary)| (Instance::Vrf(name.clone()), summary));
        let of = |(instance, summary): (Instance, &BgpSummary)| {
            of_instance(&instance, &summary.sessions).collect::<Vec<_>>()
        };
        default.chain(vrfs).flat_map(of).collect()
    }

    /// Table versions and sessions of an instance just before.
    pub fn summary_of(&self, instance: &Instance) -> Option<&BgpSummary> {
        match instance {
            Instance::Default => self.summary.as_ref(),
            Instance::Vrf(name) => self.vrfs.get(name),
        }
    }

    /// Sets the summary of an instance.
    pub fn set_summary(&mut self, instance: &Instance, summary: Option<BgpSummary>) {
        match instance {
            Instance::Default => self.summary = summary,
            Instance::Vrf(name) => self.vrfs.extend(summary.map(|summary| (name.clone(), summary))),
        }
    }

    /// Whether the present summary of an instance shows no sign of a change of routes that count.
    pub fn has_same_routes(&self, instance: &Instance, now: &BgpSummary) -> bool {
        self.summary_of(instance).is_some_and(|summary| {
            let only_best_count = self.configuration.path_selection == PathSelection::Best;
            summary.same_routes(now) || (only_best_count && summary.same_best_paths(now))
        })
    }

    /// Whether there was a summary of each of these instances that tells of changes.
    pub fn has_signs<'i>(&self, mut instances: impl Iterator<Item = &'i Instance>) -> bool {
        instances.all(|instance| self.summary_of(instance).is_some_and(|summary| !summary.sessions_only))
    }

    /// What holds for the prefixes in the output file. Those that were merged are shorter than the ones that the guards
    /// admitted, and may lie in several of `within`; only a change of a guard's leaf says anything about them.
    fn guards(&self, now: &ModuleConfiguration) -> Guards {
        let of = |configuration: &ModuleConfiguration| {
            let within = |one: &Application| (one.application_name.clone(), one.within.clone());
            let within: Vec<_> = configuration.applications.iter().map(within).collect();
            (configuration.shortest_ipv4_prefix, configuration.shortest_ipv6_prefix, within)
        };
        if !self.configuration.aggregate_prefixes || of(&self.configuration) != of(now) {
            return Guards::of(now);
        }
        let mut without_leaves = now.clone();
        without_leaves.shortest_ipv4_prefix = ShortestIpv4Prefix::new(0).unwrap_or_default();
        without_leaves.shortest_ipv6_prefix = ShortestIpv6Prefix::new(0).unwrap_or_default();
        without_leaves.applications.iter_mut().for_each(|application| application.within.clear());
        Guards::of(&without_leaves)
    }

    /// Its prefixes, of the applications that still list the same communities and VRFs; of all, when there is no
    /// configuration to compare with. Of those that were not understood and `kept` what they had nobody can tell what they
    /// listed, so they have it still. What no guard admits now is not among them.
    pub fn services(
        &self,
        output: &dyn LastOutput,
        configuration: Option<&ModuleConfiguration>,
        kept: &[Kept],
    ) -> Services {
        let mut services = output.services();
        services.guard(&self.guards(configuration.unwrap_or(&self.configuration)));
        let Some(configuration) = configuration else { return services };
        let lists = |configuration: &ModuleConfiguration, name: &ApplicationName| {
            let of_that_name =
                configuration.applications.iter().filter(|application| application.application_name == *name);
            let listed =
                |application: &Application| (application.bgp_community.clone(), Instance::of(application));
            of_that_name.map(listed).collect::<Vec<_>>()
        };
        services.retain(|name| {
            let listed = lists(configuration, name);
            let is_as_before = || listed == lists(&self.configuration, name);
            !listed.is_empty() && (is_as_before() || kept.iter().any(|kept| kept.is_not_understood(name)))
        });
        services
    }
}
