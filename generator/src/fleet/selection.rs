//! Which nodes an operator wants to see.

use super::join::Fleet;
use super::member::FleetNode;
use super::node::NodeHealth;
use crate::glob::Glob;

/// What an operator wants to see. An empty list is no limit; of several values of one kind, one is enough.
#[derive(Debug, Default)]
pub struct Selection {
    routers: Vec<Glob>,
    profiles: Vec<Glob>,
    applications: Vec<Glob>,
    healths: Vec<NodeHealth>,
    findings: Vec<Glob>,
    only_problems: bool,
}

impl Selection {
    /// The globs of routers and of profiles say who is asked.
    pub fn of(routers: &[String], profiles: &[String]) -> Self {
        Self { routers: globs(routers), profiles: globs(profiles), ..Self::default() }
    }

    /// Further says which of the nodes are shown.
    pub fn shows(
        self,
        applications: &[String],
        healths: &[NodeHealth],
        findings: &[String],
        only_problems: bool,
    ) -> Self {
        let (applications, findings) = (globs(applications), globs(findings));
        Self { applications, healths: healths.to_vec(), findings, only_problems, ..self }
    }

    /// Whether a router, with its profile, is asked.
    pub fn asks(&self, router: &str, profile: Option<&str>) -> bool {
        let has_profile = self.profiles.is_empty() || profile.is_some_and(|name| any(&self.profiles, name));
        has_profile && (self.routers.is_empty() || any(&self.routers, router))
    }

    /// Whether everybody is asked.
    pub fn asks_all(&self) -> bool {
        self.routers.is_empty() && self.profiles.is_empty()
    }

    /// Whether routers are named.
    pub fn names_routers(&self) -> bool {
        !self.routers.is_empty()
    }

    /// Whether an application is shown.
    pub fn shows_application(&self, name: &str) -> bool {
        self.applications.is_empty() || any(&self.applications, name)
    }

    /// Leaves in the fleet only what is to be shown.
    pub fn apply(&self, fleet: &mut Fleet) {
        let shown: Vec<bool> = fleet.nodes.iter().map(|node| self.shows_node(node)).collect();
        let is_shown = |node: usize| shown.get(node).copied().unwrap_or_default();
        for norm in &mut fleet.norms {
            norm.outliers.retain(|outlier| is_shown(outlier.node));
        }
        fleet.norms.retain(|norm| self.shows_application(&norm.application));
        fleet.pairs.retain(|pair| self.shows_application(&pair.application));
        let mut index = 0;
        fleet.nodes.retain(|_| {
            index += 1;
            is_shown(index - 1)
        });
        for node in &mut fleet.nodes {
            for brief in node.report.iter_mut().filter_map(|report| report.module.as_mut()) {
                brief.applications.retain(|application| self.shows_application(&application.name));
            }
        }
    }

    fn shows_node(&self, node: &FleetNode) -> bool {
        let is_problem = !matches!(node.health, NodeHealth::Healthy | NodeHealth::NoProfile);
        let has_finding = |glob: &Glob| node.findings.iter().any(|code| glob.matches(code));
        let has_application = || {
            let told = node.module().map_or(&[][..], |module| &module.applications);
            told.iter().any(|application| any(&self.applications, &application.name))
        };
        (!self.only_problems || is_problem)
            && (self.healths.is_empty() || self.healths.contains(&node.health))
            && (self.findings.is_empty() || self.findings.iter().any(has_finding))
            && (self.applications.is_empty() || has_application())
    }
}

fn globs(patterns: &[String]) -> Vec<Glob> {
    patterns.iter().map(|pattern| Glob::new(pattern)).collect()
}

fn any(globs: &[Glob], text: &str) -> bool {
    globs.iter().any(|glob| glob.matches(text))
}
