//! Checks a profile of the authority.

use bgpcs::{ApplicationLeaf, Profile};
use bgpcs_configuration::profile::{WrittenApplication, WrittenProfile};

use crate::authority::{Name, Names, UncheckedApplication, UncheckedProfile};

/// The valid profile, or every fault in it.
pub(super) fn check(names: &Names, name: Name, written: &UncheckedProfile) -> Result<Profile, Vec<String>> {
    let application = |(name, content): (&Name, &UncheckedApplication)| WrittenApplication {
        name: names.text(*name),
        communities: content.communities.iter().map(|community| names.text(*community)).collect(),
        leaves: ApplicationLeaf::ALL
            .iter()
            .flat_map(|leaf| content.values(*leaf).map(|value| (*leaf, names.text(value))))
            .collect(),
    };
    let written = WrittenProfile {
        name: names.text(name),
        applications: written.applications.iter().map(application).collect(),
        settings: written.settings.iter().map(|(leaf, value)| (*leaf, names.text(*value))).collect(),
    };
    written.check()
}
