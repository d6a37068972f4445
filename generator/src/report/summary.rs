//! The table of `--summary`.

use std::collections::HashSet;

use bgpcs::{Health, plain};
use bgpcs_display::table::{Head, Paint, Table};

use crate::authority::{Authority, Name};

/// A table of the authority's profiles: how many routers and nodes have each, and how many applications and communities
/// it has.
///
/// The last row is the total: with the routers and nodes that have no profile, and with each application name and each
/// community counted once.
pub fn summary(authority: &Authority) -> Table {
    let heads = [
        Head::Text("Profile"),
        Head::Number("Routers"),
        Head::Number("Nodes"),
        Head::Number("Applications"),
        Head::Number("Communities"),
    ];
    let mut table = Table::new(heads, Paint(false));
    let nodes = |router: &Name| authority.routers.get(router).map_or(0, |router| router.nodes.len());
    let by_profile = authority.routers_by_profile();
    let undefined = by_profile.keys().filter(|name| !authority.profiles.contains_key(*name));
    for name in authority.profiles.keys().chain(undefined) {
        let routers = by_profile.get(name).map(Vec::as_slice).unwrap_or_default();
        let applications = authority.profiles.get(name).map(|profile| &profile.applications);
        let communities = applications.map_or(0, |all| all.values().map(|one| one.communities.len()).sum());
        let cells = [
            plain(authority.names.text(*name)),
            routers.len().to_string(),
            routers.iter().map(nodes).sum::<usize>().to_string(),
            applications.map_or_else(|| "undefined".to_owned(), |all| all.len().to_string()),
            communities.to_string(),
        ];
        table.row(Health::Healthy, cells);
    }
    let applications = || authority.profiles.values().flat_map(|profile| &profile.applications);
    let total = [
        "total".to_owned(),
        authority.routers.len().to_string(),
        authority.routers.keys().map(nodes).sum::<usize>().to_string(),
        applications().map(|(name, _)| name).collect::<HashSet<_>>().len().to_string(),
        applications().flat_map(|(_, one)| &one.communities).collect::<HashSet<_>>().len().to_string(),
    ];
    table.row(Health::Healthy, total);
    table
}
