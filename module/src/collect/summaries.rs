//! What a route source says of each instance of BGP that counts.

use crate::collect::last_good::LastGood;
use crate::collect::sessions::{InstanceSession, of_instance};
use crate::instance::Instance;
use crate::source::RibInspection;
use crate::source::summary::BgpSummary;

/// The summary of each instance; none where the source does not tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summaries(Vec<(Instance, Option<BgpSummary>)>);

impl Summaries {
    /// Asks the source about these instances.
    pub fn ask(source: &mut dyn RibInspection, instances: impl IntoIterator<Item = Instance>) -> Self {
        let ask = |instance: Instance| {
            let summary = source.summary(&instance);
            (instance, summary)
        };
        Self(instances.into_iter().map(ask).collect())
    }

    /// Each instance with its summary.
    pub fn iter(&self) -> impl Iterator<Item = (&Instance, Option<&BgpSummary>)> {
        self.0.iter().map(|(instance, summary)| (instance, summary.as_ref()))
    }

    /// The summary of an instance.
    pub fn get(&self, instance: &Instance) -> Option<&BgpSummary> {
        self.iter().find(|(known, _)| *known == instance).and_then(|(_, summary)| summary)
    }

    /// The sessions of all instances. Where the source does not tell them, they are as they were before: what is unknown is
    /// not lost.
    pub fn sessions(&self, before: &[InstanceSession]) -> Vec<InstanceSession> {
        let of = |(instance, summary): (&Instance, Option<&BgpSummary>)| -> Vec<InstanceSession> {
            match summary {
                Some(summary) => of_instance(instance, &summary.sessions).collect(),
                None => before.iter().filter(|known| known.instance == *instance).cloned().collect(),
            }
        };
        self.iter().flat_map(of).collect()
    }

    /// Whether the source told anything.
    pub fn any(&self) -> bool {
        self.iter().any(|(_, summary)| summary.is_some())
    }

    /// Whether no routes changed since these.
    pub fn same_routes(&self, earlier: &Self) -> bool {
        let is_same = |(instance, now): (&Instance, Option<&BgpSummary>)| {
            now.zip(earlier.get(instance)).is_some_and(|(now, earlier)| now.same_routes(earlier))
        };
        self.iter().all(is_same)
    }

    /// Whether no instance shows a sign of a change of routes that count since the last good run.
    pub fn show_same_routes_as(&self, last: &LastGood) -> bool {
        self.iter().all(|(instance, now)| now.is_some_and(|now| last.has_same_routes(instance, now)))
    }
}
