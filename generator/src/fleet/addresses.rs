//! Where an address goes: on which nodes it falls into which application, by which prefix and community.

use bgpcs::{Health, IpPrefix, plain};
use bgpcs_display::table::{Head, Paint, Table};
use bgpcs_display::{counted, listed};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{Answers, shown};
use super::nodes::{Member, Silent};

/// How many matches of a node are taken, and how many nodes a line names.
const MOST: usize = 50;
const NAMED: usize = 6;

/// The longest text of a match that the module could write.
const LONGEST: usize = 300;

/// What nodes have for an address or a prefix.
#[derive(Debug)]
pub struct Addresses<'a> {
    wanted: &'a str,
    /// Nodes by what they have, in the order in which it was first found.
    found: IndexMap<&'a [Match], Vec<&'a Member>>,
    silent: Silent<'a>,
}

/// A prefix in an application.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Match {
    application_name: String,
    ip_prefix: IpPrefix,
    bgp_community: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    vrf: Vec<String>,
}

#[derive(Deserialize)]
struct Listing {
    prefixes: Vec<Match>,
}

/// Reads what a node printed.
///
/// # Errors
/// Why it is no answer.
pub fn read(output: &str) -> Result<Vec<Match>, String> {
    if output.trim().is_empty() {
        return Err("the module is not on it".to_owned());
    }
    let Ok(Listing { mut prefixes }) = serde_json::from_str(output) else {
        return Err(format!("the module says {}", shown(output)));
    };
    prefixes.truncate(MOST);
    let is_short = |text: &String| text.len() <= LONGEST;
    let is_usual = |found: &Match| {
        is_short(&found.application_name)
            && found.bgp_community.iter().chain(&found.vrf).all(is_short)
            && found.bgp_community.len() + found.vrf.len() <= MOST
    };
    match prefixes.iter().all(is_usual) {
        true => Ok(prefixes),
        false => Err("what it says is too long to be of the module".to_owned()),
    }
}

impl<'a> Addresses<'a> {
    /// Joins the answers of these nodes.
    pub fn of(wanted: &'a str, places: &'a [Member], answers: &'a Answers<Vec<Match>>) -> Self {
        let mut found: IndexMap<&[Match], Vec<&Member>> = IndexMap::new();
        let mut silent = Silent::default();
        for place in places {
            if let Some(matches) = silent.unless_heard(answers, place) {
                found.entry(matches).or_default().push(place);
            }
        }
        found.sort_by(|one, nodes, other, others| {
            one.is_empty().cmp(&other.is_empty()).then(others.len().cmp(&nodes.len()))
        });
        Self { wanted, found, silent }
    }

    /// How much is known: healthy if it is in an application somewhere, degraded if nowhere; none if nobody answered.
    pub fn health(&self) -> Option<Health> {
        let is_somewhere = self.found.keys().any(|matches| !matches.is_empty());
        (!self.found.is_empty()).then_some(if is_somewhere { Health::Healthy } else { Health::Degraded })
    }

    /// For people: each thing that nodes have once, with those that have it.
    pub fn text(&self, paint: Paint) -> String {
        let heads = [
            Head::Text("Application"),
            Head::Text("Prefix"),
            Head::Text("Community"),
            Head::Number("Nodes"),
            Head::Text("Which"),
        ];
        let mut table = Table::new(heads, paint);
        for (matches, nodes) in &self.found {
            let (count, which) = (nodes.len().to_string(), listed(nodes.iter(), NAMED));
            let mut beside = [count, which];
            for one in *matches {
                let cells =
                    [plain(&one.application_name), one.ip_prefix.to_string(), plain(&one.communities())];
                let [count, which] = std::mem::take(&mut beside);
                table.row(Health::Healthy, [&cells[..], &[count, which]].concat());
            }
            if matches.is_empty() {
                let [count, which] = beside;
                let cells = ["none".to_owned(), String::new(), String::new(), count, which];
                table.row(Health::Degraded, cells);
            }
        }
        let nodes = counted(self.found.values().map(Vec::len).sum::<usize>(), "node");
        let table = if self.found.is_empty() { String::new() } else { format!("{table}\n") };
        format!("{table}{} on {nodes}\n{}", plain(self.wanted), self.silent.lines())
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let answer = |(matches, place): (&[Match], &Member)| {
            let mut value = place.json();
            value["prefixes"] = json!(matches);
            value
        };
        let each =
            self.found.iter().flat_map(|(matches, nodes)| nodes.iter().map(|place| (*matches, *place)));
        json!({
            "version": 1,
            "wanted": self.wanted,
            "nodes": each.map(answer).collect::<Vec<_>>(),
            "no-answer": self.silent.json(),
        })
    }
}

impl Match {
    fn communities(&self) -> String {
        let vrfs = self.vrf.join(", ");
        let vrfs = if vrfs.is_empty() { vrfs } else { format!(" in vrf {vrfs}") };
        format!("{}{vrfs}", self.bgp_community.join(", "))
    }
}
