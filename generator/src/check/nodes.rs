//! A profile reaches a router through its nodes.

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
        message: "a profile, but no node, so there is nothing to hand a pillar to".into(),
        advice: "add the router's nodes, or take its profile away".into(),
        places,
    }]
}
