//! Which prefixes a community selects, as the routing engine answers now.

use std::collections::BTreeMap;

use bgpcs::{ApplicationName, Community, Health, PathSelection, plain};
use bgpcs_display::counted;

use crate::collect::guard::{Guard, Guards};
use crate::collect::plan::MOST_INSTANCES;
use crate::health::facts::{ApplicationFacts, Facts};
use crate::health::{Code, guarded, installation};
use crate::instance::{Instance, Table};
use crate::operator::explain::explanation::{Explanation, NeighborPaths};
use crate::operator::printed::{comma_separated, counted_by_family};
use crate::prefix::{Family, Prefix};
use crate::source::error::SourceError;
use crate::source::filter::is_near;
use crate::source::summary::{MAX_SESSIONS, can_be_peer};
use crate::source::{Query, QueryItem, RouteSource};

/// The most communities with the same AS number that are listed.
const MOST_OTHERS: usize = 20;

/// Explains a community: which paths carry it, or which similar communities they carry instead.
pub fn explain(
    facts: &Facts,
    mut source: Box<dyn RouteSource>,
    community: Community,
    explanation: Explanation,
) -> Explanation {
    let explanation = listed_by(facts, community, explanation);
    let abilities = source.abilities();
    if !abilities.can_be_queried {
        return last_refresh(facts, community, explanation);
    }
    if !abilities.can_select(&community) {
        return no_choice(explanation, &community);
    }
    let (instances, explanation) =
        instances_of(&instances_listing(facts, community), &mut *source, explanation);
    if instances.is_empty() {
        return explanation;
    }
    let carrying = match carrying(facts, &mut *source, &instances, community) {
        Ok(carrying) => carrying,
        Err(error) => return explanation.no_answer(&error, facts.advice.silent),
    };
    let explanation = match carrying.unreadable {
        0 => explanation,
        unreadable => explanation.problem(
            Code::AnswerUnusual,
            Health::Degraded,
            format!("left out {} of the answer that could not be read", counted(unreadable, "value")),
            format!("see what the neighbors send {}", source.advice().routes),
        ),
    };
    match carrying.by_neighbor.is_empty() {
        true => without_paths(&mut *source, &instances, community, explanation),
        false => with_paths(facts, carrying, explanation),
    }
}

/// Adds that the source has no such communities.
pub(super) fn no_choice(explanation: Explanation, community: &Community) -> Explanation {
    let finding =
        format!("the routes of {} have route targets only, which {community} is not", explanation.source);
    let next = "list the route target (target:…) of the VPN in the profile instead, and commit".to_owned();
    explanation.problem(Code::CommunityEmpty, Health::Degraded, finding, next)
}

/// The instances of BGP that count for the applications that list a community, or the default one.
fn instances_listing(facts: &Facts, community: Community) -> Vec<Instance> {
    let applications = facts.applications();
    let listing = applications.iter().filter(|application| application.lists(&community));
    let mut instances: Vec<Instance> = Vec::new();
    for instance in listing.flat_map(|application| &application.instances) {
        if !instances.contains(instance) {
            instances.push(instance.clone());
        }
    }
    if instances.is_empty() {
        instances.push(Instance::Default);
    }
    instances
}

/// Those of the instances of BGP that can be queried. Adds which cannot.
pub(super) fn instances_of(
    wanted: &[Instance],
    source: &mut dyn RouteSource,
    mut explanation: Explanation,
) -> (Vec<Instance>, Explanation) {
    let mut instances = wanted.to_vec();
    instances.truncate(MOST_INSTANCES);
    if !source.abilities().vrfs && instances.iter().any(|instance| !instance.is_default()) {
        instances.retain(Instance::is_default);
        explanation = explanation.problem(
            Code::CommunityEmpty,
            Health::Degraded,
            format!("{} has no routes of VRFs", source.name()),
            "remove vrf from the application, or query bgpd".to_owned(),
        );
    }
    instances.retain(|instance| {
        let is_absent =
            !instance.is_default() && source.summary(instance).is_some_and(|summary| summary.is_absent);
        if is_absent {
            explanation.findings.push(format!("vrf {instance} is not on this router"));
        }
        !is_absent
    });
    (instances, explanation)
}

