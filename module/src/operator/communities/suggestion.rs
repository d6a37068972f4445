//! A profile to paste, of the communities that routes carry.

use bgpcs::{Application, ApplicationName, Community, ProfileName, WellKnown};
use bgpcs_configuration::preset::{self, Preset};

use crate::operator::communities::meaning::in_presets;

/// The profile as PCLI text. An application is named as in the preset that has its community, else as the community.
/// Well-known communities say how to treat a route, not what it leads to, and are left out.
pub fn profile(communities: impl Iterator<Item = Community>, presets: &[Preset]) -> String {
    let mut applications: Vec<Application> = Vec::new();
    let is_well_known =
        |community: &Community| WellKnown::all().any(|known| Some(known.value()) == community.standard());
    for community in communities.filter(|community| !is_well_known(community)) {
        let named = in_presets(community, presets).and_then(|(_, name)| name.parse::<ApplicationName>().ok());
        let name = named.unwrap_or_else(|| ApplicationName::from(community));
        match applications.iter_mut().find(|known| known.application_name == name) {
            Some(known) => known.bgp_community.push(community),
            None => applications.push(Application::new(name, vec![community])),
        }
    }
    // A name without faults, as the test shows.
    "suggested"
        .parse::<ProfileName>()
        .map_or_else(|_| String::new(), |name| preset::pcli(&name, &applications))
}
