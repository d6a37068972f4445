//! The rules that find mistakes in an authority. Each is a pure function from the authority to findings.

mod applications;
mod mode;
mod nodes;
mod policies;
mod profiles;
mod release;
mod services;
mod well_known;

pub use self::release::unknown_to;
use crate::authority::Authority;
use crate::finding::Finding;

/// Every finding except those of the plan, which are about nodes that get no pillar.
pub fn check(authority: &Authority) -> Vec<Finding> {
    let checks = [
        mode::check,
        nodes::check,
        services::check,
        applications::check,
        profiles::check,
        policies::check,
        well_known::check,
    ];
    checks.iter().flat_map(|check| check(authority)).collect()
}
