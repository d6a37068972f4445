//! What the generator knows of an authority and the operator may not: each check is a pure function from the
//! authority to findings.

mod glob;
mod mode;
mod nodes;
mod policies;
mod profiles;
mod services;
mod well_known;

use bgpcs::Community;

use crate::authority::{Authority, Profile};
use crate::finding::Finding;
use crate::names::Name;

/// Everything that there is to say, beside what keeps pillars from being planned.
pub fn check(authority: &Authority) -> Vec<Finding> {
    let checks =
        [mode::check, nodes::check, services::check, profiles::check, policies::check, well_known::check];
    checks.iter().flat_map(|check| check(authority)).collect()
}

/// The defined profiles that routers have, and those routers.
fn assigned(authority: &Authority) -> impl Iterator<Item = (Name, &Profile, Vec<Name>)> {
    let by_profile = authority.routers_by_profile().into_iter();
    by_profile.filter_map(|(name, routers)| Some((name, authority.profiles.get(&name)?, routers)))
}

/// The communities of a profile that are valid, each with the name of its application; invalid ones are the plan's to
/// report.
fn communities<'a>(
    authority: &'a Authority,
    profile: &'a Profile,
) -> impl Iterator<Item = (Name, Community)> + 'a {
    profile.applications.iter().flat_map(|(application, communities)| {
        let parsed = communities.iter().filter_map(|community| authority.names.text(*community).parse().ok());
        parsed.map(|community| (*application, community))
    })
}
