//! Gathers the answers to prefixes by application. Values in, values out.

use std::sync::Arc;

use bgpcs::{Application, ApplicationName, Community, ModuleConfiguration, PathSelection, UnixTime};
use bgpcs_display::counted;

use crate::collect::community_count::CommunityCount;
use crate::collect::error::{CollectError, CommunityFailure};
use crate::collect::last_answers::LastAnswers;
use crate::collect::left_out::{LeftOut, Refused, Sieve};
use crate::collect::plan::Part;
use crate::collect::services::{PrefixLimit, Services};
use crate::collect::snapshot::Snapshot;
use crate::instance::{Instance, Table};
use crate::prefix::{Family, Prefix};
use crate::source::error::SourceError;
use crate::source::{Query, QueryItem};

/// What a configuration resolves to, or a part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// Applications with at least one prefix. The guards have been applied; nothing is merged before [`settle`](Self::settle).
    pub services: Services,
    /// The queried communities, in the operator's order, with all that they brought.
    pub counts: Vec<CommunityCount>,
    /// What the guards left out.
    pub left_out: Vec<LeftOut>,
    /// What is unusual about the prefixes, a sentence each.
    pub warnings: Vec<String>,
    /// The answers as they were before any guard, for an incremental update later.
    pub snapshot: Snapshot,
}

impl Resolution {
    /// Makes the services what is written: merged, if the operator wants that.
    pub fn settle(&mut self, configuration: &ModuleConfiguration) {
        if configuration.aggregate_prefixes {
            self.services.aggregate();
        }
        let defaults = self.services.iter().flat_map(|(application, prefixes)| {
            let defaults = prefixes.iter().filter(|prefix| prefix.is_default());
            defaults.map(move |prefix| format!("application {application} has the default route {prefix}"))
        });
        let defaults: Vec<String> = defaults.collect();
        self.warnings.splice(..0, defaults);
    }
}

/// What was gathered, and what is not up to date.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Prefixes by application.
    pub resolution: Resolution,
    /// What the guards left out, which the resolution does not say yet.
    pub refused: Refused,
    /// The communities whose prefixes are not up to date.
    pub failures: Vec<CommunityFailure>,
    /// Whether any query was answered.
    pub any_answer: bool,
}

/// Gathers the answers to the queries of one instance of BGP. Memory is bounded by `max-prefixes`: prefixes beyond it are only
/// counted.
pub struct Gathering<'c> {
    configuration: &'c ModuleConfiguration,
    instance: &'c Instance,
    last: &'c LastAnswers<'c>,
    sieve: Sieve,
    gathered: Gathered,
    /// How many values of answers could not be read.
    unreadable: u64,
}

impl<'c> Gathering<'c> {
    /// Nothing gathered yet; where queries fail, what stays is of the `last` answers.
    pub fn new(part: &'c Part, last: &'c LastAnswers<'c>) -> Self {
        let Part { instance, configuration, .. } = part;
        let names = configuration.applications.iter().map(|application| &application.application_name);
        let resolution = Resolution { services: Services::of(names), ..Resolution::default() };
        let gathered = Gathered { resolution, ..Gathered::default() };
        Self { configuration, instance, last, sieve: Sieve::new(configuration), gathered, unreadable: 0 }
    }

