//! Gathers the answers to prefixes by application. Values in, values out.

use bgpcs::{Application, Community, ModuleConfiguration, PathSelection};
use serde::{Deserialize, Serialize};

use crate::collect::error::CollectError;
use crate::collect::services::Services;
use crate::collect::snapshot::Snapshot;
use crate::prefix::{Family, Prefix};
use crate::source::error::SourceError;
use crate::source::{Query, QueryItem};

/// How many prefixes a community brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunityCount {
    /// As the operator wrote it first.
    pub community: Community,
    /// IPv4 prefixes.
    pub ipv4: u64,
    /// IPv6 prefixes.
    pub ipv6: u64,
}

/// What a configuration resolves to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// Applications with at least one prefix.
    pub services: Services,
    /// The queried communities, in the operator's order.
    pub counts: Vec<CommunityCount>,
    /// What is unusual about the prefixes, a sentence each.
    pub warnings: Vec<String>,
    /// The answers, for an incremental update later.
    pub snapshot: Snapshot,
}

/// Gathers the answers to a configuration's queries. Memory is bounded by `max-prefixes`: prefixes beyond it are only
/// counted.
pub struct Gathering<'c> {
    configuration: &'c ModuleConfiguration,
    resolution: Resolution,
}

impl<'c> Gathering<'c> {
    /// Nothing gathered yet.
    pub fn new(configuration: &'c ModuleConfiguration) -> Self {
        let names = configuration.applications.iter().map(|application| &application.application_name);
        Self {
            configuration,
            resolution: Resolution { services: Services::of(names), ..Resolution::default() },
        }
    }

    /// Gathers the answer to one query, which `send` passes on path by path.
    ///
    /// # Errors
    /// When `send` fails, and when the applications have more prefixes than `max-prefixes`.
    pub fn gather(
        &mut self,
        query: &Query,
        send: impl FnOnce(&Query, &mut dyn FnMut(QueryItem)) -> Result<(), SourceError>,
    ) -> Result<(), CollectError> {
        let ModuleConfiguration { path_selection, max_prefixes, .. } = self.configuration;
        let limit = max_prefixes.get() as usize;
        let mut answers: Vec<Gathered> = query.communities().map(|_| Gathered::default()).collect();
        let mut take = |item| match item {
            QueryItem::Path(path) if path.best || *path_selection == PathSelection::Any => {
                if let Some(answer) = answers.get_mut(path.community) {
                    answer.add(path.prefix, limit);
                }
            }
            QueryItem::Path(_) => {}
            QueryItem::StartOver => answers.iter_mut().for_each(|answer| *answer = Gathered::default()),
        };
        send(query, &mut take).map_err(|source| CollectError::Source {
            application: query.application.clone(),
            community: query.community,
            source: source.into(),
        })?;
        for (community, answer) in query.communities().zip(answers) {
            self.take(community, query.family, answer.finish())?;
        }
        Ok(())
    }

    /// The result, after every query.
    pub fn finish(mut self) -> Resolution {
        if self.configuration.aggregate_prefixes {
            self.resolution.services.aggregate();
        }
        let defaults = self.resolution.services.iter().flat_map(|(application, prefixes)| {
            let defaults = prefixes.iter().filter(|prefix| prefix.is_default());
            defaults.map(move |prefix| format!("application {application} has the default route {prefix}"))
        });
        self.resolution.warnings = defaults.collect();
        self.resolution
    }

    /// Counts an answer, and adds it to each application that lists the community.
    fn take(&mut self, community: &Community, family: Family, answer: Gathered) -> Result<(), CollectError> {
        let Resolution { services, counts, snapshot, .. } = &mut self.resolution;
        let at = counts.iter().position(|count| count.community == *community).unwrap_or_else(|| {
            counts.push(CommunityCount { community: *community, ipv4: 0, ipv6: 0 });
            counts.len() - 1
        });
        if let Some(count) = counts.get_mut(at) {
            match family {
                Family::Ipv4 => count.ipv4 += answer.found,
                Family::Ipv6 => count.ipv6 += answer.found,
            }
        }
        let lists = |application: &&Application| {
            application.bgp_community.iter().any(|listed| listed.canonical() == community.canonical())
        };
        let limit = self.configuration.max_prefixes;
        for application in self.configuration.applications.iter().filter(lists) {
            services.add(&application.application_name, &answer.prefixes);
            let found = services.prefix_count() + (answer.found - answer.prefixes.len() as u64);
            if found > u64::from(limit.get()) {
                let application = application.application_name.clone();
                return Err(CollectError::TooManyPrefixes {
                    found,
                    limit,
                    application,
                    community: *community,
                });
            }
        }
        snapshot.add(family, community, answer.prefixes);
        Ok(())
    }
}

/// The prefixes that a community brings in one family.
#[derive(Default)]
struct Gathered {
    prefixes: Vec<Prefix>,
    /// The paths of a prefix follow one another, so this is enough to count a prefix once.
    last: Option<Prefix>,
    /// How many there were. `prefixes` has at most one more than are allowed.
    found: u64,
}

impl Gathered {
    fn add(&mut self, prefix: Prefix, limit: usize) {
        if self.last.replace(prefix) != Some(prefix) {
            self.found += 1;
            if self.prefixes.len() <= limit {
                self.prefixes.push(prefix);
            }
        }
    }

    /// Two routes can have one prefix in its one form, so order and number are known only at the end.
    fn finish(mut self) -> Self {
        let before = self.prefixes.len();
        self.prefixes.sort_unstable();
        self.prefixes.dedup();
        self.found -= (before - self.prefixes.len()) as u64;
        self
    }
}
