//! Joins what each node was given, what Salt did there, and what the module says.

use std::collections::HashSet;
use std::path::PathBuf;

use bgpcs::{AssetId, Health, UnixTime};

use super::answer::Answers;
use super::cache::{Cache, LastHeard};
use super::master::Keys;
use super::member::FleetNode;
use super::node::{NodeHealth, NodeReport, SaltState};
use super::outliers::{Norm, Pair, find};
use crate::status::Status;

impl Answers<NodeReport> {
    /// Keeps what was heard at `now`, and forgets the nodes that `is_known` does not know.
    pub fn keep(&self, cache: &mut Cache, now: UnixTime, is_known: &dyn Fn(&str) -> bool) {
        for (id, report) in self.usable() {
            cache.nodes.insert(id.to_owned(), LastHeard { heard: now, report: report.clone() });
        }
        cache.nodes.retain(|id, _| is_known(id));
    }
}

/// How the fleet was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// When; none if never.
    pub at: Option<UnixTime>,
    /// The conductor whose master was asked.
    pub master: String,
    /// The program that asked.
    pub program: Option<PathBuf>,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// How many nodes were asked, and how many answered.
    pub nodes: usize,
    /// How many of them answered.
    pub answers: usize,
    /// Why nobody answered, if that has one cause for all.
    pub error: Option<String>,
    /// Whether no minion is connected to this master, as on the standby conductor of a pair.
    pub is_standby: bool,
    /// Whether nobody was asked, and this is what was last known.
    pub is_cached: bool,
    /// For how many seconds was waited in vain; none if Salt ended before.
    pub waited: Option<u64>,
}

/// How every router is.
#[derive(Debug)]
pub struct Fleet {
    /// The present, from which all ages count.
    pub now: UnixTime,
    /// How it was asked.
    pub asked: Asked,
    /// The nodes, in the order of the configuration.
    pub nodes: Vec<FleetNode>,
    /// What most nodes of a profile have, and who has something else.
    pub norms: Vec<Norm>,
    /// Nodes of one router that have different prefixes.
    pub pairs: Vec<Pair>,
    /// How many routers have no profile.
    pub without_profile: usize,
    /// The findings of the configuration, a line each.
    pub findings: Vec<String>,
}

/// How many nodes are how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([usize; NodeHealth::ALL.len()]);

impl Counts {
    /// How many have this health.
    pub fn of(&self, health: NodeHealth) -> usize {
        self.0.get(health as usize).copied().unwrap_or_default()
    }
}

/// What is known besides the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Known<'k> {
    /// What those that were asked answered; none if nobody was asked.
    pub answers: Option<&'k Answers<NodeReport>>,
    /// What was last heard.
    pub cache: &'k Cache,
    /// The keys of the master.
    pub keys: &'k Keys,
}

impl Fleet {
    /// Joins the status of the pillars with what is known. Nodes that `is_wanted` leaves out are not in it. Without a
    /// profile, a node is in it if something of the plugin is there, or if `with_bare` wants all of them.
    pub fn join(
        status: &Status,
        known: Known<'_>,
        asked: Asked,
        is_wanted: &dyn Fn(&str, Option<&str>) -> bool,
        with_bare: bool,
    ) -> Self {
        let joining = Joining { known, asked: &asked };
        let mut nodes = Vec::new();
        for router in status.routers.iter().filter(|router| is_wanted(&router.router, Some(&router.profile)))
        {
            for node in &router.nodes {
                let mut joined = joining.node(&router.router, &node.node, node.asset_id.as_deref());
                joined.profile = Some(router.profile.clone());
                joined.pillar = Some(node.pillar);
                joined.written = node.written;
                joining.judge(&mut joined, node.expected.as_deref());
                joined.found(&format!("pillar-{}", node.pillar.name()), node.pillar.health());
                for code in &router.findings {
                    joined.found(code.name(), router.found);
                }
                joined.findings.retain(|code| code != "pillar-current");
                nodes.push(joined);
            }
        }
        for node in status.bare.iter().filter(|node| is_wanted(&node.router, None)) {
            let mut joined = joining.node(&node.router, &node.node, node.asset_id.as_deref());
            joining.judge(&mut joined, None);
            if with_bare || joined.salt == SaltState::LeftOver {
                nodes.push(joined);
            }
        }
        let (norms, pairs) = find(&mut nodes);
        Self {
            now: status.now,
            asked,
            nodes,
            norms,
            pairs,
            without_profile: status.without_profile,
            findings: status.findings.clone(),
        }
    }

