//! What outliers lack and have too much: the prefixes of a node of the norm beside theirs.

use std::collections::{BTreeMap, HashSet};

use bgpcs::{AssetId, IpPrefix};
use serde::Deserialize;

use super::answer::Answers;
use super::join::Fleet;
use super::outliers::Difference;

/// How many outliers are asked for their prefixes, and how many nodes of a norm.
const MOST_OUTLIERS: usize = 20;
const MOST_NORMS: usize = 20;

/// How many prefixes of a difference are named.
const NAMED: usize = 50;

/// The prefixes of a node, by application.
#[derive(Debug)]
pub struct Services(BTreeMap<String, HashSet<IpPrefix>>);

/// The output file of the module, as far as it matters here.
#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    services: BTreeMap<String, Vec<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Entry {
    ip_prefix: IpPrefix,
}

impl Fleet {
    /// Whose prefixes are to be compared: a node of each norm, and outliers of each in turn, so that none takes all places.
    pub fn to_compare(&self) -> Vec<AssetId> {
        let asset_id = |node: usize| self.nodes.get(node)?.asset_id.as_ref()?.parse::<AssetId>().ok();
        let with_outliers = || self.norms.iter().filter(|norm| !norm.outliers.is_empty()).take(MOST_NORMS);
        let mut chosen = Vec::new();
        let longest = with_outliers().map(|norm| norm.outliers.len()).max().unwrap_or(0).min(MOST_OUTLIERS);
        for turn in 0..longest {
            for outlier in with_outliers().filter_map(|norm| norm.outliers.get(turn)) {
                if chosen.len() < MOST_OUTLIERS && !chosen.contains(&outlier.node) {
                    chosen.push(outlier.node);
                }
            }
        }
        let examples = with_outliers().filter_map(|norm| norm.example);
        let mut asset_ids: Vec<AssetId> = examples.chain(chosen).filter_map(asset_id).collect();
        asset_ids.sort();
        asset_ids.dedup();
        asset_ids
    }
}

impl Services {
    /// Reads the output file that a node printed.
    ///
    /// # Errors
    /// When the file is absent, damaged or longer than a node sends.
    pub fn read(output: &str) -> Result<Self, String> {
        let output: Output =
            serde_json::from_str(output).map_err(|_| "its output file has another form".to_owned())?;
        let prefixes = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.ip_prefix).collect();
        Ok(Self(output.services.into_iter().map(|(name, entries)| (name, prefixes(entries))).collect()))
    }
}

/// Says of each outlier whose prefixes are known, and those of a node of the norm, what differs.
pub fn compare(fleet: &mut Fleet, answers: &Answers<Services>) {
    let none = HashSet::new();
    let of = |asset_id: Option<&String>, application: &str| {
        let Services(services) = answers.of_node(asset_id?)?.as_ref().ok()?;
        Some(services.get(application).unwrap_or(&none))
    };
    for norm in &mut fleet.norms {
        let example = norm.example.and_then(|node| fleet.nodes.get(node)?.asset_id.as_ref());
        let Some(usual) = of(example, &norm.application) else { continue };
        for outlier in &mut norm.outliers {
            outlier.difference = of(Some(&outlier.asset_id), &norm.application)
                .map(|has| Difference { lacks: without(usual, has), extra: without(has, usual) });
        }
    }
}

/// How many of `these` are not among `those`, and the first of them.
fn without(these: &HashSet<IpPrefix>, those: &HashSet<IpPrefix>) -> (usize, Vec<IpPrefix>) {
    let mut missing: Vec<IpPrefix> = these.difference(those).copied().collect();
    missing.sort();
    let count = missing.len();
    missing.truncate(NAMED);
    (count, missing)
}
