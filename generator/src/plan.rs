//! Decides which pillar every node gets. Pure: an authority in, a plan out.

mod difference;
mod profile;

pub use self::difference::difference;
use std::collections::{HashMap, HashSet};

use bgpcs::{AssetId, ModuleConfiguration, Package, Pillar, PillarDocument, Profile, Quoted};
use indexmap::IndexMap;

use crate::authority::{Authority, Name};
use crate::finding::{Code, Finding, Place, Severity};

/// What the pillar directory should contain.
#[derive(Debug)]
pub struct Plan<'a> {
    authority: &'a Authority,
    profiles: HashMap<Name, Profile>,
    /// By asset id.
    pillars: IndexMap<Name, PlannedPillar>,
    /// The asset ids of nodes in error, whose files stay unchanged.
    kept: HashSet<Name>,
    /// Why some nodes do not get the pillar that is configured. After an error a node keeps its previous file.
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, Copy)]
struct PlannedPillar {
    router: Name,
    node: Name,
    profile: Name,
}

/// Plans one pillar for every node of every router that has a profile.
///
/// Nodes are in error when their profile is not defined or has an invalid value, or when their asset id cannot be a
/// file name or belongs to several nodes. These nodes keep their previous files; the others are planned.
pub fn plan(authority: &Authority) -> Plan<'_> {
    let mut plan = Plan {
        authority,
        profiles: HashMap::new(),
        pillars: IndexMap::new(),
        kept: HashSet::new(),
        findings: keyless_entries(authority).into_iter().chain(unknown_leaves(authority)).collect(),
    };
    plan.check_profiles();
    plan.plan_pillars();
    plan
}