    /// Gathers the answer to one query, which `send` passes on path by path. If the query fails, the last good prefixes of
    /// its communities stay.
    ///
    /// # Errors
    /// When `send` fails for a reason that concerns the source as a whole, and when the applications have more prefixes than
    /// `max-prefixes`.
    pub fn gather(
        &mut self,
        query: &Query,
        send: impl FnOnce(&Query, &mut dyn FnMut(QueryItem)) -> Result<(), SourceError>,
    ) -> Result<(), CollectError> {
        let ModuleConfiguration { path_selection, max_prefixes, .. } = self.configuration;
        let limit = usize::try_from(PrefixLimit(*max_prefixes).get()).unwrap_or(usize::MAX);
        let mut answers: Vec<Answer> = query.communities().map(|_| Answer::default()).collect();
        let mut unreadable = Unreadable::default();
        let mut take = |item| match item {
            QueryItem::Path(path) if path.best || *path_selection == PathSelection::Any => {
                if let Some(answer) = answers.get_mut(path.community) {
                    answer.add(path.prefix, limit);
                }
            }
            QueryItem::Path(_) => {}
            QueryItem::Unreadable(prefix) => unreadable.add(prefix, limit),
            QueryItem::StartOver => {
                unreadable = Unreadable::default();
                answers.iter_mut().for_each(|answer| *answer = Answer::default());
            }
        };
        match send(query, &mut take) {
            Ok(()) => {
                self.gathered.any_answer = true;
                self.unreadable += unreadable.count;
                unreadable.prefixes.sort_unstable();
                unreadable.prefixes.dedup();
                for (community, mut answer) in query.communities().zip(answers) {
                    self.keep_unreadable(community, &query.table, &unreadable.prefixes, &mut answer, limit);
                    self.take(community, &query.table, answer.finish(), Age::Fresh)?;
                }
                Ok(())
            }
            Err(error) if error.kind.concerns_source() => Err(CollectError::Source {
                application: query.application.clone(),
                community: query.community,
                instance: query.table.instance.clone(),
                source: error.into(),
            }),
            Err(error) => {
                let source = Arc::new(error);
                let failed = |application, community| CollectError::Source {
                    application,
                    community,
                    instance: query.table.instance.clone(),
                    source: Arc::clone(&source),
                };
                query.communities().try_for_each(|community| self.keep(community, &query.table, &failed))
            }
        }
    }

    /// Adds to an answer those of the `unreadable` prefixes (sorted) that the community brought last.
    fn keep_unreadable(
        &mut self,
        community: &Community,
        table: &Table,
        unreadable: &[Prefix],
        answer: &mut Answer,
        limit: usize,
    ) {
        if unreadable.is_empty() {
            return;
        }
        if let Some(known) = self.last.of(table, community) {
            let stay = unreadable.iter().filter(|prefix| known.has(**prefix));
            stay.for_each(|prefix| answer.add(*prefix, limit));
            return;
        }
        for application in self.configuration.applications.iter().filter(|listed| lists(listed, community)) {
            let name = &application.application_name;
            if let Some((mut stay, _)) = self.last.of_application(name, community, self.instance) {
                stay.retain(|prefix| unreadable.binary_search(prefix).is_ok());
                self.gathered.resolution.services.add(name, &self.sieve.sift(name, table.family, &stay));
            }
        }
    }

    /// Keeps the last good prefixes of a community in a family, since there is no answer for the reason `failed`.
    ///
    /// # Errors
    /// When the applications have more prefixes than `max-prefixes`.
    pub fn keep(
        &mut self,
        community: &Community,
        table: &Table,
        failed: &dyn Fn(ApplicationName, Community) -> CollectError,
    ) -> Result<(), CollectError> {
        let last = self.last;
        let stale = last.of(table, community);
        let mut answer = Answer::default();
        let of_community = stale.map_or(&[][..], |stale| stale.prefixes);
        of_community.iter().for_each(|prefix| answer.add(*prefix, of_community.len()));
        let stale = stale.map(|stale| stale.last_good);
        self.take(community, table, answer, stale.map_or(Age::Unknown, Age::Stale))?;
        for application in self.configuration.applications.iter().filter(|listed| lists(listed, community)) {
            let name = &application.application_name;
            let whole = last.of_application(name, community, self.instance);
            if let Some((prefixes, _)) = &whole {
                self.gathered.resolution.services.add(name, prefixes);
            }
            let last_good = stale.or(whole.map(|(_, last_good)| last_good));
            let is_same =
                |failure: &&mut CommunityFailure| failure.error.subject() == (name, community, self.instance);
            match self.gathered.failures.iter_mut().find(is_same) {
                Some(known) => known.last_good = known.last_good.or(last_good),
                None => {
                    let error = failed(name.clone(), *community);
                    self.gathered.failures.push(CommunityFailure { error, last_good });
                }
            }
        }
        Ok(())
    }

