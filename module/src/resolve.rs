//! From a configuration to questions, and from answers to services. Values in, values out.

use std::collections::HashSet;

use bgpcs::{Application, Community, ModuleConfiguration, PathSelection};
use serde::{Deserialize, Serialize};

use crate::error::{RunError, SourceError};
use crate::prefix::{Family, Prefix};
use crate::routes::Routes;
use crate::services::Services;
use crate::source::{Abilities, Question, Told, on_the_wire};

/// The questions that a configuration asks, in the operator's order: each community once per family, however many
/// applications list it and by whatever name; together what the source would look at every route for.
pub fn questions(configuration: &ModuleConfiguration, abilities: &Abilities) -> Vec<Question> {
    let mut seen = HashSet::new();
    let mut questions: Vec<Question> = Vec::new();
    for application in &configuration.applications {
        for &community in application.bgp_community.iter().filter(|listed| seen.insert(on_the_wire(listed))) {
            let shares = |asked: Community| abilities.one_look || matches!(asked, Community::RouteTarget(_));
            let mut together = questions.iter_mut().filter(|asked| shares(asked.community)).peekable();
            if shares(community) && together.peek().is_some() {
                together.for_each(|question| question.further.push(community));
            } else {
                let application = &application.application_name;
                let ask = |family| Question {
                    family,
                    application: application.clone(),
                    community,
                    further: Vec::new(),
                };
                questions.extend(Family::ALL.map(ask));
            }
        }
    }
    questions
}

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

/// What a run found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// Applications with at least one prefix.
    pub services: Services,
    /// Each community that was asked for, in the operator's order.
    pub counts: Vec<CommunityCount>,
    /// What is odd about the prefixes.
    pub warnings: Vec<String>,
    /// What the answers were.
    pub routes: Routes,
}

/// Gathers the answers to a configuration's questions. Memory is bounded by `max-prefixes`: what is beyond it is only
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

    /// Gathers the answer to one question, which `ask` gives path by path.
    ///
    /// # Errors
    /// When `ask` fails, and when the applications have more prefixes than `max-prefixes`.
    pub fn gather(
        &mut self,
        question: &Question,
        ask: impl FnOnce(&Question, &mut dyn FnMut(Told)) -> Result<(), SourceError>,
    ) -> Result<(), RunError> {
        let ModuleConfiguration { path_selection, max_prefixes, .. } = self.configuration;
        let limit = max_prefixes.get() as usize;
        let mut answers: Vec<Answer> = question.communities().map(|_| Answer::default()).collect();
        let mut take = |told| match told {
            Told::Path(path) if path.best || *path_selection == PathSelection::Any => {
                if let Some(answer) = answers.get_mut(path.community) {
                    answer.add(path.prefix, limit);
                }
            }
            Told::Path(_) => {}
            Told::Anew => answers.iter_mut().for_each(|answer| *answer = Answer::default()),
        };
        ask(question, &mut take).map_err(|source| RunError::Source {
            application: question.application.clone(),
            community: question.community,
            source: source.into(),
        })?;
        for (community, answer) in question.communities().zip(answers) {
            self.take(community, question.family, answer.finish())?;
        }
        Ok(())
    }

    /// What was found, once every question has its answer.
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
    fn take(&mut self, community: &Community, family: Family, answer: Answer) -> Result<(), RunError> {
        let Resolution { services, counts, routes, .. } = &mut self.resolution;
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
            application.bgp_community.iter().any(|listed| on_the_wire(listed) == on_the_wire(community))
        };
        let limit = self.configuration.max_prefixes;
        for application in self.configuration.applications.iter().filter(lists) {
            services.add(&application.application_name, &answer.prefixes);
            let found = services.prefix_count() + (answer.found - answer.prefixes.len() as u64);
            if found > u64::from(limit.get()) {
                let application = application.application_name.clone();
                return Err(RunError::TooManyPrefixes { found, limit, application, community: *community });
            }
        }
        routes.add(family, community, answer.prefixes);
        Ok(())
    }
}

/// The prefixes that a community brings in one family.
#[derive(Default)]
struct Answer {
    prefixes: Vec<Prefix>,
    /// The paths of a prefix follow one another, so this is enough to count a prefix once.
    last: Option<Prefix>,
    /// How many there were, of which `prefixes` has no more than are needed to know that they are too many.
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

    /// Two routes can become one prefix when they are normalised, so order and number are settled here.
    fn finish(mut self) -> Self {
        let before = self.prefixes.len();
        self.prefixes.sort_unstable();
        self.prefixes.dedup();
        self.found -= (before - self.prefixes.len()) as u64;
        self
    }
}
