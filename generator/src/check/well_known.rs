//! Whether a well-known community arrives depends on every router on the way.

use bgpcs::Quoted;
use bgpcs_display::listed;

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
            let names_of = |keeps: bool| {
                let of = IMPLEMENTATIONS.iter().filter(|router| router.keeps(value) == keeps);
                let names: Vec<&str> = of.map(|router| router.name).collect();
                listed(names.iter(), names.len())
            };
            findings.push(Finding {
                severity: Severity::Note,
                code: Code::WellKnownCommunity,
                message: format!(
                    "profile {} application {} uses {} ({value}); on the way, a policy that sets other communities may \
                     remove it: removed by {}, kept by {}",
                    Quoted(authority.names.text(profile_name)),
                    Quoted(authority.names.text(application)),
                    known.join(", "),
                    names_of(false),
                    names_of(true)
                ),
                advice: format!("see the details with: generate_pillar explain-community {community}"),
                places: Vec::new(),
            });
        }
    }
    findings
}
