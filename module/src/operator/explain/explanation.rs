//! The result of `explain`, and its forms.

use std::error::Error;

use bgpcs::{Community, Health, plain};
use bgpcs_display::table::{Head, Paint, Table};
use serde::Serialize;

use crate::error_text::with_causes;
use crate::health::Code;
use crate::health::facts::Facts;
use crate::instance::Instance;
use crate::operator::printed::{Printed, comma_separated, json_text};

/// What was found about a community, a prefix or an application.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Explanation {
    health: Health,
    /// The community, the prefix or the application.
    subject: String,
    /// The name of the route source.
    pub source: String,
    /// The applications that list the community, or that have the prefix.
    pub applications: Vec<String>,
    /// The paths, by neighbor.
    pub paths: Vec<NeighborPaths>,
    /// What was found, a sentence each.
    pub findings: Vec<String>,
    /// What to check or do next.
    pub next: Vec<String>,
    /// Those of the findings that are a problem.
    problems: Vec<Problem>,
}

/// A finding that is a problem.
#[derive(Debug, Serialize)]
struct Problem {
    /// The code under which `status` has such a finding.
    code: &'static str,
    health: Health,
    text: String,
    /// What to do; none where that follows from the findings after it.
    advice: Option<String>,
}

/// The paths from a neighbor.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct NeighborPaths {
    /// The neighbor's address; empty when the source does not say it.
    pub neighbor: String,
    /// In which instance of BGP.
    #[serde(rename = "vrf", skip_serializing_if = "Instance::is_default")]
    pub instance: Instance,
    /// How many paths.
    pub paths: u64,
    /// How many of them are the best path of their prefix.
    pub best: u64,
    /// The communities that they carry, for a single prefix.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub communities: Vec<Community>,
}

impl Explanation {
    /// An explanation without findings.
    pub fn new(subject: String, source: String) -> Self {
        Self {
            health: Health::Healthy,
            subject,
            source,
            applications: Vec::new(),
            paths: Vec::new(),
            findings: Vec::new(),
            next: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Whether the source did not answer.
    pub fn is_broken(&self) -> bool {
        self.health == Health::Broken
    }

    /// Adds a problem and what to do about it.
    pub fn problem(mut self, code: Code, health: Health, finding: String, next: String) -> Self {
        if !self.next.contains(&next) {
            self.next.push(next.clone());
        }
        self.found(code, health, finding, Some(next));
        self
    }

    /// Adds that something is missing; what to do about it follows from further findings.
    pub fn missing(&mut self, code: Code, finding: String) {
        self.found(code, Health::Degraded, finding, None);
    }

    fn found(&mut self, code: Code, health: Health, text: String, advice: Option<String>) {
        self.health = self.health.max(health);
        self.findings.push(text.clone());
        if health > Health::Healthy {
            self.problems.push(Problem { code: code.name(), health, text, advice });
        }
    }

    /// Adds that the source did not answer, and what to do about it.
    pub fn no_answer(self, error: &dyn Error, advice: &str) -> Self {
        let finding = format!("the source did not answer: {}", with_causes(error));
        self.problem(Code::SourceSilent, Health::Broken, finding, advice.to_owned())
    }

    /// Adds that the source sends its routes to its own process only.
    pub fn not_queried(mut self, facts: &Facts) -> Self {
        let finding =
            format!("{} sends its routes to its own process only, so it was not queried", self.source);
        self.findings.push(finding);
        self.next.push(format!("see what its neighbors announce {}", facts.advice.routes));
        self
    }

    /// The form for people.
    pub fn text(&self) -> Printed {
        let has_vrfs = self.paths.iter().any(|paths| !paths.instance.is_default());
        let has_communities = self.paths.iter().any(|paths| !paths.communities.is_empty());
        let mut heads = vec![Head::Text("Neighbor"), Head::Number("Paths"), Head::Number("Best")];
        heads.extend(has_communities.then_some(Head::Text("Communities")));
        if has_vrfs {
            heads.insert(1, Head::Text("VRF"));
        }
        let mut table = Table::new(heads, Paint(false));
        for NeighborPaths { neighbor, instance, paths, best, communities } in &self.paths {
            let neighbor = if neighbor.is_empty() { "unknown".to_owned() } else { plain(neighbor) };
            let mut cells = vec![neighbor, paths.to_string(), best.to_string()];
            cells.extend(has_communities.then(|| comma_separated(communities)));
            if has_vrfs {
                cells.insert(1, instance.to_string());
            }
            table.row(Health::Healthy, cells);
        }
        let table = if self.paths.is_empty() { String::new() } else { format!("{table}\n") };
        let findings: String = self.findings.iter().map(|finding| format!("{finding}\n")).collect();
        let next: String = self.next.iter().map(|next| format!("  - {next}\n")).collect();
        let next = if next.is_empty() { next } else { format!("Next:\n{next}") };
        let (subject, source) = (&self.subject, plain(&self.source));
        Printed { text: format!("{subject}, from {source}\n\n{table}{findings}{next}"), health: self.health }
    }

    /// The form for programs.
    pub fn json(&self) -> Printed {
        Printed { text: json_text(&serde_json::json!(self)), health: self.health }
    }
}
