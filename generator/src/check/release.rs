//! What another release of the plugin does not know of a configuration.

use bgpcs::{Quoted, Release};

use crate::authority::Authority;
use crate::finding::{Code, Finding, Place, Severity};

/// The leaves that are in use and that `release` does not know: its YANG module has no place for them.
pub fn unknown_to(release: Release, authority: &Authority) -> Vec<Finding> {
    let names = &authority.names;
    let used = authority.routers_by_profile();
    let mut findings = Vec::new();
    for (profile, content) in &authority.profiles {
        let routers = used.get(profile).map(Vec::as_slice).unwrap_or_default();
        let mut find = |place: String, leaf: &str| {
            findings.push(Finding {
                severity: Severity::Error,
                code: Code::LeafUnknownToRelease,
                message: format!("{place} has the leaf {leaf}, which release {release} does not know"),
                advice: format!("remove it before you install release {release}"),
                places: routers.iter().map(|router| Place::router(*router)).collect(),
            });
        };
        let place = format!("profile {}", Quoted(names.text(*profile)));
        for leaf in content.settings.keys().filter(|leaf| !leaf.is_known_to(release)) {
            find(place.clone(), leaf.name());
        }
        for (application, content) in &content.applications {
            let place = format!("{place} application {}", Quoted(names.text(*application)));
            for leaf in content.leaves.keys().filter(|leaf| !leaf.is_known_to(release)) {
                find(place.clone(), leaf.name());
            }
        }
    }
    findings
}
