//! What the generator knows of an authority and the operator may not: each check is a pure function from the
//! authority to findings.

mod glob;
mod mode;
mod nodes;
mod policies;
mod profiles;
mod services;
mod well_known;

use crate::authority::Authority;
use crate::finding::Finding;

/// Everything that there is to say, beside what keeps pillars from being planned.
pub fn check(authority: &Authority) -> Vec<Finding> {
    let checks =
        [mode::check, nodes::check, services::check, profiles::check, policies::check, well_known::check];
    checks.iter().flat_map(|check| check(authority)).collect()
}
