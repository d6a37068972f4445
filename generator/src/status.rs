//! How the conductor's half is: what each router's nodes were given, when, and what there is to say about it.

mod page;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use bgpcs::AssetId;
use bgpcs::UnixTime;
use bgpcs::{Health, plain};
use bgpcs_display::counted;
use bgpcs_display::table::{Head, Paint, Table};
use bgpcs_display::time;
use serde::Serialize;

use crate::authority::{Authority, Node};
use crate::finding::{Code, Finding, Severity};
use crate::generate::{self, GenerateError, Settings};
use crate::log::Log;
use crate::names::Name;
use crate::plan::{Plan, plan};

/// What is known of all routers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Status {
    /// The worst of the routers.
    pub health: Health,
    /// Those that have a profile, in the configuration's order.
    pub routers: Vec<RouterStatus>,
    /// How many have none.
    pub without_profile: usize,
    /// What was found in the configuration, a line each.
    pub findings: Vec<String>,
    #[serde(skip)]
    now: UnixTime,
}

/// What is known of a router.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RouterStatus {
    router: String,
    profile: String,
    health: Health,
    nodes: Vec<NodeStatus>,
    /// The findings that name the router, by their codes.
    findings: Vec<Code>,
}

/// What is known of a node.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct NodeStatus {
    node: String,
    asset_id: Option<String>,
    pillar: Pillar,
    /// When the pillar file was written, in seconds since 1970.
    written: Option<UnixTime>,
}

/// How a node's pillar file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Pillar {
    /// As the configuration asks for.
    Current,
    /// Of an earlier configuration.
    Outdated,
    /// Of an earlier configuration, for the present one is in error.
    Kept,
    /// Not there.
    Missing,
}

impl Pillar {
    fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Outdated => "outdated",
            Self::Kept => "kept",
            Self::Missing => "missing",
        }
    }
}

impl Status {
    /// Reads the configuration and compares the pillar directory with it; changes neither.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn gather(settings: &Settings, now: UnixTime, log: &mut Log) -> Result<Self, GenerateError> {
        let (authority, _) = settings.read()?;
        let plan = plan(&authority);
        let directory = generate::lock_existing(settings, log)?;
        let changes = directory.compare(&plan)?;
        drop(directory);
        let looked = Looked {
            authority: &authority,
            plan: &plan,
            directory: &settings.pillar_dir,
            differing: changes.write.iter().filter_map(|write| plan.file_name(write.index)).collect(),
        };
        let findings = generate::findings(&authority, &plan);
        let by_router = by_router(&findings);
        let with_profile =
            authority.routers.iter().filter_map(|(name, router)| Some((*name, router, router.profile?)));
        let routers: Vec<RouterStatus> = with_profile
            .map(|(name, router, profile)| {
                let nodes = router.nodes.iter().map(|(node, known)| looked.node(*node, *known)).collect();
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

    /// Keeps only the router of that name; whether there is one.
    pub fn only(&mut self, router: &str) -> bool {
        self.routers.retain(|known| known.router == router);
        self.health = self.routers.iter().map(|router| router.health).max().unwrap_or_default();
        !self.routers.is_empty()
    }

    /// For people: a table, and below it what was found.
    pub fn text(&self, paint: Paint) -> String {
        let heads = ["Router", "Profile", "Node", "Pillar", "Written", "Findings"].map(Head::Text);
        let mut table = Table::new(heads, paint);
        for router in &self.routers {
            let of_nodes = |cell: &dyn Fn(&NodeStatus) -> String| {
                router.nodes.iter().map(cell).collect::<Vec<_>>().join("\n")
            };
            let cells = [
                plain(&router.router),
                plain(&router.profile),
                of_nodes(&|node| plain(&node.node)),
                of_nodes(&|node| node.pillar.name().to_owned()),
                of_nodes(&|node| self.written(node)),
                router.codes("\n"),
            ];
            table.row(router.health, cells);
        }
        let findings: String = self.findings.iter().map(|finding| format!("{finding}\n")).collect();
        let separator = if findings.is_empty() { "" } else { "\n" };
        format!("{table}\n{}\n{separator}{findings}", self.counts())
    }

    /// For programs.
    ///
    /// # Errors
    /// None in practice; serde_json's signature has one.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// For a browser: a page to search and to sort.
    pub fn html(&self) -> String {
        page::page(self)
    }

    fn counts(&self) -> String {
        let nodes: Vec<&NodeStatus> = self.routers.iter().flat_map(|router| &router.nodes).collect();
        let current = nodes.iter().filter(|node| node.pillar == Pillar::Current).count();
        format!(
            "{} with a profile, {} without; {current} of {} current",
            counted(self.routers.len(), "router"),
            self.without_profile,
            counted(nodes.len(), "pillar"),
        )
    }

    fn written(&self, node: &NodeStatus) -> String {
        node.written.map_or_else(String::new, |written| time::since(written, self.now))
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
            Pillar::Current => Health::Healthy,
            Pillar::Outdated => Health::Degraded,
            Pillar::Kept | Pillar::Missing => Health::Broken,
        });
        Self {
            router: router.to_owned(),
            profile: profile.to_owned(),
            health: of_findings.chain(of_nodes).max().unwrap_or_default(),
            nodes,
            findings: found.iter().map(|finding| finding.code).collect(),
        }
    }

    fn codes(&self, separator: &str) -> String {
        self.findings.iter().map(|code| code.name()).collect::<Vec<_>>().join(separator)
    }
}

/// What the nodes are held against.
struct Looked<'a> {
    authority: &'a Authority,
    plan: &'a Plan<'a>,
    directory: &'a Path,
    /// The names of files that are absent or other than planned.
    differing: HashSet<String>,
}

impl Looked<'_> {
    fn node(&self, name: Name, node: Node) -> NodeStatus {
        let text = |name| self.authority.names.text(name);
        let asset_id = node.asset_id.map(text);
        let file =
            asset_id.and_then(|text| text.parse::<AssetId>().ok()).map(|asset_id| asset_id.file_name());
        let written = file.as_ref().and_then(|file| modified(&self.directory.join(file)));
        let pillar = match (&file, written) {
            (None, _) | (_, None) => Pillar::Missing,
            (Some(_), Some(_)) if asset_id.is_some_and(|asset_id| self.plan.is_kept(asset_id)) => {
                Pillar::Kept
            }
            (Some(file), Some(_)) if self.differing.contains(file) => Pillar::Outdated,
            (Some(_), Some(_)) => Pillar::Current,
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
