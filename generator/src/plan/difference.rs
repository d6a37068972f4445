//! What a new pillar changes for its node, in lines that an operator compares with the profile.

use std::fmt::Display;

use bgpcs::{ApplicationLeaf, ModuleConfiguration, Pillar, ProfileLeaf, Quoted};
use indexmap::IndexSet;

/// What goes (`- …`), then what comes (`+ …`): profile, package, applications with their leaves, and settings other than
/// the defaults.
pub fn difference(old: Option<&Pillar>, new: &Pillar) -> Vec<String> {
    let (old, new) = (old.map(lines).unwrap_or_default(), lines(new));
    let goes = old.difference(&new).map(|line| format!("- {line}"));
    goes.chain(new.difference(&old).map(|line| format!("+ {line}"))).collect()
}

fn lines(pillar: &Pillar) -> IndexSet<String> {
    let Pillar { router, node, profile, package, config } = pillar;
    let mut lines = IndexSet::from([
        format!("router {} node {}", Quoted(router), Quoted(node)),
        format!("profile {profile}"),
        format!("package {} {}", package.name, package.version),
    ]);
    let ModuleConfiguration {
        applications,
        duration,
        path_selection,
        stale_path_time,
        max_prefixes,
        aggregate_prefixes,
        update_mode,
        shortest_ipv4_prefix,
        shortest_ipv6_prefix,
        largest_loss,
        high_availability,
    } = config;
    for application in applications {
        let name = format!("application {}", Quoted(application.application_name.as_str()));
        lines.insert(name.clone());
        let of = |leaf: &str, value: &str| format!("{name} {leaf} {}", Quoted(value));
        lines.extend(application.bgp_community.iter().map(|one| of("bgp-community", &one.to_string())));
        if !application.description.is_empty() {
            lines.insert(of(ApplicationLeaf::Description.name(), &application.description));
        }
        let vrf = ApplicationLeaf::Vrf.name();
        lines.extend(application.vrf.iter().map(|one| of(vrf, one.as_str())));
        let within = ApplicationLeaf::Within.name();
        lines.extend(application.within.iter().map(|one| of(within, &one.to_string())));
    }
    let setting = |leaf: ProfileLeaf| match leaf {
        ProfileLeaf::RefreshInterval => unless_default(duration),
        ProfileLeaf::PathSelection => unless_default(path_selection),
        ProfileLeaf::StalePathTime => unless_default(stale_path_time),
        ProfileLeaf::MaxPrefixes => unless_default(max_prefixes),
        ProfileLeaf::AggregatePrefixes => unless_default(aggregate_prefixes),
        ProfileLeaf::UpdateMode => unless_default(update_mode),
        ProfileLeaf::ShortestIpv4Prefix => unless_default(shortest_ipv4_prefix),
        ProfileLeaf::ShortestIpv6Prefix => unless_default(shortest_ipv6_prefix),
        ProfileLeaf::LargestLoss => unless_default(largest_loss),
    };
    let settings = ProfileLeaf::ALL.iter().filter_map(|leaf| Some((leaf.name(), setting(*leaf)?)));
    lines.extend(settings.map(|(name, value)| format!("{name} {value}")));
    if *high_availability {
        lines.insert("two nodes".to_owned());
    }
    lines
}

fn unless_default<T: Display + Default + PartialEq>(value: &T) -> Option<String> {
    (*value != T::default()).then(|| value.to_string())
}
