//! A profile as it was written, checked against the rules of the YANG module.

use std::fmt::Display;
use std::str::FromStr;

use bgpcs::{
    Application, ApplicationLeaf, Community, IpPrefix, ModuleConfiguration, Profile, ProfileLeaf, Quoted,
    VrfName,
};

/// A `bgp-community-services-profile` as it was written; its values may be invalid.
#[derive(Debug, Clone, Default)]
pub struct WrittenProfile<T> {
    /// The name.
    pub name: T,
    /// The applications, in the operator's order.
    pub applications: Vec<WrittenApplication<T>>,
    /// The other leaves of the profile, each at most once.
    pub settings: Vec<(ProfileLeaf, T)>,
}

/// An `application` of a profile as it was written.
#[derive(Debug, Clone, Default)]
pub struct WrittenApplication<T> {
    /// The name.
    pub name: T,
    /// The communities, in the operator's order.
    pub communities: Vec<T>,
    /// The values of the other leaves, in the operator's order.
    pub leaves: Vec<(ApplicationLeaf, T)>,
}

impl<T: AsRef<str>> WrittenProfile<T> {
    /// The valid profile.
    ///
    /// # Errors
    /// Every fault in it, a sentence each that says where.
    pub fn check(&self) -> Result<Profile, Vec<String>> {
        let mut check = ProfileCheck { written: self, faults: Vec::new() };
        let name = check.parse("name", self.name.as_ref());
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
}

struct ProfileCheck<'a, T> {
    written: &'a WrittenProfile<T>,
    faults: Vec<String>,
}

impl<T: AsRef<str>> ProfileCheck<'_, T> {
    /// The value of `text`, or a fault that names the `place`.
    fn parse<V: FromStr<Err: Display>>(&mut self, place: &str, text: &str) -> Option<V> {
        text.parse().map_err(|error| self.faults.push(format!("{place}: {error}"))).ok()
    }

    /// The value of a leaf; its default if the leaf is absent or has a fault.
    fn setting<V: FromStr<Err: Display> + Default>(&mut self, leaf: ProfileLeaf) -> V {
        let written = self.written.settings.iter().find(|(known, _)| *known == leaf);
        written.and_then(|(_, text)| self.parse(leaf.name(), text.as_ref())).unwrap_or_default()
    }

    fn applications(&mut self) -> Vec<Application> {
        let written = self.written;
        written.applications.iter().filter_map(|application| self.application(application)).collect()
    }

    fn application(&mut self, written: &WrittenApplication<T>) -> Option<Application> {
        let text = written.name.as_ref();
        let place = format!("application {}", Quoted(text));
        let communities = written.communities.iter();
        let bgp_community: Vec<Community> =
            communities.filter_map(|text| self.parse(&place, text.as_ref())).collect();
        if written.communities.is_empty() {
            self.faults.push(format!("{place} has no bgp-community, expected at least one"));
        }
        let values = |leaf| {
            let values = written.leaves.iter().filter(move |(known, _)| *known == leaf);
            values.map(|(_, value)| value.as_ref())
        };
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
