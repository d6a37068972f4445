//! Checks a profile from the configuration against the rules of the YANG module.

use std::fmt::Display;
use std::str::FromStr;

use bgpcs::{
    Application, ApplicationLeaf, Community, IpPrefix, ModuleConfiguration, Profile, ProfileLeaf, Quoted,
    VrfName,
};

use crate::authority::{Name, Names, UncheckedApplication, UncheckedProfile};

/// The valid profile, or every fault in it.
pub(super) fn check(names: &Names, name: Name, written: &UncheckedProfile) -> Result<Profile, Vec<String>> {
    let mut check = ProfileCheck { names, written, faults: Vec::new() };
    let name = check.parse("name", names.text(name));
    let configuration = ModuleConfiguration {
        applications: check.applications(),
        duration: check.setting(ProfileLeaf::RefreshInterval),
        path_selection: check.setting(ProfileLeaf::PathSelection),
        stale_path_time: check.setting(ProfileLeaf::StalePathTime),
        max_prefixes: check.setting(ProfileLeaf::MaxPrefixes),
        aggregate_prefixes: check.setting::<Boolean>(ProfileLeaf::AggregatePrefixes).0,
        update_mode: check.setting(ProfileLeaf::UpdateMode),
        shortest_ipv4_prefix: check.setting(ProfileLeaf::ShortestIpv4Prefix),
        shortest_ipv6_prefix: check.setting(ProfileLeaf::ShortestIpv6Prefix),
        largest_loss: check.setting(ProfileLeaf::LargestLoss),
        high_availability: false,
    };
    match name {
        Some(name) if check.faults.is_empty() => Ok(Profile { name, configuration }),
        _ => Err(check.faults),
    }
}

struct ProfileCheck<'a> {
    names: &'a Names,
    written: &'a UncheckedProfile,
    faults: Vec<String>,
}

impl ProfileCheck<'_> {
    /// The value of `text`, or a fault that names the `place`.
    fn parse<T: FromStr<Err: Display>>(&mut self, place: &str, text: &str) -> Option<T> {
        text.parse().map_err(|error| self.faults.push(format!("{place}: {error}"))).ok()
    }

    /// The value of a leaf; its default if the leaf is absent or has a fault.
    fn setting<T: FromStr<Err: Display> + Default>(&mut self, leaf: ProfileLeaf) -> T {
        let text = self.written.settings.get(&leaf).map(|value| self.names.text(*value));
        text.and_then(|text| self.parse(leaf.name(), text)).unwrap_or_default()
    }

    fn applications(&mut self) -> Vec<Application> {
        let written = self.written;
        written.applications.iter().filter_map(|(name, content)| self.application(*name, content)).collect()
    }

    fn application(&mut self, name: Name, written: &UncheckedApplication) -> Option<Application> {
        let names = self.names;
        let text = names.text(name);
        let place = format!("application {}", Quoted(text));
        let communities = written.communities.iter().map(|community| names.text(*community));
        let bgp_community: Vec<Community> = communities.filter_map(|text| self.parse(&place, text)).collect();
        if written.communities.is_empty() {
            self.faults.push(format!("{place} has no bgp-community, expected at least one"));
        }
        let values = |leaf| written.values(leaf).map(|value| names.text(value));
        let description = values(ApplicationLeaf::Description).collect();
        let vrf: Vec<VrfName> =
            values(ApplicationLeaf::Vrf).filter_map(|text| self.parse(&place, text)).collect();
        let at_within = format!("{place} {}", ApplicationLeaf::Within.name());
        let mut within: Vec<IpPrefix> = Vec::new();
        for prefix in values(ApplicationLeaf::Within).filter_map(|text| self.parse(&at_within, text)) {
            // Two texts can be one prefix.
            if !within.contains(&prefix) {
                within.push(prefix);
            }
        }
        let application_name = self.parse(&place, text)?;
        Some(Application { application_name, bgp_community, description, vrf, within })
    }
}

/// YANG's `boolean`, RFC 7950 section 9.5.
#[derive(Default)]
struct Boolean(bool);

impl FromStr for Boolean {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("{} is not one of: true, false", Quoted(text)))
    }
}
