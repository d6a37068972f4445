//! `communities`: what the received routes carry, what each community means, and which application lists it.

mod meaning;
mod suggestion;

use bgpcs::{Community, Health, plain};
use bgpcs_configuration::preset::{self, Preset};
use bgpcs_display::counted;
use bgpcs_display::table::{Head, Paint, Table};
use serde::Serialize;

use crate::collect::plan;
use crate::error_text::with_causes;
use crate::health::facts::Facts;
use crate::instance::Instance;
use crate::operator::error::OperatorError;
use crate::operator::explain::carrying;
use crate::operator::printed::{Printed, json_text};
use crate::settings::{CommunitiesForm, Settings};
use crate::source::open::open;
use crate::source::{CarriedCommunities, RouteSource};

/// The most communities whose prefixes are counted: each costs the routing engine two scans of its table.
const MOST_COUNTED: usize = 100;

/// The communities on the routes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct CommunityListing {
    /// The name of the route source.
    source: String,
    communities: Vec<CarriedCommunity>,
    /// What the list does not say, a sentence each.
    notes: Vec<String>,
}

/// A community that a route carries.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct CarriedCommunity {
    community: Community,
    /// What it means, as far as that is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<String>,
    /// The applications that list it.
    applications: Vec<String>,
    /// The prefixes and neighbors, if they were counted.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    count: Option<CarriedCount>,
}

/// How many prefixes carry a community, and who sends them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct CarriedCount {
    ipv4: u64,
    ipv6: u64,
    neighbors: Vec<String>,
}

/// Lists the communities on the routes, as the routing engine tells them now.
///
/// # Errors
/// When the source does not answer, or cannot list communities.
pub fn communities(
    facts: &Facts,
    settings: &Settings,
    unlisted: bool,
    count: bool,
    form: CommunitiesForm,
) -> Result<Printed, OperatorError> {
    let mut source = open(settings);
    let name = source.name();
    let carried = match source.carried_communities() {
        Some(Ok(carried)) => carried,
        Some(Err(cause)) => return Err(OperatorError::NoAnswer { source_name: name, cause: cause.into() }),
        None => return Err(OperatorError::CannotList { source_name: name }),
    };
    // Their files are part of the program, and tests read them.
    let presets = preset::all().unwrap_or_default();
    if form == CommunitiesForm::Suggestion {
        let applications = facts.applications();
        let listed = |community: &Community| {
            unlisted && applications.iter().any(|application| application.lists(community))
        };
        let communities = carried.communities.iter().filter(|community| !listed(community));
        let text = suggestion::profile(communities.copied(), &presets);
        return Ok(Printed { text, health: Health::Healthy });
    }
    let mut listing = list(facts, name, &carried, &presets);
    listing.communities.retain(|community| !unlisted || community.applications.is_empty());
    if count {
        listing.count(facts, &mut *source);
    }
    let text = match form {
        CommunitiesForm::Json => json_text(&serde_json::json!(listing)),
        CommunitiesForm::Text | CommunitiesForm::Suggestion => listing.text(count),
    };
    Ok(Printed { text, health: Health::Healthy })
}

/// The communities with what is known of them.
fn list(facts: &Facts, source: String, carried: &CarriedCommunities, presets: &[Preset]) -> CommunityListing {
    let applications = facts.applications();
    let describe = |community: &Community| {
        let listing = applications.iter().filter(|application| application.lists(community));
        CarriedCommunity {
            community: *community,
            meaning: meaning::of(*community, presets),
            applications: listing.map(|application| plain(application.name.as_str())).collect(),
            count: None,
        }
    };
    let mut notes = Vec::new();
    if !carried.unclear.is_empty() {
        let shown: Vec<String> = carried.unclear.iter().take(5).map(|text| plain(text)).collect();
        notes.push(format!(
            "not in the list: {} that may be an alias of any community, such as {}",
            counted(carried.unclear.len(), "text"),
            shown.join(", ")
        ));
    }
    if !carried.has_route_targets {
        notes.push(
            "not in the list: route targets, for which this source would have to show every route in detail; \
             look for one with: bgp-community-services explain target:ASN:N"
                .to_owned(),
        );
    }
    if carried.is_cut {
        notes.push("the list is not whole: the routes carry too many different communities".to_owned());
    }
    CommunityListing { source, communities: carried.communities.iter().map(describe).collect(), notes }
}

impl CommunityListing {
    /// Counts the prefixes of each community, as far as that is affordable and the source answers.
    fn count(&mut self, facts: &Facts, source: &mut dyn RouteSource) {
        let configuration = facts.known_configuration().filter(|_| source.abilities().vrfs);
        let instances = configuration.map_or_else(|| vec![Instance::Default], plan::instances);
        for at in self.communities.iter_mut().take(MOST_COUNTED) {
            match carrying(facts, source, &instances, at.community) {
                Ok(carrying) => {
                    let [ipv4, ipv6] = carrying.prefixes;
                    let neighbors = carrying.by_neighbor.into_keys().map(|(_, neighbor)| neighbor).collect();
                    at.count = Some(CarriedCount { ipv4, ipv6, neighbors });
                }
                Err(error) => {
                    let error = with_causes(&error);
                    self.notes.push(format!("counting ended at {}: {error}", at.community));
                    return;
                }
            }
        }
        if self.communities.len() > MOST_COUNTED {
            self.notes.push(format!(
                "only the first {MOST_COUNTED} are counted; count another one with: bgp-community-services explain COMMUNITY"
            ));
        }
    }

    /// The form for people.
    fn text(&self, count: bool) -> String {
        let heads = [
            Head::Text("Community"),
            Head::Text("Application"),
            Head::Number("IPv4"),
            Head::Number("IPv6"),
            Head::Text("Neighbors"),
            Head::Text("Meaning"),
        ];
        let is_shown = |column: &usize| count || !(2..=4).contains(column);
        let shown = |cells: Vec<String>| -> Vec<String> {
            (0..).zip(cells).filter(|(column, _)| is_shown(column)).map(|(_, cell)| cell).collect()
        };
        let heads: Vec<Head> =
            (0..).zip(heads).filter(|(column, _)| is_shown(column)).map(|(_, head)| head).collect();
        let mut table = Table::new(heads, Paint(false));
        for community in &self.communities {
            let CarriedCommunity { community, meaning, applications, count } = community;
            let number = |pick: fn(&CarriedCount) -> u64| {
                count.as_ref().map_or_else(String::new, |count| pick(count).to_string())
            };
            let neighbors = count.as_ref().map(|count| plain(&count.neighbors.join(", ")));
            table.row(
                Health::Healthy,
                shown(vec![
                    community.to_string(),
                    applications.join(", "),
                    number(|count| count.ipv4),
                    number(|count| count.ipv6),
                    neighbors.unwrap_or_default(),
                    meaning.clone().unwrap_or_default(),
                ]),
            );
        }
        let count = counted(self.communities.len(), "community");
        let table = if self.communities.is_empty() { String::new() } else { format!("{table}\n") };
        let notes: String = self.notes.iter().map(|note| format!("{note}\n")).collect();
        format!("{count} on the routes of {}\n\n{table}{notes}", plain(&self.source))
    }
}