    /// The result, after every query to the `source` of this name.
    pub fn finish(self, source: &str) -> Gathered {
        let mut gathered = self.gathered;
        gathered.refused = self.sieve.finish();
        if self.unreadable > 0 {
            let (values, phrase) = (counted(self.unreadable, "value"), self.instance.phrase());
            let warnings = &mut gathered.resolution.warnings;
            warnings.push(format!("left out {values} from {source}{phrase} that could not be read"));
        }
        gathered
    }

    /// Counts an answer, and adds it to each application that lists the community.
    fn take(
        &mut self,
        community: &Community,
        table: &Table,
        answer: Answer,
        age: Age,
    ) -> Result<(), CollectError> {
        let Resolution { services, counts, snapshot, .. } = &mut self.gathered.resolution;
        let at = counts.iter().position(|count| count.community == *community).unwrap_or_else(|| {
            let instance = self.instance.clone();
            counts.push(CommunityCount { community: *community, instance, ipv4: 0, ipv6: 0 });
            counts.len() - 1
        });
        if let Some(count) = counts.get_mut(at) {
            match table.family {
                Family::Ipv4 => count.ipv4 += answer.found,
                Family::Ipv6 => count.ipv6 += answer.found,
            }
        }
        let limit = PrefixLimit(self.configuration.max_prefixes);
        for application in self.configuration.applications.iter().filter(|listed| lists(listed, community)) {
            let name = &application.application_name;
            let admitted = self.sieve.sift(name, table.family, &answer.prefixes);
            services.add(name, &admitted);
            let found = match answer.found - answer.prefixes.len() as u64 {
                0 => services.prefix_count(),
                // What was only counted has passed no guard, so it counts as if all of the answer had passed.
                uncounted => {
                    let left_out = answer.prefixes.len() - admitted.len();
                    services.prefix_count() + left_out as u64 + uncounted
                }
            };
            if found > limit.get() {
                let application = application.application_name.clone();
                return Err(CollectError::TooManyPrefixes {
                    found,
                    limit,
                    application,
                    community: *community,
                    instance: self.instance.clone(),
                });
            }
        }
        match age {
            Age::Fresh => snapshot.add(table, community, answer.prefixes, None),
            Age::Stale(last_good) => snapshot.add(table, community, answer.prefixes, Some(last_good)),
            Age::Unknown => {}
        }
        Ok(())
    }
}

fn lists(application: &Application, community: &Community) -> bool {
    application.bgp_community.iter().any(|listed| listed.canonical() == community.canonical())
}

/// The values of an answer that could not be read.
#[derive(Default)]
struct Unreadable {
    count: u64,
    /// The prefixes that are known of them, which stay as they were.
    prefixes: Vec<Prefix>,
}

impl Unreadable {
    fn add(&mut self, prefix: Option<Prefix>, limit: usize) {
        self.count += 1;
        if self.prefixes.len() <= limit && self.prefixes.last() != prefix.as_ref() {
            self.prefixes.extend(prefix);
        }
    }
}

/// How old an answer is.
enum Age {
    /// It is the source's present answer.
    Fresh,
    /// It was last good at that time.
    Stale(UnixTime),
    /// There is none.
    Unknown,
}

/// The prefixes that a community brings in one family.
#[derive(Default)]
struct Answer {
    prefixes: Vec<Prefix>,
    /// The paths of a prefix follow one another, so this is enough to count a prefix once.
    last: Option<Prefix>,
    /// How many there were. `prefixes` has at most one more than are allowed.
    found: u64,
}

impl Answer {
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
