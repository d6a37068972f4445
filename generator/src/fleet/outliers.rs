//! Who has not what the others have: nodes of a profile, grouped by the digest of an application's prefixes.

use std::collections::HashMap;

use bgpcs::brief::{Brief, BriefApplication};
use bgpcs::{Health, IpPrefix};
use indexmap::IndexMap;

use super::member::FleetNode;

/// How many nodes make a norm: at least so many in all, of which at least so many percent are alike.
const FEWEST_NODES: usize = 5;
const NORM_PERCENT: usize = 60;

/// What most nodes of a profile have in an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Norm {
    /// The profile.
    pub profile: String,
    /// The application.
    pub application: String,
    /// How many nodes tell what they have.
    pub nodes: usize,
    /// How many different things they have.
    pub groups: usize,
    /// The digest that is the norm, and how many have it; none where there is no norm.
    pub norm: Option<(String, usize)>,
    /// An index of a node that has it.
    pub(super) example: Option<usize>,
    /// Those that have had something else for longer than a refresh interval.
    pub outliers: Vec<Outlier>,
}

/// A node that differs from the norm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlier {
    /// The index of the node.
    pub(super) node: usize,
    /// Its asset id.
    pub asset_id: String,
    /// The digest of what it has.
    pub digest: String,
    /// For how many seconds it has differed; none if that is from before what is recorded.
    pub seconds: Option<u64>,
    /// What it lacks and has too much, as far as that was compared.
    pub difference: Option<Difference>,
}

/// What a node lacks and has too much against the norm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// How many it lacks, and the first of them.
    pub lacks: (usize, Vec<IpPrefix>),
    /// How many it has too much, and the first of them.
    pub extra: (usize, Vec<IpPrefix>),
}

/// Two nodes of one router that have had different prefixes for longer than a refresh interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The router.
    pub router: String,
    /// The application.
    pub application: String,
    /// The names of the nodes.
    pub nodes: [String; 2],
}

/// What a node says of an application.
#[derive(Clone, Copy)]
struct Told<'t> {
    node: usize,
    brief: &'t Brief,
    application: &'t BriefApplication,
}

impl Told<'_> {
    /// For how many seconds both have been as they are; none if both have been so for longer than is recorded.
    fn differs_for(&self, age: Option<u64>) -> Option<u64> {
        match (self.application.age, age) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    fn is_lasting(&self, seconds: Option<u64>) -> bool {
        seconds.is_none_or(|seconds| seconds > u64::from(self.brief.run.interval))
    }
}

/// Finds norms, outliers and pairs that disagree, and adds the findings to their nodes.
pub(super) fn find(nodes: &mut [FleetNode]) -> (Vec<Norm>, Vec<Pair>) {
    let (norms, pairs, differing) = compare(nodes);
    for norm in &norms {
        for outlier in &norm.outliers {
            if let Some(node) = nodes.get_mut(outlier.node) {
                node.found("outlier", Health::Degraded);
                node.outlier.push(norm.application.clone());
            }
        }
    }
    for index in differing {
        if let Some(node) = nodes.get_mut(index) {
            node.found("pair-differs", Health::Degraded);
        }
    }
    (norms, pairs)
}

fn compare(nodes: &[FleetNode]) -> (Vec<Norm>, Vec<Pair>, Vec<usize>) {
    let mut told: IndexMap<(&str, &str), Vec<Told<'_>>> = IndexMap::new();
    for (index, node) in nodes.iter().enumerate() {
        let (Some(profile), Some(brief)) = (&node.profile, node.answer()) else { continue };
        for application in &brief.applications {
            let key = (profile.as_str(), application.name.as_str());
            told.entry(key).or_default().push(Told { node: index, brief, application });
        }
    }
    let norms = told
        .iter()
        .filter(|(_, told)| told.len() >= FEWEST_NODES)
        .map(|((profile, application), told)| norm(nodes, profile, application, told))
        .collect();
    let (mut pairs, mut differing) = (Vec::new(), Vec::new());
    for told in told.values() {
        // The nodes of a router follow each other.
        for (one, other) in told.iter().zip(told.iter().skip(1)) {
            let (Some(first), Some(second)) = (nodes.get(one.node), nodes.get(other.node)) else { continue };
            let seconds = one.differs_for(other.application.age);
            if first.router == second.router
                && one.application.digest != other.application.digest
                && one.is_lasting(seconds)
            {
                pairs.push(Pair {
                    router: first.router.clone(),
                    application: one.application.name.clone(),
                    nodes: [first.node.clone(), second.node.clone()],
                });
                differing.extend([one.node, other.node]);
            }
        }
    }
    (norms, pairs, differing)
}

fn norm(nodes: &[FleetNode], profile: &str, application: &str, told: &[Told<'_>]) -> Norm {
    let mut groups: HashMap<&str, Vec<Told<'_>>> = HashMap::new();
    for one in told {
        groups.entry(&one.application.digest).or_default().push(*one);
    }
    let largest = groups.values().max_by_key(|group| group.len());
    let usual = largest.filter(|group| group.len() * 100 >= told.len() * NORM_PERCENT);
    let mut norm = Norm {
        profile: profile.to_owned(),
        application: application.to_owned(),
        nodes: told.len(),
        groups: groups.len(),
        norm: None,
        example: None,
        outliers: Vec::new(),
    };
    let Some((usual, first)) = usual.and_then(|group| Some((group, group.first()?))) else { return norm };
    let digest = &first.application.digest;
    norm.norm = Some((digest.clone(), usual.len()));
    norm.example = Some(first.node);
    // When half of those that are alike were so: what is not recorded was so for ever.
    let mut ages: Vec<u64> = usual.iter().map(|one| one.application.age.unwrap_or(u64::MAX)).collect();
    let middle = ages.len() / 2;
    let (_, age, _) = ages.select_nth_unstable(middle);
    let age = Some(*age).filter(|age| *age < u64::MAX);
    for other in told.iter().filter(|one| one.application.digest != *digest) {
        let seconds = other.differs_for(age);
        if other.is_lasting(seconds) {
            norm.outliers.push(Outlier {
                node: other.node,
                asset_id: nodes.get(other.node).and_then(|node| node.asset_id.clone()).unwrap_or_default(),
                digest: other.application.digest.clone(),
                seconds,
                difference: None,
            });
        }
    }
    norm
}
