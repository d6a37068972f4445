//! Why a prefix is in an application or not, and what a community brings: as the routing engine says now.

use std::collections::BTreeMap;

use bgpcs::operator::table::{Head, Paint, Table};
use bgpcs::operator::{Health, counted, plain};
use bgpcs::{Community, PathSelection, Quoted};
use ipnet::IpNet;
use serde::Serialize;

use super::facts::Facts;
use super::show::Wanted;
use super::{Answer, OperatorError, json_text, list};
use crate::error::with_causes;
use crate::prefix::{Family, Prefix};
use crate::resolve::CommunityCount;
use crate::run;
use crate::settings::Settings;
use crate::source::{Destination, Question, RouteSource, on_the_wire};

/// How many communities of the same AS are named.
const MOST_OTHERS: usize = 20;

/// What was found out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Explanation {
    health: Health,
    /// What was asked about.
    subject: String,
    /// Who was asked.
    source: String,
    /// The applications that list the community, or that have the prefix.
    applications: Vec<String>,
    /// What came, by neighbor.
    paths: Vec<Seen>,
    /// What all of it means, a sentence each.
    findings: Vec<String>,
    /// What to check or do next.
    next: Vec<String>,
}

/// What came from a neighbor.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Seen {
    neighbor: String,
    /// How many.
    paths: u64,
    /// How many of them are the best ones of their prefixes.
    best: u64,
    /// What they carry, if a single prefix is looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    communities: Vec<Community>,
}

impl Explanation {
    /// For people.
    pub fn text(&self) -> Answer {
        let heads =
            [Head::Text("Neighbor"), Head::Number("Paths"), Head::Number("Best"), Head::Text("Communities")];
        let has_communities = self.paths.iter().any(|seen| !seen.communities.is_empty());
        let columns = if has_communities { 4 } else { 3 };
        let mut table = Table::new(heads.into_iter().take(columns).collect::<Vec<_>>(), Paint(false));
        for seen in &self.paths {
            let neighbor =
                if seen.neighbor.is_empty() { "not told".to_owned() } else { plain(&seen.neighbor) };
            let cells = [neighbor, seen.paths.to_string(), seen.best.to_string(), list(&seen.communities)];
            table.row(Health::Healthy, cells.into_iter().take(columns).collect::<Vec<_>>());
        }
        let table = if self.paths.is_empty() { String::new() } else { format!("{table}\n") };
        let findings: String = self.findings.iter().map(|finding| format!("{finding}\n")).collect();
        let next: String = self.next.iter().map(|next| format!("  - {next}\n")).collect();
        let next = if next.is_empty() { next } else { format!("Next:\n{next}") };
        let (subject, source) = (&self.subject, plain(&self.source));
        Answer {
            text: format!("{subject}, asked of {source}\n\n{table}{findings}{next}"),
            health: self.health,
        }
    }

    /// For programs.
    pub fn json(&self) -> Answer {
        Answer { text: json_text(&serde_json::json!(self)), health: self.health }
    }

    fn fails(mut self, health: Health, finding: String, next: String) -> Self {
        self.health = self.health.max(health);
        self.findings.push(finding);
        self.next.push(next);
        self
    }

    fn fails_to_ask(self, error: &dyn std::error::Error) -> Self {
        let finding = format!("the source gave no answer: {}", with_causes(error));
        self.fails(
            Health::Broken,
            finding,
            "see what is wrong with: bgp-community-services doctor".to_owned(),
        )
    }
}

/// Asks the source about a community or a prefix.
///
/// # Errors
/// When the subject is neither.
pub fn explain(facts: &Facts, settings: &Settings, subject: &Wanted) -> Result<Explanation, OperatorError> {
    let source = run::open(settings);
    let name = source.name();
    let begin = |subject: String| Explanation {
        health: Health::Healthy,
        subject,
        source: name.clone(),
        applications: Vec::new(),
        paths: Vec::new(),
        findings: Vec::new(),
        next: Vec::new(),
    };
    match subject {
        Wanted::Community(community) => {
            let begun = begin(format!("community {community}"));
            Ok(of_community(facts, source, *community, begun))
        }
        Wanted::Net(net) => {
            let (address, length) = net.parts();
            let is_host = length == IpNet::from(*net).max_prefix_len();
            let begun = begin(if is_host { format!("address {address}") } else { format!("prefix {net}") });
            Ok(of_prefix(facts, source, *net, begun))
        }
        Wanted::Application(text) => match text.parse::<Community>() {
            Ok(community) => {
                Ok(of_community(facts, source, community, begin(format!("community {community}"))))
            }
            Err(source) => Err(OperatorError::Subject { text: Quoted(text).to_string(), source }),
        },
    }
}

fn of_community(
    facts: &Facts,
    mut source: Box<dyn RouteSource>,
    community: Community,
    mut explanation: Explanation,
) -> Explanation {
    let listing = facts.applications();
    let lists = |communities: &[Community]| {
        communities.iter().any(|listed| on_the_wire(listed) == on_the_wire(&community))
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
    if !abilities.can_be_asked {
        return from_outside(facts, community, explanation);
    }
    if !abilities.select_by(&community) {
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
    let is_it = |count: &&CommunityCount| on_the_wire(&count.community) == on_the_wire(&community);
    if let Some(count) = facts.state.communities.iter().find(is_it) {
        let CommunityCount { ipv4, ipv6, .. } = count;
        explanation.findings.push(format!(
            "it brought {} and {} when the routes were last looked at, {}",
            counted(*ipv4, "IPv4 prefix"),
            counted(*ipv6, "IPv6 prefix"),
            facts.last_run()
        ));
    }
    told_to_its_process_only(facts, explanation)
}

fn told_to_its_process_only(facts: &Facts, mut explanation: Explanation) -> Explanation {
    explanation
        .findings
        .push(format!("{} tells its routes to its process only, so it was not asked", explanation.source));
    explanation.next.push(format!("see what its neighbors announce {}", facts.advice.routes));
    explanation
}

/// What to say of a community that no path carries: a mistake in typing shows by its neighbors.
fn without_paths(
    source: &mut dyn RouteSource,
    community: Community,
    mut explanation: Explanation,
) -> Explanation {
    let is_listed = !explanation.applications.is_empty();
    explanation.findings.push("no path carries it".to_owned());
    explanation.health = if is_listed { Health::Degraded } else { Health::Healthy };
    match source.of_the_same_as(&community) {
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
    if let Some(survey) = source.survey() {
        let down: Vec<String> = survey
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
    let at = others.partition_point(|other| on_the_wire(other) < on_the_wire(&wanted));
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

fn ask_both_families(
    source: &mut dyn RouteSource,
    community: Community,
) -> Result<Carried, crate::error::SourceError> {
    let mut carried = Carried::default();
    for (family, prefixes) in Family::ALL.into_iter().zip(0..) {
        let mut last = None;
        let mut count = 0;
        let question = Question { family, application: community.into(), community, further: Vec::new() };
        source.ask_with_neighbors(&question, &mut |path, neighbor| {
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

fn of_prefix(
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
    if !source.abilities().can_be_asked {
        return told_to_its_process_only(facts, explanation);
    }
    let destination = match source.paths_to(net) {
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
        communities.any(|carried| on_the_wire(carried) == on_the_wire(community))
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
