//! Checks a profile from the configuration against the rules of the YANG module.

use std::fmt::Display;
use std::str::FromStr;

use bgpcs::{Application, Community, ModuleConfiguration, Profile, ProfileLeaf, Quoted};

use crate::authority::{Name, Names, UncheckedProfile};

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
        let checked = written.applications.iter().filter_map(|(name, communities)| {
            let text = self.names.text(*name);
            let place = format!("application {}", Quoted(text));
            let bgp_community: Vec<Community> = communities
                .iter()
                .filter_map(|community| self.parse(&place, self.names.text(*community)))
                .collect();
            if communities.is_empty() {
                self.faults.push(format!("{place} has no bgp-community, expected at least one"));
            }
            Some(Application { application_name: self.parse(&place, text)?, bgp_community })
        });
        checked.collect()
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
