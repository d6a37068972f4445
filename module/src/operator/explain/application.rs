//! Which prefixes an application has, by which of its communities, as the routing engine answers now.

use bgpcs::plain;
use bgpcs_display::counted;

use crate::health::{Code, Facts, findings};
use crate::operator::explain::community::{carrying, instances_of, no_choice, no_path};
use crate::operator::explain::explanation::{Explanation, NeighborPaths};
use crate::operator::printed::counted_by_family;
use crate::prefix::Family;
use crate::source::RouteSource;

/// Explains an application of the configuration: what each of its communities brings now, and what it has.
pub fn explain(
    facts: &Facts,
    mut source: Box<dyn RouteSource>,
    name: &str,
    mut explanation: Explanation,
) -> Explanation {
    let applications = facts.applications();
    let Some(application) = applications.iter().find(|one| one.name.as_str() == name) else {
        return explanation;
    };
    explanation.applications = vec![plain(name)];
    let [ipv4, ipv6] = Family::ALL.map(|family| application.count(family) as u64);
    explanation.findings.push(format!("it has {} in the output file", counted_by_family(ipv4, ipv6)));
    explanation = told(facts, &format!("application {}", plain(name)), explanation);
    let abilities = source.abilities();
    if !abilities.can_be_queried {
        return explanation.not_queried(facts);
    }
    let (instances, mut explanation) = instances_of(&application.instances, &mut *source, explanation);
    if instances.is_empty() {
        return explanation;
    }
    let mut missing = None;
    for community in application.communities {
        if !abilities.can_select(community) {
            explanation = no_choice(explanation, community);
            continue;
        }
        let carrying = match carrying(facts, &mut *source, &instances, *community) {
            Ok(carrying) => carrying,
            Err(error) => return explanation.no_answer(&error, facts.advice.silent),
        };
        let (paths, [ipv4, ipv6]) = (carrying.paths(), carrying.prefixes);
        let prefixes = counted_by_family(ipv4, ipv6);
        match paths {
            0 => {
                explanation.missing(Code::CommunityEmpty, format!("no path carries {community}"));
                missing = missing.or(Some(*community));
            }
            _ => explanation
                .findings
                .push(format!("{community} is carried by {}, to {prefixes}", counted(paths, "path"))),
        }
        for found in carrying.by_neighbor.into_values() {
            add(&mut explanation.paths, found);
        }
    }
    match missing {
        Some(community) => no_path(&mut *source, &instances, community, explanation),
        None => explanation,
    }
}

/// Adds what is wrong with the application itself, but for what the source tells now.
fn told(facts: &Facts, subject: &str, mut explanation: Explanation) -> Explanation {
    let is_of_it = |code: Code| code == Code::ApplicationLoss;
    for finding in findings(facts).into_iter().filter(|one| one.subject == subject && is_of_it(one.code)) {
        let text = format!("{}: {}", finding.dated_code(facts.now), finding.text);
        let advice =
            "if the profile was changed so, there is nothing to do; else see what the neighbors announce";
        let next = format!("{advice} {}", facts.advice.routes);
        explanation = explanation.problem(finding.code, finding.severity.health(), text, next);
    }
    explanation
}

/// Adds the paths of a neighbor.
fn add(all: &mut Vec<NeighborPaths>, found: NeighborPaths) {
    match all.iter_mut().find(|known| known.neighbor == found.neighbor && known.instance == found.instance) {
        Some(known) => {
            known.paths += found.paths;
            known.best += found.best;
        }
        None => all.push(found),
    }
}