/// Adds the applications that list the community.
fn listed_by(facts: &Facts, community: Community, mut explanation: Explanation) -> Explanation {
    let applications = facts.applications();
    let listing = || applications.iter().filter(|application| application.lists(&community));
    explanation.applications = listing().map(|application| plain(application.name.as_str())).collect();
    let named = |application: &ApplicationFacts<'_>| plain(application.name.as_str()) + &application.phrase();
    let names = listing().map(named).collect::<Vec<_>>().join(", ");
    match &facts.configuration {
        Err(error) => {
            return explanation.problem(
                installation::code_of(error),
                Health::Broken,
                format!("cannot tell which applications list it: {}", plain(&error.to_string())),
                "on the conductor, check this node with: generate_pillar status".to_owned(),
            );
        }
        Ok(_) if names.is_empty() => {
            explanation.findings.push("no application lists it".to_owned());
            explanation.next.push(
                "to use it, add it to an application of the router's bgp-community-services-profile, and commit"
                    .to_owned(),
            );
        }
        Ok(_) => explanation.findings.push(format!("listed by {names}")),
    }
    explanation
}

/// Adds what the last refresh found, for a source that cannot be queried.
fn last_refresh(facts: &Facts, community: Community, mut explanation: Explanation) -> Explanation {
    if let Some(count) = facts.count_of(&Instance::Default, &community) {
        let counts = counted_by_family(count.ipv4, count.ipv6);
        explanation.findings.push(format!("it selected {counts} at the last refresh, {}", facts.last_run()));
    }
    explanation.not_queried(facts)
}

/// Adds the paths that carry the community.
fn with_paths(facts: &Facts, carrying: Carrying, mut explanation: Explanation) -> Explanation {
    explanation.paths = carrying.by_neighbor.into_values().collect();
    let paths: u64 = explanation.paths.iter().map(|neighbor| neighbor.paths).sum();
    let best: u64 = explanation.paths.iter().map(|neighbor| neighbor.best).sum();
    let [ipv4, ipv6] = carrying.prefixes;
    explanation.findings.push(format!(
        "carried by {}, {best} best, to {}",
        counted(paths, "path"),
        counted_by_family(ipv4, ipv6)
    ));
    for (LeavingOut { application, guard, instance, neighbor }, (prefixes, first)) in carrying.left_out {
        let reason = guarded::reason(guard, facts.known_configuration());
        let neighbor =
            if neighbor.is_empty() { String::new() } else { format!(" from {}", plain(&neighbor)) };
        let (name, count, phrase) =
            (plain(application.as_str()), counted(prefixes, "prefix"), instance.phrase());
        let finding = format!("{name} leaves out {count}{neighbor}{phrase} ({reason}), the first {first}");
        explanation =
            explanation.problem(Code::PrefixLeftOut, guarded::health(guard), finding, guarded::fix(guard));
    }
    let selection = facts.configuration.as_ref().map(|configuration| configuration.path_selection);
    match selection {
        Ok(PathSelection::Best) if best == 0 => explanation.problem(
            Code::CommunityEmpty,
            Health::Degraded,
            "path-selection is best, but none of these paths is the best path of its prefix".to_owned(),
            "set path-selection any in the profile, or configure a preference for this neighbor's routes"
                .to_owned(),
        ),
        Ok(PathSelection::Best | PathSelection::Any) | Err(_) => explanation,
    }
}

/// Adds that no path carries the community, and why that may be so.
fn without_paths(
    source: &mut dyn RouteSource,
    instances: &[Instance],
    community: Community,
    mut explanation: Explanation,
) -> Explanation {
    let finding = "no path carries it".to_owned();
    if explanation.applications.is_empty() {
        explanation.findings.push(finding);
    } else {
        explanation.missing(Code::CommunityEmpty, finding);
    }
    no_path(source, instances, community, explanation)
}

/// Adds why no path may carry the community: it is misspelt, not announced, or its session is down.
pub(super) fn no_path(
    source: &mut dyn RouteSource,
    instances: &[Instance],
    community: Community,
    mut explanation: Explanation,
) -> Explanation {
    let advice = source.advice();
    let (near, others): (Vec<_>, Vec<_>) = match source.communities_like(&community) {
        Some(found) => found.into_iter().partition(|other| is_near(other, &community)),
        None => {
            explanation.next.push(format!("see what the neighbors send {}", advice.routes));
            return sessions_down(source, instances, explanation);
        }
    };
    if near.is_empty() && others.is_empty() {
        explanation.findings.push("no route carries any community with the same AS number".to_owned());
        explanation.next.push(
            "check that the neighbors send communities, and that no inbound policy removes them".to_owned(),
        );
    }
    if !near.is_empty() {
        let near = comma_separated(nearest(&near, community));
        explanation.findings.push(format!("routes carry communities that look nearly the same: {near}"));
    }
    if !others.is_empty() {
        let nearest = comma_separated(nearest(&others, community));
        explanation
            .findings
            .push(format!("routes carry these communities with the same AS number: {nearest}"));
    }
    if !near.is_empty() || !others.is_empty() {
        explanation
            .next
            .push("if you meant one of these, correct bgp-community in the profile, and commit".to_owned());
    }
    sessions_down(source, instances, explanation)
}

