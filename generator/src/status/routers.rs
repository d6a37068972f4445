//! The status of each router, from the configuration, the pillar directory and the findings.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::time::UNIX_EPOCH;

use bgpcs::digest::Digesting;
use bgpcs::{AssetId, Health, UnixTime};
use serde::{Serialize, Serializer};

use crate::authority::{Authority, Name, Node};
use crate::finding::{Code, Finding, Severity};
use crate::glob::Glob;
use crate::plan::{Plan, plan};
use crate::report::Log;
use crate::run::{RunError, RunSettings, findings, lock_existing};

/// The status of all routers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Status {
    /// The worst health of a router.
    #[serde(serialize_with = "as_word")]
    pub health: Health,
    /// The routers with a profile, in the configuration's order.
    pub routers: Vec<RouterStatus>,
    /// How many routers have no profile.
    pub without_profile: usize,
    /// The findings, a line each.
    pub findings: Vec<String>,
    #[serde(skip)]
    pub(crate) now: UnixTime,
    /// The nodes of routers without a profile.
    #[serde(skip)]
    pub(crate) bare: Vec<BareNode>,
}

/// A node whose router has no profile.
#[derive(Debug)]
pub(crate) struct BareNode {
    pub router: String,
    pub node: String,
    pub asset_id: Option<String>,
}

/// The status of a router.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RouterStatus {
    pub(crate) router: String,
    pub(crate) profile: String,
    #[serde(serialize_with = "as_word")]
    pub(crate) health: Health,
    pub(crate) nodes: Vec<NodeStatus>,
    /// The codes of the findings that name the router.
    pub(crate) findings: Vec<Code>,
    /// The health by these findings alone.
    #[serde(skip)]
    pub(crate) found: Health,
}

/// The status of a node.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct NodeStatus {
    pub(crate) node: String,
    pub(crate) asset_id: Option<String>,
    pub(crate) pillar: PillarState,
    /// When the pillar file was written, in seconds since 1970.
    pub(crate) written: Option<UnixTime>,
    /// The digest of the configuration that is planned for it.
    #[serde(skip)]
    pub(crate) expected: Option<Rc<str>>,
}

/// The state of a node's pillar file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PillarState {
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
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Outdated => "outdated",
            Self::Kept => "kept",
            Self::Missing => "missing",
        }
    }

    /// How bad it is.
    pub(crate) fn health(self) -> Health {
        match self {
            Self::Current => Health::Healthy,
            Self::Outdated => Health::Degraded,
            Self::Kept | Self::Missing => Health::Broken,
        }
    }
}

/// The word for a health that only the pillars tell: that they are current is no word about the routers.
pub(super) fn word(health: Health) -> &'static str {
    match health {
        Health::Healthy => "current",
        Health::Degraded | Health::Broken => health.name(),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field")]
fn as_word<S: Serializer>(health: &Health, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word(*health))
}

/// The digests of the configurations that are planned, each made once.
#[derive(Default)]
struct Expected(HashMap<(Name, bool), Option<Rc<str>>>);

impl Expected {
    /// That of the pillar at `index`; nodes of one profile differ in nothing but whether their router is a pair.
    fn of(&mut self, plan: &Plan<'_>, index: usize, profile: Name, is_pair: bool) -> Option<Rc<str>> {
        let digest = || {
            let (_, document) = plan.pillar(index)?;
            let mut digesting = Digesting::new(io::sink());
            serde_json::to_writer(&mut digesting, &document.pillar.config).ok()?;
            Some(format!("{:016x}", digesting.digest()).into())
        };
        self.0.entry((profile, is_pair)).or_insert_with(digest).clone()
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
        let mut expected = Expected::default();
        let with_profile =
            authority.routers.iter().filter_map(|(name, router)| Some((*name, router, router.profile?)));
        let routers: Vec<RouterStatus> = with_profile
            .map(|(name, router, profile)| {
                let is_pair = router.nodes.len() > 1;
                let nodes = router.nodes.iter().map(|(node, known)| {
                    let status = comparison.node(*node, *known);
                    let index = status.asset_id.as_ref().and_then(|asset_id| plan.index(asset_id));
                    NodeStatus {
                        expected: index.and_then(|index| expected.of(&plan, index, profile, is_pair)),
                        ..status
                    }
                });
                let nodes = nodes.collect();
                let found = by_router.get(&name).map_or(&[][..], Vec::as_slice);
                RouterStatus::new(authority.names.text(name), authority.names.text(profile), nodes, found)
            })
            .collect();
        let bare = authority.routers.iter().filter(|(_, router)| router.profile.is_none());
        let bare = bare.flat_map(|(name, router)| {
            router.nodes.iter().map(|(node, known)| BareNode {
                router: authority.names.text(*name).to_owned(),
                node: authority.names.text(*node).to_owned(),
                asset_id: known.asset_id.map(|asset_id| authority.names.text(asset_id).to_owned()),
            })
        });
        Ok(Self {
            bare: bare.collect(),
            health: routers.iter().map(|router| router.health).max().unwrap_or_default(),
            without_profile: authority.routers.len() - routers.len(),
            routers,
            findings: findings.iter().map(|finding| finding.named(&authority.names).to_string()).collect(),
            now,
        })
    }

    /// Keeps only the routers that one of the globs matches. Gives whether there is one.
    pub fn only(&mut self, globs: &[impl AsRef<str>]) -> bool {
        let globs: Vec<Glob> = globs.iter().map(|glob| Glob::new(glob.as_ref())).collect();
        self.routers.retain(|known| globs.iter().any(|glob| glob.matches(&known.router)));
        self.health = self.routers.iter().map(|router| router.health).max().unwrap_or_default();
        !self.routers.is_empty()
    }

    /// The worst health of a router in a word, which claims no more than the pillars tell.
    pub fn word(&self) -> &'static str {
        word(self.health)
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
    fn new(router: &str, profile: &str, nodes: Vec<NodeStatus>, findings: &[&Finding]) -> Self {
        let of_findings = findings.iter().map(|finding| match finding.severity {
            Severity::Error => Health::Broken,
            Severity::Warning => Health::Degraded,
            Severity::Note => Health::Healthy,
        });
        let of_nodes = nodes.iter().map(|node| node.pillar.health());
        let found = of_findings.max().unwrap_or_default();
        Self {
            router: router.to_owned(),
            profile: profile.to_owned(),
            health: of_nodes.max().unwrap_or_default().max(found),
            found,
            nodes,
            findings: findings.iter().map(|finding| finding.code).collect(),
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
        let asset_id = asset_id.map(str::to_owned);
        NodeStatus { node: text(name).to_owned(), asset_id, pillar, written, expected: None }
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
