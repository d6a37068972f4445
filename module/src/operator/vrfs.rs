//! What is said of the instances of BGP, one for each VRF.

use bgpcs::Health;
use serde_json::{Value, json};

use crate::collect::summaries::Summaries;
use crate::instance::Instance;
use crate::source::summary::BgpSummary;

/// How many sessions are established, of how many.
fn sessions(summary: &BgpSummary) -> (usize, usize) {
    let up = summary.sessions.iter().filter(|session| session.since.is_some()).count();
    (up, summary.sessions.len())
}

/// An instance in a few words.
pub fn state(instance: &Instance, summary: &BgpSummary) -> String {
    let (up, all) = sessions(summary);
    match instance {
        Instance::Default => format!("{up} of {all} BGP sessions established"),
        Instance::Vrf(name) if summary.is_absent => format!("vrf {name} is not on this router"),
        Instance::Vrf(name) => format!("{up} of {all} in vrf {name}"),
    }
}

/// Whether the sessions of an instance are a problem. Routes can come into a VRF without any session of its own.
pub fn health(instance: &Instance, summary: &BgpSummary) -> Health {
    match (instance, sessions(summary)) {
        (Instance::Vrf(_), (0, 0)) => Health::Healthy,
        (Instance::Default | Instance::Vrf(_), (0, _)) => Health::Degraded,
        (Instance::Default | Instance::Vrf(_), _) => Health::Healthy,
    }
}

/// Those VRFs whose sessions are all down, by name.
pub fn down(summaries: &Summaries) -> Vec<String> {
    let vrfs = summaries.iter().filter(|(instance, _)| !instance.is_default());
    let told = vrfs.filter_map(|(instance, summary)| Some((instance, summary?)));
    let down = told.filter(|(instance, summary)| health(instance, summary) != Health::Healthy);
    down.map(|(instance, _)| instance.to_string()).collect()
}

/// The VRFs for a program; none where only the default instance counts.
pub fn json(summaries: &Summaries) -> Option<Value> {
    let vrfs: Vec<Value> = summaries
        .iter()
        .filter(|(instance, _)| !instance.is_default())
        .map(|(instance, summary)| {
            let (up, all) = summary.map(sessions).unzip();
            json!({
                "vrf": instance,
                "present": summary.map(|summary| !summary.is_absent),
                "sessions": all,
                "established": up,
            })
        })
        .collect();
    (!vrfs.is_empty()).then(|| vrfs.into())
}