/// Adds the sessions that are not established.
fn sessions_down(
    source: &mut dyn RouteSource,
    instances: &[Instance],
    mut explanation: Explanation,
) -> Explanation {
    for instance in instances {
        let Some(summary) = source.summary(instance) else { continue };
        let down = summary.sessions.iter().filter(|session| session.since.is_none());
        let down: Vec<String> = down.map(|session| plain(&session.peer)).collect();
        if !down.is_empty() {
            let phrase = instance.phrase();
            explanation.findings.push(format!("BGP sessions not established{phrase}: {}", down.join(", ")));
            let next = format!("see why {}", source.advice().neighbors);
            if !explanation.next.contains(&next) {
                explanation.next.push(next);
            }
        }
    }
    explanation
}

/// The communities with the nearest numbers, where a mistyped one would be. `others` are sorted and mostly of one AS number.
fn nearest(others: &[Community], wanted: Community) -> &[Community] {
    let at = others.partition_point(|other| other.canonical() < wanted.canonical());
    let from = at.saturating_sub(MOST_OTHERS / 2);
    let to = others.len().min(from + MOST_OTHERS);
    others.get(from..to).unwrap_or_default()
}

/// The paths that carry a community.
#[derive(Default)]
pub(in crate::operator) struct Carrying {
    /// By neighbor.
    pub by_neighbor: BTreeMap<(Instance, String), NeighborPaths>,
    /// How many IPv4 and IPv6 prefixes they have; one in two instances counts twice.
    pub prefixes: [u64; 2],
    /// How many values of the answers could not be read.
    unreadable: u64,
    /// How many prefixes, and which first, a guard leaves out of an application of those that a neighbor sends.
    left_out: BTreeMap<LeavingOut, (u64, Prefix)>,
}

/// That a guard leaves something out of an application, and from which neighbor.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct LeavingOut {
    application: ApplicationName,
    guard: Guard,
    instance: Instance,
    neighbor: String,
}

impl Carrying {
    /// How many paths.
    pub fn paths(&self) -> u64 {
        self.by_neighbor.values().map(|neighbor| neighbor.paths).sum()
    }
}

/// The paths that carry a community now.
///
/// # Errors
/// When the source does not answer.
pub(in crate::operator) fn carrying(
    facts: &Facts,
    source: &mut dyn RouteSource,
    instances: &[Instance],
    community: Community,
) -> Result<Carrying, SourceError> {
    let guards = facts.known_configuration().map(Guards::of);
    let applications = facts.applications();
    let listing = applications.iter().filter(|application| application.lists(&community));
    let guarded: Vec<_> = guards
        .iter()
        .flat_map(|guards| {
            listing.clone().map(|application| (application, guards.of_application(application.name)))
        })
        .collect();
    let mut carrying = Carrying::default();
    for table in instances.iter().flat_map(Table::all_of) {
        let mut last = None;
        let [ipv4, ipv6] = &mut carrying.prefixes;
        let prefixes = match table.family {
            Family::Ipv4 => ipv4,
            Family::Ipv6 => ipv6,
        };
        let (instance, family) = (table.instance.clone(), table.family);
        let query = Query { table, application: community.into(), community, further: Vec::new() };
        source.query_with_neighbors(&query, &mut |item, neighbor| {
            let path = match item {
                QueryItem::Path(path) => path,
                QueryItem::Unreadable(_) => return carrying.unreadable += 1,
                QueryItem::StartOver => return,
            };
            // A neighbor too many, or with a name that none has, counts as one that is not reported.
            let neighbor = match carrying.by_neighbor.len() < MAX_SESSIONS && can_be_peer(neighbor) {
                true => neighbor,
                false if carrying.by_neighbor.contains_key(&(instance.clone(), neighbor.to_owned())) => {
                    neighbor
                }
                false => "",
            };
            let known = carrying.by_neighbor.entry((instance.clone(), neighbor.to_owned()));
            let paths = known.or_insert_with(|| NeighborPaths {
                neighbor: neighbor.to_owned(),
                instance: instance.clone(),
                ..NeighborPaths::default()
            });
            paths.paths += 1;
            paths.best += u64::from(path.best);
            for (application, guards) in &guarded {
                if application.instances.contains(&instance)
                    && let Some(guard) = guards.against(family, path.prefix)
                {
                    let key = LeavingOut {
                        application: application.name.clone(),
                        guard,
                        instance: instance.clone(),
                        neighbor: neighbor.to_owned(),
                    };
                    let (count, _) = carrying.left_out.entry(key).or_insert((0, path.prefix));
                    *count += 1;
                }
            }
            // The paths of a prefix follow one another.
            *prefixes += u64::from(last.replace(path.prefix) != Some(path.prefix));
        })?;
    }
    Ok(carrying)
}