    /// How many nodes are how.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for node in &self.nodes {
            if let Some(count) = counts.0.get_mut(node.health as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// The worst health of a node.
    pub fn health(&self) -> NodeHealth {
        let worst = self.nodes.iter().map(|node| node.health).max().unwrap_or(NodeHealth::NoProfile);
        match self.asked.error {
            Some(_) => worst.max(NodeHealth::NoAnswer),
            None => worst,
        }
    }
}

/// The asset ids of all nodes that are wanted and can be asked, each once, whether their routers have a profile or not.
pub fn askable(status: &Status, is_wanted: &dyn Fn(&str, Option<&str>) -> bool) -> Vec<AssetId> {
    let with_profile = status.routers.iter().flat_map(|router| {
        router.nodes.iter().map(|node| (&router.router, Some(router.profile.as_str()), &node.asset_id))
    });
    let bare = status.bare.iter().map(|node| (&node.router, None, &node.asset_id));
    let wanted = with_profile.chain(bare).filter(|(router, profile, _)| is_wanted(router, *profile));
    let mut seen = HashSet::new();
    wanted
        .filter_map(|(_, _, asset_id)| asset_id.as_ref()?.parse().ok())
        .filter(|asset_id: &AssetId| seen.insert(asset_id.clone()))
        .collect()
}

struct Joining<'j> {
    known: Known<'j>,
    asked: &'j Asked,
}

impl Joining<'_> {
    /// A node with what it reports, not yet judged.
    fn node(&self, router: &str, node: &str, asset_id: Option<&str>) -> FleetNode {
        let last = asset_id.and_then(|asset_id| self.known.cache.nodes.get(asset_id));
        let now = self.known.answers.map(|answers| asset_id.and_then(|asset_id| answers.of_node(asset_id)));
        let (report, silence, heard) = match now {
            Some(Some(Ok(report))) => (Some(report), None, self.asked.at),
            Some(Some(Err(cause))) => (None, Some(cause.clone()), None),
            Some(None) => (None, Some(self.silence(asset_id)), None),
            None => match last {
                Some(last) => (Some(&last.report), None, Some(last.heard)),
                None => (None, Some("it never answered".to_owned()), None),
            },
        };
        FleetNode {
            router: router.to_owned(),
            node: node.to_owned(),
            asset_id: asset_id.map(str::to_owned),
            profile: None,
            health: NodeHealth::NoProfile,
            pillar: None,
            written: None,
            salt: SaltState::Unknown,
            report: report.or_else(|| last.map(|last| &last.report)).cloned(),
            silence,
            heard: heard.or_else(|| last.map(|last| last.heard)),
            findings: Vec::new(),
            outlier: Vec::new(),
        }
    }

    fn silence(&self, asset_id: Option<&str>) -> String {
        match asset_id {
            None => "it has no asset-id, so that Salt does not know it".to_owned(),
            Some(asset_id) if asset_id.parse::<AssetId>().is_err() => {
                "Salt cannot be asked for its asset-id".to_owned()
            }
            Some(asset_id) => match self.known.keys.cause(asset_id) {
                Some(cause) => cause.to_owned(),
                None if self.asked.error.is_some() => "nobody answered".to_owned(),
                None => match self.asked.waited {
                    Some(seconds) => format!("nothing came within {seconds} s"),
                    None => "it did not answer Salt".to_owned(),
                },
            },
        }
    }

    /// Judges a node by what it reports.
    fn judge(&self, node: &mut FleetNode, expected: Option<&str>) {
        let has_profile = node.profile.is_some();
        if node.silence.is_some() {
            node.health = NodeHealth::NoAnswer;
            node.found("no-answer", Health::Healthy);
            return;
        }
        let Some(report) = node.report.take() else { return };
        node.health = if has_profile { NodeHealth::Healthy } else { NodeHealth::NoProfile };
        node.salt = SaltState::of(&report, has_profile, expected);
        if let Some(code) = node.salt.finding() {
            node.found(code, node.salt.health());
        }
        if has_profile && let Some(module) = &report.module {
            node.health = node.health.max(module.health.into());
            for code in &module.findings {
                node.found(code, Health::Healthy);
            }
            let is_other = |told: &Option<String>, own: &str| told.as_ref().is_some_and(|told| told != own);
            if is_other(&module.router, &node.router) || is_other(&module.node, &node.node) {
                node.found("name-differs", Health::Degraded);
            }
        }
        let is_other_release = matches!(node.salt, SaltState::OlderPackage | SaltState::OtherPackage);
        if has_profile && report.package.is_some() && report.module.is_none() && !is_other_release {
            node.found("module-silent", Health::Degraded);
        }
        node.report = Some(report);
    }
}
