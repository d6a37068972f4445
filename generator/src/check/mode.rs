//! Without `application-identification mode module`, or `all`, which includes it, SSR does not run the module.

use crate::authority::Authority;
use crate::finding::{Code, Finding, Place, Severity};

pub(super) fn check(authority: &Authority) -> Vec<Finding> {
    let routers = authority.routers.iter();
    let places: Vec<Place> = routers
        .filter(|(_, router)| router.profile.is_some() && !router.has_module_mode)
        .map(|(name, _)| Place::router(*name))
        .collect();
    if places.is_empty() {
        return Vec::new();
    }
    vec![Finding {
        severity: Severity::Error,
        code: Code::ModeModuleMissing,
        message: "application-identification mode module is not configured, so SSR does not run the module"
            .into(),
        advice: "set application-identification mode module on the router".into(),
        places,
    }]
}
