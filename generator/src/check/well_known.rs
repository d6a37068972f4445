//! Selecting by a well-known community depends on every router on the way.

use bgpcs::Quoted;

use crate::authority::Authority;
use crate::communities::{IMPLEMENTATIONS, well_known_names};
use crate::finding::{Code, Finding, Severity};

pub(super) fn check(authority: &Authority) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (profile_name, profile, _) in authority.assigned_profiles() {
        for (application, community) in profile.valid_communities(&authority.names) {
            let Some(value) = community.standard() else { continue };
            let known = well_known_names(value);
            if known.is_empty() {
                continue;
            }
            let treatments: Vec<String> = IMPLEMENTATIONS
                .iter()
                .map(|implementation| {
                    format!("{} {} it", implementation.name, implementation.treatment(value))
                })
                .collect();
            findings.push(Finding {
                severity: Severity::Note,
                code: Code::WellKnownCommunity,
                message: format!(
                    "profile {} application {} selects by {} ({value}), which routers treat differently where a \
                     policy sets communities: {}",
                    Quoted(authority.names.text(profile_name)),
                    Quoted(authority.names.text(application)),
                    known.join(", "),
                    treatments.join(", ")
                ),
                advice: format!("see generate_pillar explain-community {community}"),
                places: Vec::new(),
            });
        }
    }
    findings
}
