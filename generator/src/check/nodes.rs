//! A profile needs nodes: each of them gets a pillar.

use crate::authority::Authority;
use crate::finding::{Code, Finding, Place, Severity};

pub(super) fn check(authority: &Authority) -> Vec<Finding> {
    let routers = authority.routers.iter();
    let places: Vec<Place> = routers
        .filter(|(_, router)| router.profile.is_some() && router.nodes.is_empty())
        .map(|(name, _)| Place::router(*name))
        .collect();
    if places.is_empty() {
        return Vec::new();
    }
    vec![Finding {
        severity: Severity::Warning,
        code: Code::RouterWithoutNodes,
        message: "no node is configured, so the profile has no effect".into(),
        advice: "add the router's nodes, or remove its profile".into(),
        places,
    }]
}
