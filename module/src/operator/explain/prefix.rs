//! Why a prefix is in an application or not, as the routing engine answers now.

use bgpcs::{Community, Health, PathSelection, plain};
use bgpcs_display::{counted, time};

use crate::collect::guard::Guards;
use crate::collect::plan::{self, MOST_INSTANCES};
use crate::health::facts::{ApplicationFacts, Facts};
use crate::health::{Code, guarded};
use crate::instance::Instance;
use crate::operator::explain::explanation::{Explanation, NeighborPaths};
use crate::prefix::Prefix;
use crate::source::{Destination, RouteSource};

/// Explains a prefix or an address: the applications that have it, and the communities on its paths.
pub fn explain(
    facts: &Facts,
    mut source: Box<dyn RouteSource>,
    net: Prefix,
    explanation: Explanation,
) -> Explanation {
    let mut explanation = in_output_file(facts, net, explanation);
    if !source.abilities().can_be_queried {
        return explanation.not_queried(facts);
    }
    let known = facts.known_configuration();
    let instances = known.map_or_else(|| vec![Instance::Default], plan::instances);
    let has_vrfs = source.abilities().vrfs;
    let queried = instances.iter().take(MOST_INSTANCES).filter(|one| has_vrfs || one.is_default());
    let mut found: Vec<(&Instance, Destination)> = Vec::new();
    for instance in queried {
        match source.longest_match(instance, net) {
            None => {
                explanation.next.push(format!("see its communities {}", source.advice().routes));
                return explanation;
            }
            Some(Err(error)) => {
                if !instance.is_default() && source.summary(instance).is_some_and(|summary| summary.is_absent)
                {
                    explanation.findings.push(format!("vrf {instance} is not on this router"));
                } else {
                    explanation = explanation.no_answer(&error, facts.advice.silent);
                }
            }
            Some(Ok(None)) => {}
            Some(Ok(Some(destination))) => found.push((instance, destination)),
        }
    }
    if found.is_empty() && !explanation.is_broken() {
        let is_in_none = explanation.applications.is_empty();
        let health = if is_in_none { Health::Healthy } else { Health::Degraded };
        let finding = format!("{} has no route to it", explanation.source);
        let next = format!("see what the neighbors announce {}", source.advice().routes);
        explanation = explanation.problem(Code::AnswerUnusual, health, finding, next);
    }
    for (instance, destination) in found {
        explanation = of_destination(facts, instance, &destination, explanation);
    }
    explanation
}

/// Adds the applications whose prefixes in the output file contain the prefix.
fn in_output_file(facts: &Facts, net: Prefix, mut explanation: Explanation) -> Explanation {
    let mut containing: Vec<(Prefix, String)> = Vec::new();
    for application in &facts.applications() {
        let matching = application.prefixes.iter().filter(|prefix| prefix.contains(net));
        containing.extend(matching.map(|prefix| (*prefix, plain(application.name.as_str()))));
    }
    let longest = containing.iter().map(|(prefix, _)| *prefix).max_by_key(|prefix| prefix.parts().1);
    explanation.findings.push(match longest {
        Some(longest) => {
            let with_it = containing.iter().filter(|(prefix, _)| *prefix == longest);
            let names: Vec<&str> = with_it.map(|(_, name)| name.as_str()).collect();
            let names = names.join(" and ");
            format!("in application {names} by {longest}, the longest match in the output file")
        }
        None => "in no application: no prefix of the output file contains it".to_owned(),
    });
    explanation.applications = containing.into_iter().map(|(_, name)| name).collect();
    for kept in &facts.state.kept {
        let name = plain(kept.application.as_str());
        if explanation.applications.contains(&name) {
            let since = time::since(kept.since, facts.now);
            explanation.findings.push(format!("{name} keeps what it had, since {since}"));
        }
    }
    explanation
}

