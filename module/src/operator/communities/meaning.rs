//! What a community means, as far as that is published.

use bgpcs::{Community, StandardCommunity, WellKnown};
use bgpcs_configuration::preset::Preset;

/// The meaning of a community: of a well-known one by its document, of one that a provider publishes by the preset that has
/// it; `None` where only the AS that set it knows.
pub fn of(community: Community, presets: &[Preset]) -> Option<String> {
    let standard = community.standard();
    let known = WellKnown::all().find(|known| Some(known.value()) == standard);
    if let Some(known) = known {
        return Some(format!("{}: {} ({})", known.name(), known.meaning(), known.defined_by()));
    }
    let from_preset = in_presets(community, presets)
        .map(|(preset, application)| format!("{application} (preset {})", preset.name));
    from_preset.or_else(|| standard.and_then(reserved).map(str::to_owned))
}

/// The first preset with an application that lists the community, and the application's name.
pub fn in_presets(community: Community, presets: &[Preset]) -> Option<(&Preset, &str)> {
    let applications =
        presets.iter().flat_map(|preset| preset.applications.iter().map(move |one| (preset, one)));
    let mut listing = applications.filter(|(_, application)| {
        application.bgp_community.iter().any(|listed| listed.canonical() == community.canonical())
    });
    listing.next().map(|(preset, application)| (preset, application.application_name.as_str()))
}

/// RFC 1997 reserves the first and the last 65,536 values.
fn reserved(community: StandardCommunity) -> Option<&'static str> {
    matches!(community.high, 0 | u16::MAX)
        .then_some("reserved, and not assigned to any purpose known here (RFC 1997)")
}