impl Plan<'_> {
    /// How many pillars are planned.
    pub fn len(&self) -> usize {
        self.pillars.len()
    }

    /// Whether no pillar is planned.
    pub fn is_empty(&self) -> bool {
        self.pillars.is_empty()
    }

    /// The planned pillar at `index`, with the asset id of its node.
    pub fn pillar(&self, index: usize) -> Option<(AssetId, PillarDocument)> {
        let (asset_id, planned) = self.pillars.get_index(index)?;
        let names = &self.authority.names;
        let profile = self.profiles.get(&planned.profile)?;
        let high_availability = self.authority.routers.get(&planned.router)?.nodes.len() > 1;
        let pillar = Pillar {
            router: names.text(planned.router).to_owned(),
            node: names.text(planned.node).to_owned(),
            profile: profile.name.clone(),
            package: Package::router(),
            config: ModuleConfiguration { high_availability, ..profile.configuration.clone() },
        };
        Some((names.text(*asset_id).parse().ok()?, PillarDocument { pillar }))
    }

    /// The file name of the planned pillar at `index`.
    pub fn file_name(&self, index: usize) -> Option<String> {
        let (asset_id, _) = self.pillars.get_index(index)?;
        Some(self.authority.names.text(*asset_id).parse::<AssetId>().ok()?.file_name())
    }

    /// The index of the planned pillar of this asset id.
    pub fn index(&self, asset_id: &str) -> Option<usize> {
        self.pillars.get_index_of(&self.authority.names.get(asset_id)?)
    }

    /// Asset id, router and node of every planned pillar, in the order of the index.
    pub fn places(&self) -> impl Iterator<Item = [Name; 3]> {
        self.pillars.iter().map(|(asset_id, planned)| [*asset_id, planned.router, planned.node])
    }

    /// Whether a node in error has this asset id, so that its file stays unchanged.
    pub fn is_kept(&self, asset_id: &str) -> bool {
        self.authority.names.get(asset_id).is_some_and(|name| self.kept.contains(&name))
    }

    /// The asset ids of nodes in error, whose files stay unchanged.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        self.kept.iter().map(|name| self.authority.names.text(*name))
    }

    /// Whether a finding is an error.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Keeps the valid profiles; the others become findings for the routers that have them.
    fn check_profiles(&mut self) {
        for (name, routers) in self.authority.routers_by_profile() {
            let places: Vec<Place> = routers.into_iter().map(Place::router).collect();
            let text = self.authority.names.text(name);
            let Some(written) = self.authority.profiles.get(&name) else {
                self.findings.push(Finding {
                    severity: Severity::Error,
                    code: Code::ProfileUndefined,
                    message: format!("profile {} is assigned but not defined", Quoted(text)),
                    advice:
                        "define it or assign another one; until then the nodes keep their previous pillars"
                            .into(),
                    places,
                });
                continue;
            };
            match profile::check(&self.authority.names, name, written) {
                Ok(profile) => drop(self.profiles.insert(name, profile)),
                Err(faults) => self.findings.extend(faults.into_iter().map(|fault| Finding {
                    severity: Severity::Error,
                    code: Code::ProfileInvalid,
                    message: format!("profile {}: {fault}", Quoted(text)),
                    advice: "correct it; until then the nodes keep their previous pillars".into(),
                    places: places.clone(),
                })),
            }
        }
    }

    fn plan_pillars(&mut self) {
        let shared = self.find_shared_asset_ids();
        let names = &self.authority.names;
        let mut nameless = Vec::new();
        let with_profile = self.authority.routers.values().filter(|router| router.profile.is_some());
        self.pillars.reserve_exact(with_profile.map(|router| router.nodes.len()).sum());
        for (router_name, router) in &self.authority.routers {
            let Some(profile) = router.profile else { continue };
            for (node_name, node) in &router.nodes {
                let place = Place::node(*router_name, *node_name);
                let Some(asset_id) = node.asset_id else {
                    nameless.push(place);
                    continue;
                };
                if let Err(error) = names.text(asset_id).parse::<AssetId>() {
                    self.findings.push(Finding {
                        severity: Severity::Error,
                        code: Code::AssetIdInvalid,
                        message: error.to_string(),
                        advice: "give the node another asset-id; until then it has no pillar".into(),
                        places: vec![place],
                    });
                } else if shared.contains(&asset_id) || !self.profiles.contains_key(&profile) {
                    self.kept.insert(asset_id);
                } else {
                    let planned = PlannedPillar { router: *router_name, node: *node_name, profile };
                    self.pillars.insert(asset_id, planned);
                }
            }
        }
        if !nameless.is_empty() {
            self.findings.push(Finding {
                severity: Severity::Warning,
                code: Code::AssetIdMissing,
                message: "no asset-id is configured, so Salt cannot install the plugin on the node".into(),
                advice: "set the node's asset-id".into(),
                places: nameless,
            });
        }
    }

    /// The asset ids that belong to several nodes, if the router of at least one of these nodes has a profile.
    fn find_shared_asset_ids(&mut self) -> HashSet<Name> {
        let routers = || self.authority.routers.iter();
        let mut seen = HashSet::new();
        let asset_ids = routers().flat_map(|(_, router)| &router.nodes).filter_map(|(_, node)| node.asset_id);
        let repeated: HashSet<Name> = asset_ids.filter(|asset_id| !seen.insert(*asset_id)).collect();
        if repeated.is_empty() {
            return repeated;
        }
        let mut nodes: IndexMap<Name, (bool, Vec<Place>)> = IndexMap::new();
        for (router_name, router) in routers() {
            for (node_name, node) in &router.nodes {
                let Some(asset_id) = node.asset_id.filter(|asset_id| repeated.contains(asset_id)) else {
                    continue;
                };
                let (has_profile, places) = nodes.entry(asset_id).or_default();
                *has_profile |= router.profile.is_some();
                places.push(Place::node(*router_name, *node_name));
            }
        }
        nodes.retain(|_, (has_profile, _)| *has_profile);
        let shared = nodes.keys().copied().collect();
        for (asset_id, (_, places)) in nodes {
            let quoted = Quoted(self.authority.names.text(asset_id));
            self.findings.push(Finding {
                severity: Severity::Error,
                code: Code::AssetIdShared,
                message: format!("asset-id {quoted} belongs to {} nodes", places.len()),
                advice: "give each node its own; until then the previous pillar stays".into(),
                places,
            });
        }
        shared
    }
}

fn keyless_entries(authority: &Authority) -> Vec<Finding> {
    let mut counts: IndexMap<&str, usize> = IndexMap::new();
    authority.keyless.iter().for_each(|list| *counts.entry(list).or_default() += 1);
    let finding = |(list, count)| Finding {
        severity: Severity::Warning,
        code: Code::EntryWithoutKey,
        message: match count {
            1 => format!("1 entry of {list} has no name and is ignored"),
            _ => format!("{count} entries of {list} have no name and are ignored"),
        },
        advice: "check how the configuration was exported".into(),
        places: Vec::new(),
    };
    counts.into_iter().map(finding).collect()
}

fn unknown_leaves(authority: &Authority) -> impl Iterator<Item = Finding> {
    authority.unknown_leaves.iter().map(|(list, name)| Finding {
        severity: Severity::Warning,
        code: Code::LeafUnknown,
        message: format!(
            "the leaf {} of {list} is unknown to this release and is ignored",
            Quoted(authority.names.text(*name)),
        ),
        advice: "check its spelling, and that the plugin is not older than the configuration".into(),
        places: Vec::new(),
    })
}