/// Adds the communities on the paths of a prefix, and the applications that select it by them.
fn of_destination(
    facts: &Facts,
    instance: &Instance,
    destination: &Destination,
    mut explanation: Explanation,
) -> Explanation {
    let Destination { prefix, paths } = destination;
    let (count, phrase) = (counted(paths.len(), "path"), instance.phrase());
    explanation.findings.push(format!("the route{phrase} is {prefix}, with {count}"));
    explanation.paths.extend(paths.iter().map(|path| NeighborPaths {
        neighbor: path.neighbor.clone(),
        instance: instance.clone(),
        paths: 1,
        best: u64::from(path.best),
        communities: path.communities.clone(),
    }));
    let mut is_selected = false;
    let applications = facts.applications();
    for application in applications.iter().filter(|application| application.instances.contains(instance)) {
        let carried =
            application.communities.iter().filter(|community| carries(destination, community, false));
        for community in carried {
            let selects = carries(destination, community, only_best_counts(facts));
            is_selected |= selects;
            explanation = match selects {
                true => selected(facts, application, instance, *prefix, community, explanation),
                false => explanation.problem(
                    Code::CommunityEmpty,
                    Health::Degraded,
                    format!(
                        "{} lists {community}, but path-selection is best and the best path does not carry it",
                        plain(application.name.as_str())
                    ),
                    "set path-selection any in the profile, or configure a preference for the path that carries it"
                        .to_owned(),
                ),
            };
        }
    }
    why_in_no_other(facts, instance, destination, is_selected, explanation)
}

/// Adds why a prefix is in no other application, as far as its paths tell: they are unclear, carry nothing, or nothing that is
/// listed.
fn why_in_no_other(
    facts: &Facts,
    instance: &Instance,
    Destination { prefix, paths }: &Destination,
    is_selected: bool,
    mut explanation: Explanation,
) -> Explanation {
    if paths.iter().any(|path| path.is_unclear) {
        let finding =
            "a path carries something that does not tell which community it is, such as an alias".to_owned();
        explanation.findings.push(finding);
        explanation.next.push(
            "see which prefixes a community selects with: bgp-community-services explain COMMUNITY"
                .to_owned(),
        );
    } else if paths.iter().all(|path| path.communities.is_empty()) {
        let what = if paths.len() == 1 {
            "its path carries no community"
        } else {
            "none of its paths carries a community"
        };
        explanation.findings.push(format!("no application selects {prefix}: {what}"));
        explanation.next.push(format!(
            "check that the neighbor sends communities, and that no inbound policy removes them, {}",
            facts.advice.neighbors
        ));
    } else if !is_selected {
        explanation.findings.push(format!(
            "no application selects {prefix}{}: none lists a community that it carries",
            instance.phrase()
        ));
        explanation.next.push(
            "to select it, add one of its communities to an application of the profile, and commit"
                .to_owned(),
        );
    }
    explanation
}

/// Adds that an application selects the prefix, and whether it has the prefix in the output file.
fn selected(
    facts: &Facts,
    application: &ApplicationFacts<'_>,
    instance: &Instance,
    prefix: Prefix,
    community: &Community,
    mut explanation: Explanation,
) -> Explanation {
    let name = plain(application.name.as_str());
    explanation.findings.push(format!("{name} selects {prefix} by {community}{}", instance.phrase()));
    let configuration = facts.known_configuration();
    let guard = configuration.and_then(|configuration| {
        Guards::of(configuration).of_application(application.name).against(prefix.family(), prefix)
    });
    if let Some(guard) = guard {
        let finding = format!("{name} leaves {prefix} out ({})", guarded::reason(guard, configuration));
        return explanation.problem(
            Code::PrefixLeftOut,
            guarded::health(guard),
            finding,
            guarded::fix(guard),
        );
    }
    if application.prefixes.iter().any(|known| known.contains(prefix)) {
        return explanation;
    }
    explanation.problem(
        Code::RunOverdue,
        Health::Degraded,
        format!("{name} does not have {prefix} in the output file"),
        "wait for the next run, or run now: bgp-community-services run".to_owned(),
    )
}

fn only_best_counts(facts: &Facts) -> bool {
    let configuration = facts.configuration.as_ref();
    configuration.is_ok_and(|configuration| configuration.path_selection == PathSelection::Best)
}

/// Whether any path, or the best one, carries the community.
fn carries(destination: &Destination, community: &Community, best_only: bool) -> bool {
    let paths = destination.paths.iter().filter(|path| path.best || !best_only);
    let mut communities = paths.flat_map(|path| &path.communities);
    communities.any(|carried| carried.canonical() == community.canonical())
}
