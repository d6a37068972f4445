//! The status of each router, from the configuration, the pillar directory and the findings.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use bgpcs::{AssetId, Health, UnixTime};
use serde::Serialize;

use crate::authority::{Authority, Name, Node};
use crate::finding::{Code, Finding, Severity};
use crate::plan::{Plan, plan};
use crate::report::Log;
use crate::run::{RunError, RunSettings, findings, lock_existing};

/// The status of all routers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Status {
    /// The worst health of a router.
    pub health: Health,
    /// The routers with a profile, in the configuration's order.
    pub routers: Vec<RouterStatus>,
    /// How many routers have no profile.
    pub without_profile: usize,
    /// The findings, a line each.
    pub findings: Vec<String>,
    #[serde(skip)]
    pub(super) now: UnixTime,
}

/// The status of a router.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RouterStatus {
    pub(super) router: String,
    pub(super) profile: String,
    pub(super) health: Health,
    pub(super) nodes: Vec<NodeStatus>,
    /// The codes of the findings that name the router.
    pub(super) findings: Vec<Code>,
}

/// The status of a node.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct NodeStatus {
    pub(super) node: String,
    pub(super) asset_id: Option<String>,
    pub(super) pillar: PillarState,
    /// When the pillar file was written, in seconds since 1970.
    pub(super) written: Option<UnixTime>,
}

/// The state of a node's pillar file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PillarState {
    /// It is as the configuration asks for.
    Current,
    /// It is from an earlier configuration.
    Outdated,
    /// It is from an earlier configuration, since the node is in error in the present one.
    Kept,
    /// It does not exist.
    Missing,
}

impl PillarState {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Outdated => "outdated",
            Self::Kept => "kept",
            Self::Missing => "missing",
        }
    }
}

impl Status {
    /// Reads the configuration and compares the pillar directory with it; changes nothing. `now` is the time from which
    /// the age of a file is counted.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn gather(settings: &RunSettings, now: UnixTime, log: &mut Log) -> Result<Self, RunError> {
        let (authority, _) = settings.read()?;
        let plan = plan(&authority);
        let directory = lock_existing(settings, log)?;
        let changes = directory.compare(&plan)?;
        drop(directory);
        let comparison = Comparison {
            authority: &authority,
            plan: &plan,
            directory: &settings.pillar_dir,
            differing: changes.write.iter().filter_map(|write| plan.file_name(write.index)).collect(),
        };
        let findings = findings(&authority, &plan);
        let by_router = by_router(&findings);
        let with_profile =
            authority.routers.iter().filter_map(|(name, router)| Some((*name, router, router.profile?)));
        let routers: Vec<RouterStatus> = with_profile
            .map(|(name, router, profile)| {
                let nodes = router.nodes.iter().map(|(node, known)| comparison.node(*node, *known)).collect();
                let found = by_router.get(&name).map_or(&[][..], Vec::as_slice);
                RouterStatus::new(authority.names.text(name), authority.names.text(profile), nodes, found)
            })
            .collect();
        Ok(Self {
            health: routers.iter().map(|router| router.health).max().unwrap_or_default(),
            without_profile: authority.routers.len() - routers.len(),
            routers,
            findings: findings.iter().map(|finding| finding.named(&authority.names).to_string()).collect(),
            now,
        })
    }

    /// Keeps only the router of that name. Gives whether there is one.
    pub fn only(&mut self, router: &str) -> bool {
        self.routers.retain(|known| known.router == router);
        self.health = self.routers.iter().map(|router| router.health).max().unwrap_or_default();
        !self.routers.is_empty()
    }

    /// For programs.
    ///
    /// # Errors
    /// None in practice; serde_json's signature has one.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl RouterStatus {
    fn new(router: &str, profile: &str, nodes: Vec<NodeStatus>, found: &[&Finding]) -> Self {
        let of_findings = found.iter().map(|finding| match finding.severity {
            Severity::Error => Health::Broken,
            Severity::Warning => Health::Degraded,
            Severity::Note => Health::Healthy,
        });
        let of_nodes = nodes.iter().map(|node| match node.pillar {
            PillarState::Current => Health::Healthy,
            PillarState::Outdated => Health::Degraded,
            PillarState::Kept | PillarState::Missing => Health::Broken,
        });
        Self {
            router: router.to_owned(),
            profile: profile.to_owned(),
            health: of_findings.chain(of_nodes).max().unwrap_or_default(),
            nodes,
            findings: found.iter().map(|finding| finding.code).collect(),
        }
    }

    pub(super) fn codes(&self, separator: &str) -> String {
        self.findings.iter().map(|code| code.name()).collect::<Vec<_>>().join(separator)
    }
}

/// The configuration and the pillar directory, against which the nodes are compared.
struct Comparison<'a> {
    authority: &'a Authority,
    plan: &'a Plan<'a>,
    directory: &'a Path,
    /// The names of files that are absent or not as planned.
    differing: HashSet<String>,
}

impl Comparison<'_> {
    fn node(&self, name: Name, node: Node) -> NodeStatus {
        let text = |name| self.authority.names.text(name);
        let asset_id = node.asset_id.map(text);
        let file =
            asset_id.and_then(|text| text.parse::<AssetId>().ok()).map(|asset_id| asset_id.file_name());
        let written = file.as_ref().and_then(|file| modified(&self.directory.join(file)));
        let pillar = match (&file, written) {
            (None, _) | (_, None) => PillarState::Missing,
            (Some(_), Some(_)) if asset_id.is_some_and(|asset_id| self.plan.is_kept(asset_id)) => {
                PillarState::Kept
            }
            (Some(file), Some(_)) if self.differing.contains(file) => PillarState::Outdated,
            (Some(_), Some(_)) => PillarState::Current,
        };
        NodeStatus { node: text(name).to_owned(), asset_id: asset_id.map(str::to_owned), pillar, written }
    }
}

fn by_router(findings: &[Finding]) -> HashMap<Name, Vec<&Finding>> {
    let mut by_router: HashMap<Name, Vec<&Finding>> = HashMap::new();
    for finding in findings {
        for place in &finding.places {
            let known = by_router.entry(place.router).or_default();
            if known.last().is_none_or(|last| !std::ptr::eq(*last, finding)) {
                known.push(finding);
            }
        }
    }
    by_router
}

fn modified(path: &Path) -> Option<UnixTime> {
    let modified = fs::metadata(path).ok()?.modified().ok()?;
    Some(modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}
