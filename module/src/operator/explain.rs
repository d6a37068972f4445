//! Why a prefix is in an application or not, and what a community brings: as the routing engine says now.

mod community;
mod prefix;

use bgpcs::{Community, Health, Quoted, plain};
use bgpcs_display::table::{Head, Paint, Table};
use ipnet::IpNet;
use serde::Serialize;

use crate::cli::selector::Selector;
use crate::error_text::with_causes;
use crate::operator::OperatorError;
use crate::operator::facts::Facts;
use crate::operator::printed::{Printed, json_text, list};
use crate::settings::Settings;
use crate::source::open::open;

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
    pub fn text(&self) -> Printed {
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
        Printed {
            text: format!("{subject}, asked of {source}\n\n{table}{findings}{next}"),
            health: self.health,
        }
    }

    /// For programs.
    pub fn json(&self) -> Printed {
        Printed { text: json_text(&serde_json::json!(self)), health: self.health }
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

    /// What to say when the source tells its routes to somebody else only.
    fn was_not_asked(mut self, facts: &Facts) -> Self {
        self.findings
            .push(format!("{} tells its routes to its process only, so it was not asked", self.source));
        self.next.push(format!("see what its neighbors announce {}", facts.advice.routes));
        self
    }
}

/// Asks the source about a community or a prefix.
///
/// # Errors
/// When the subject is neither.
pub fn explain(facts: &Facts, settings: &Settings, subject: &Selector) -> Result<Explanation, OperatorError> {
    let source = open(settings);
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
        Selector::Community(community) => {
            let begun = begin(format!("community {community}"));
            Ok(community::explain(facts, source, *community, begun))
        }
        Selector::Net(net) => {
            let (address, length) = net.parts();
            let is_host = length == IpNet::from(*net).max_prefix_len();
            let begun = begin(if is_host { format!("address {address}") } else { format!("prefix {net}") });
            Ok(prefix::explain(facts, source, *net, begun))
        }
        Selector::Application(text) => match text.parse::<Community>() {
            Ok(community) => {
                Ok(community::explain(facts, source, community, begin(format!("community {community}"))))
            }
            Err(source) => Err(OperatorError::Subject { text: Quoted(text).to_string(), source }),
        },
    }
}
