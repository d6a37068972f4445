//! What a community brings, as the routing engine says now.

use std::collections::BTreeMap;

use bgpcs::{Community, Health, PathSelection, plain};
use bgpcs_display::counted;

use crate::collect::gather::CommunityCount;
use crate::operator::explain::{Explanation, Facts, Seen, list};
use crate::prefix::Family;
use crate::source::error::SourceError;
use crate::source::{Query, RouteSource};

/// How many communities of the same AS are named.
const MOST_OTHERS: usize = 20;

/// Says what a community brings: which paths carry it, or which others they carry instead.
pub(super) fn explain(
    facts: &Facts,
    mut source: Box<dyn RouteSource>,
    community: Community,
    mut explanation: Explanation,
) -> Explanation {
    let listing = facts.applications();
    let lists = |communities: &[Community]| {
        communities.iter().any(|listed| listed.canonical() == community.canonical())
    };
    let listing: Vec<_> = listing.into_iter().filter(|application| lists(application.communities)).collect();
    explanation.applications = listing.iter().map(|application| plain(application.name.as_str())).collect();
    let names = explanation.applications.join(", ");
    match &facts.configuration {
        Err(error) => {
            explanation = explanation.fails(
                Health::Broken,
                format!("which applications list it is not known: {error}"),
                "see what else is wrong with: bgp-community-services doctor".to_owned(),
            );
        }
        Ok(_) if names.is_empty() => {
            explanation.findings.push("no application lists it".to_owned());
            explanation.next.push(
                "to select by it, add it to an application of the router's bgp-community-services-profile, and commit"
                    .to_owned(),
            );
        }
        Ok(_) => explanation.findings.push(format!("listed by {names}")),
    }
    let abilities = source.abilities();
    if !abilities.can_be_queried {
        return from_outside(facts, community, explanation);
    }
    if !abilities.can_select(&community) {
        let finding = format!("{} has routes with route targets only", explanation.source);
        let next =
            "in the profile, list the route target (target:…) of the VPN instead, and commit".to_owned();
        return explanation.fails(Health::Degraded, finding, next);
    }
    let carried = match ask_both_families(&mut *source, community) {
        Ok(carried) => carried,
        Err(error) => return explanation.fails_to_ask(&error),
    };
    let (paths, best): (u64, u64) = carried
        .by_neighbor
        .values()
        .fold((0, 0), |(paths, best), seen| (paths + seen.paths, best + seen.best));
    explanation.paths = carried.by_neighbor.into_values().collect();
    if paths > 0 {
        let [ipv4, ipv6] = carried.prefixes;
        explanation.findings.push(format!(
            "carried by {}, {best} of them best, to {ipv4} IPv4 and {}",
            counted(paths, "path"),
            counted(ipv6, "IPv6 prefix")
        ));
        let selection = facts.configuration.as_ref().map(|configuration| configuration.path_selection);
        return match selection {
            Ok(PathSelection::Best) if best == 0 => explanation.fails(
                Health::Degraded,
                "path-selection is best, and none of these paths is the best one of its prefix".to_owned(),
                "set path-selection any in the profile, or have the neighbor preferred".to_owned(),
            ),
            _ => explanation,
        };
    }
    without_paths(&mut *source, community, explanation)
}

/// What to say of a community when the source tells its routes to somebody else only.
fn from_outside(facts: &Facts, community: Community, mut explanation: Explanation) -> Explanation {
    let is_it = |count: &&CommunityCount| count.community.canonical() == community.canonical();
    if let Some(count) = facts.state.communities.iter().find(is_it) {
        let CommunityCount { ipv4, ipv6, .. } = count;
        explanation.findings.push(format!(
            "it brought {} and {} when the routes were last looked at, {}",
            counted(*ipv4, "IPv4 prefix"),
            counted(*ipv6, "IPv6 prefix"),
            facts.last_run()
        ));
    }
    explanation.was_not_asked(facts)
}

/// What to say of a community that no path carries: a mistake in typing shows by its neighbors.
fn without_paths(
    source: &mut dyn RouteSource,
    community: Community,
    mut explanation: Explanation,
) -> Explanation {
    let is_listed = !explanation.applications.is_empty();
    explanation.findings.push("no path carries it".to_owned());
    let health = if is_listed { Health::Degraded } else { Health::Healthy };
    explanation.health = explanation.health.max(health);
    match source.communities_of_same_as(&community) {
        Some(others) if others.is_empty() => {
            explanation.findings.push("no route carries any community of the same AS number".to_owned());
            explanation.next.push(
                "see that the neighbors send communities, and that no inbound policy removes them".to_owned(),
            );
        }
        Some(others) => {
            explanation.findings.push(format!(
                "routes carry these of the same AS number: {}",
                list(nearest(&others, community))
            ));
            explanation.next.push(
                "if one of these is meant, correct bgp-community in the profile, and commit".to_owned(),
            );
        }
        None => explanation.next.push(format!("see what the neighbors send {}", source.advice().routes)),
    }
    if let Some(summary) = source.summary() {
        let down: Vec<String> = summary
            .sessions
            .iter()
            .filter(|session| session.since.is_none())
            .map(|session| plain(&session.peer))
            .collect();
        if !down.is_empty() {
            explanation.findings.push(format!("not established: BGP sessions with {}", down.join(", ")));
            explanation.next.push(format!("see why {}", source.advice().neighbors));
        }
    }
    explanation
}

/// The communities nearest by number, which a typing mistake would be. All of them are of one AS number and in order.
fn nearest(others: &[Community], wanted: Community) -> &[Community] {
    let at = others.partition_point(|other| other.canonical() < wanted.canonical());
    let from = at.saturating_sub(MOST_OTHERS / 2);
    let to = others.len().min(from + MOST_OTHERS);
    others.get(from..to).unwrap_or_default()
}

#[derive(Default)]
struct Carried {
    by_neighbor: BTreeMap<String, Seen>,
    /// IPv4 and IPv6.
    prefixes: [u64; 2],
}

fn ask_both_families(source: &mut dyn RouteSource, community: Community) -> Result<Carried, SourceError> {
    let mut carried = Carried::default();
    for (family, prefixes) in Family::ALL.into_iter().zip(0..) {
        let mut last = None;
        let mut count = 0;
        let query = Query { family, application: community.into(), community, further: Vec::new() };
        source.query_with_neighbors(&query, &mut |path, neighbor| {
            let known = carried.by_neighbor.entry(neighbor.to_owned());
            let seen = known.or_insert_with(|| Seen { neighbor: neighbor.to_owned(), ..Seen::default() });
            seen.paths += 1;
            seen.best += u64::from(path.best);
            // The paths of a prefix follow one another.
            count += u64::from(last.replace(path.prefix) != Some(path.prefix));
        })?;
        if let Some(prefixes) = carried.prefixes.get_mut::<usize>(prefixes) {
            *prefixes = count;
        }
    }
    Ok(carried)
}
