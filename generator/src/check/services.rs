//! SSR uses the prefixes of an application only if the `application-name` of a service matches the application.

use std::collections::HashSet;

use bgpcs::Quoted;
use indexmap::IndexSet;

use super::glob::Glob;
use crate::authority::{Authority, Name};
use crate::finding::{Code, Finding, Place, Severity};

pub(super) fn check(authority: &Authority) -> Vec<Finding> {
    let patterns = Patterns::of(authority);
    let names = &authority.names;
    let mut findings = Vec::new();
    let mut applications: IndexSet<Name> = IndexSet::new();
    for (profile, content, routers) in authority.assigned_profiles() {
        let places: Vec<Place> = routers.into_iter().map(Place::router).collect();
        for application in content.applications.keys() {
            applications.insert(*application);
            if !patterns.match_any(names.text(*application)) {
                findings.push(Finding {
                    severity: Severity::Warning,
                    code: Code::ApplicationWithoutService,
                    message: format!(
                        "no service has an application-name that matches application {} of profile {}, so its \
                         prefixes are not used",
                        Quoted(names.text(*application)),
                        Quoted(names.text(profile))
                    ),
                    advice: "give a service this application-name".into(),
                    places: places.clone(),
                });
            }
        }
    }
    findings.extend(near_misses(authority, &applications));
    findings
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
    for (service, patterns) in &authority.services {
        for pattern in patterns {
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

/// The patterns of all services, each once. Most are plain names, which a set finds without a search.
#[derive(Default)]
struct Patterns {
    literals: HashSet<String>,
    globs: Vec<Glob>,
}

impl Patterns {
    fn of(authority: &Authority) -> Self {
        let all: HashSet<Name> = authority.services.values().flatten().copied().collect();
        let mut patterns = Self::default();
        for pattern in all {
            match Glob::new(authority.names.text(pattern)) {
                Glob::Literal(text) => drop(patterns.literals.insert(text)),
                glob => patterns.globs.push(glob),
            }
        }
        patterns
    }

    fn match_any(&self, text: &str) -> bool {
        self.literals.contains(text) || self.globs.iter().any(|glob| glob.matches(text))
    }
}
