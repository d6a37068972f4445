//! Why a prefix is in an application or not, as the routing engine says now.

use bgpcs::{Community, Health, PathSelection, plain};
use bgpcs_display::counted;
use ipnet::IpNet;

use crate::operator::explain::{Explanation, Facts, Seen};
use crate::prefix::Prefix;
use crate::source::{Destination, RouteSource};

/// Says which applications have a prefix or an address, and what the paths to it carry.
pub(super) fn explain(
    facts: &Facts,
    mut source: Box<dyn RouteSource>,
    net: Prefix,
    mut explanation: Explanation,
) -> Explanation {
    let contains = |prefix: &Prefix| IpNet::from(*prefix).contains(&IpNet::from(net));
    let applications = facts.applications();
    let mut around: Vec<(Prefix, String)> = Vec::new();
    for application in &applications {
        let matching = application.prefixes.iter().filter(|prefix| contains(prefix));
        around.extend(matching.map(|prefix| (*prefix, plain(application.name.as_str()))));
    }
    let longest = around.iter().map(|(prefix, _)| *prefix).max_by_key(|prefix| prefix.parts().1);
    explanation.applications = around.iter().map(|(_, name)| name.clone()).collect();
    explanation.findings.push(match longest {
        Some(longest) => {
            let by_it: Vec<&str> = around
                .iter()
                .filter(|(prefix, _)| *prefix == longest)
                .map(|(_, name)| name.as_str())
                .collect();
            format!(
                "in application {} by {longest}, the longest match in the output file",
                by_it.join(" and ")
            )
        }
        None => "in no application: no prefix of the output file contains it".to_owned(),
    });
    if !source.abilities().can_be_queried {
        return explanation.was_not_asked(facts);
    }
    let destination = match source.longest_match(net) {
        None => {
            explanation.next.push(format!("see its communities {}", source.advice().routes));
            return explanation;
        }
        Some(Err(error)) => return explanation.fails_to_ask(&error),
        Some(Ok(None)) => {
            let health = if around.is_empty() { Health::Healthy } else { Health::Degraded };
            let finding = format!("{} has no route to it", explanation.source);
            return explanation.fails(
                health,
                finding,
                format!("see what the neighbors announce {}", source.advice().routes),
            );
        }
        Some(Ok(Some(destination))) => destination,
    };
    of_destination(facts, destination, explanation)
}

/// What the paths to a prefix carry, and which applications that should bring it into.
fn of_destination(facts: &Facts, destination: Destination, mut explanation: Explanation) -> Explanation {
    let Destination { prefix, paths } = destination;
    let best_only = facts
        .configuration
        .as_ref()
        .is_ok_and(|configuration| configuration.path_selection == PathSelection::Best);
    explanation.findings.push(format!("the route is {prefix}, with {}", counted(paths.len(), "path")));
    explanation.paths = paths
        .iter()
        .map(|path| Seen {
            neighbor: path.neighbor.clone(),
            paths: 1,
            best: u64::from(path.best),
            communities: path.communities.clone(),
        })
        .collect();
    let carries = |community: &Community, best_only: bool| {
        let counted = paths.iter().filter(|path| path.best || !best_only);
        let mut communities = counted.flat_map(|path| &path.communities);
        communities.any(|carried| carried.canonical() == community.canonical())
    };
    let applications = facts.applications();
    let mut is_selected = false;
    for application in &applications {
        let name = plain(application.name.as_str());
        for community in application.communities.iter().filter(|community| carries(community, false)) {
            if carries(community, best_only) {
                is_selected = true;
                explanation.findings.push(format!("{name} selects {prefix} by {community}"));
                let merged = IpNet::from(prefix);
                let has = application.prefixes.iter().any(|known| IpNet::from(*known).contains(&merged));
                if !has {
                    explanation = explanation.fails(
                        Health::Degraded,
                        format!("{name} does not have {prefix} in the output file"),
                        "let the next run pass, or run now: bgp-community-services run".to_owned(),
                    );
                }
            } else {
                explanation = explanation.fails(
                    Health::Degraded,
                    format!("{name} lists {community}, but path-selection is best and the best path does not carry it"),
                    "set path-selection any in the profile, or have the neighbor preferred".to_owned(),
                );
            }
        }
    }
    if !is_selected {
        explanation
            .findings
            .push(format!("no application selects {prefix}: none lists a community that it carries"));
        explanation.next.push(
            "to select it, add one of its communities to an application of the profile, and commit"
                .to_owned(),
        );
    }
    explanation
}
