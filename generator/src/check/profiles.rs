//! Profiles that say less, or more, than they seem to.

use bgpcs::{Community, Quoted};
use indexmap::IndexMap;

use super::communities;
use crate::authority::Authority;
use crate::finding::{Finding, Severity};
use crate::names::Name;

pub(super) fn check(authority: &Authority) -> Vec<Finding> {
    let names = &authority.names;
    let used = authority.routers_by_profile();
    let mut findings = Vec::new();
    for (name, profile) in &authority.profiles {
        let quoted = Quoted(names.text(*name));
        if !used.contains_key(name) {
            findings.push(Finding {
                severity: Severity::Warning,
                code: "profile-unused",
                message: format!("no router has the profile {quoted}"),
                advice: "assign it to a router, or delete it".into(),
                places: Vec::new(),
            });
        }
        let mut applications: IndexMap<Community, Vec<Name>> = IndexMap::new();
        for (application, community) in communities(authority, profile) {
            // no-export and 65535:65281 are two texts for one community.
            let value = community.standard().map_or(community, Community::Standard);
            applications.entry(value).or_default().push(application);
        }
        for (community, applications) in applications {
            let [first, second, ..] = applications[..] else { continue };
            let what = if first == second { "the same application" } else { "two applications" };
            findings.push(Finding {
                severity: Severity::Warning,
                code: "community-twice",
                message: format!(
                    "profile {quoted} has the community {community} under {what}, {} and {}: a prefix with it \
                     belongs to both",
                    Quoted(names.text(first)),
                    Quoted(names.text(second))
                ),
                advice: "keep it where the prefix belongs".into(),
                places: Vec::new(),
            });
        }
    }
    findings
}
