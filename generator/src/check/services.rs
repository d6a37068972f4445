//! SSR uses the prefixes of an application only if the `application-name` of a service matches the application.

use std::collections::{HashMap, HashSet};

use bgpcs::Quoted;
use bgpcs_display::listed;
use indexmap::IndexSet;

use crate::authority::{Authority, Name, Service};
use crate::finding::{Code, Finding, Place, Severity};
use crate::glob::Glob;

/// How many services a finding names.
const SERVICES_SHOWN: usize = 3;

pub(super) fn check(authority: &Authority) -> Vec<Finding> {
    let patterns = Patterns::of(authority);
    let reach = Reach::of(authority);
    let names = &authority.names;
    let mut findings = Vec::new();
    let mut applications: IndexSet<Name> = IndexSet::new();
    for (profile, content, routers) in authority.assigned_profiles() {
        for application in content.applications.keys() {
            applications.insert(*application);
            let services = patterns.services(names.text(*application));
            let without = reach.without(&services, &routers);
            if without.is_empty() {
                continue;
            }
            let [name, profile] = [*application, profile].map(|name| Quoted(names.text(name)));
            let (message, advice) = match &services[..] {
                [] => (
                    format!(
                        "no service has an application-name that matches application {name} of profile {profile}, so \
                         its prefixes are not used"
                    ),
                    "give a service this application-name",
                ),
                services => (
                    format!(
                        "no enabled service for application {name} of profile {profile} applies here, so its \
                         prefixes are not used: {}",
                        reach.reasons(services)
                    ),
                    "let a service with this application-name apply to the router, and enable it",
                ),
            };
            findings.push(Finding {
                severity: Severity::Warning,
                code: Code::ApplicationWithoutService,
                message,
                advice: advice.into(),
                places: without.into_iter().map(Place::router).collect(),
            });
        }
    }
    findings.extend(near_misses(authority, &applications));
    findings
}

/// Which routers have which services.
struct Reach<'a> {
    authority: &'a Authority,
    groups: HashMap<Name, Vec<Name>>,
}

impl<'a> Reach<'a> {
    fn of(authority: &'a Authority) -> Self {
        let mut groups: HashMap<Name, Vec<Name>> = HashMap::new();
        for (router, content) in &authority.routers {
            content.groups.iter().for_each(|group| groups.entry(*group).or_default().push(*router));
        }
        Self { authority, groups }
    }

    fn services(&self, names: &[Name]) -> impl Iterator<Item = (Name, &'a Service)> {
        names.iter().filter_map(|name| Some((*name, self.authority.services.get(name)?)))
    }

    /// The routers that have none of the services.
    fn without(&self, services: &[Name], routers: &[Name]) -> Vec<Name> {
        let mut reached: HashSet<Name> = HashSet::new();
        for (_, service) in self.services(services).filter(|(_, service)| !service.is_disabled) {
            if service.applies_to.is_empty() {
                return Vec::new();
            }
            for (kind, named) in &service.applies_to {
                match self.authority.names.text(*kind) {
                    "router" => reached.extend(named),
                    "router-group" => {
                        reached.extend(named.iter().filter_map(|group| self.groups.get(group)).flatten())
                    }
                    // `authority`; and what a later release may add is taken for every router too.
                    _ => return Vec::new(),
                }
            }
        }
        routers.iter().copied().filter(|router| !reached.contains(router)).collect()
    }

    /// Why routers do not have the services, in words.
    fn reasons(&self, services: &[Name]) -> String {
        let reasons: Vec<String> = self
            .services(services)
            .map(|(name, service)| {
                let reason = if service.is_disabled { "is not enabled" } else { "applies to other routers" };
                format!("service {} {reason}", Quoted(self.authority.names.text(name)))
            })
            .collect();
        listed(reasons.iter(), SERVICES_SHOWN)
    }
}

/// The services with an `application-name` that is probably a misspelt application.
fn near_misses(authority: &Authority, applications: &IndexSet<Name>) -> Vec<Finding> {
    let names = &authority.names;
    let ours: Vec<(&str, String)> = applications
        .iter()
        .map(|application| names.text(*application))
        .map(|application| (application, simplified(application)))
        .collect();
    let mut findings = Vec::new();
    for (service, content) in &authority.services {
        for pattern in &content.patterns {
            let Glob::Literal(text) = Glob::new(names.text(*pattern)) else { continue };
            if ours.iter().any(|(application, _)| *application == text) {
                continue;
            }
            let plain = simplified(&text);
            let Some((application, _)) = ours.iter().find(|(_, application)| is_close(&plain, application))
            else {
                continue;
            };
            findings.push(Finding {
                severity: Severity::Warning,
                code: Code::ApplicationNameNearMiss,
                message: format!(
                    "service {} has the application-name {}, which is not an application of an assigned profile",
                    Quoted(names.text(*service)),
                    Quoted(&text)
                ),
                advice: format!("write {} if this application is meant", Quoted(application)),
                places: Vec::new(),
            });
        }
    }
    findings
}

/// A name in lower case and without separators, which are easily mistaken.
fn simplified(name: &str) -> String {
    name.to_lowercase().replace(['-', '_', ' ', '.'], "")
}

/// Whether two simplified names are the same except for a typing mistake, or two in a longer name.
fn is_close(one: &str, other: &str) -> bool {
    let mistakes = match other.len() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    // Comparing the lengths is cheap and excludes nearly all pairs.
    one.len().abs_diff(other.len()) <= mistakes * 4 && strsim::osa_distance(one, other) <= mistakes
}

/// The patterns of all services, each once, with its services. Most are plain names, which a map finds without a search.
#[derive(Default)]
struct Patterns {
    literals: HashMap<String, Vec<Name>>,
    globs: Vec<(Glob, Vec<Name>)>,
}

impl Patterns {
    fn of(authority: &Authority) -> Self {
        let mut all: HashMap<Name, Vec<Name>> = HashMap::new();
        for (service, content) in &authority.services {
            content.patterns.iter().for_each(|pattern| all.entry(*pattern).or_default().push(*service));
        }
        let mut patterns = Self::default();
        for (pattern, services) in all {
            match Glob::new(authority.names.text(pattern)) {
                Glob::Literal(text) => patterns.literals.entry(text).or_default().extend(services),
                glob => patterns.globs.push((glob, services)),
            }
        }
        patterns
    }

    /// The services with a pattern that matches, in the order in which their names first came.
    fn services(&self, text: &str) -> Vec<Name> {
        let literal = self.literals.get(text).into_iter().flatten();
        let globs =
            self.globs.iter().filter(|(glob, _)| glob.matches(text)).flat_map(|(_, services)| services);
        let mut services: Vec<Name> = literal.chain(globs).copied().collect();
        services.sort_unstable();
        services.dedup();
        services
    }
}
