//! What is known of one application.

use bgpcs::{ApplicationName, Community, UnixTime};

use crate::instance::Instance;
use crate::prefix::{Family, Prefix};
use crate::publish::history::ApplicationChange;

/// The facts about an application.
#[derive(Debug)]
pub struct ApplicationFacts<'f> {
    /// Its name.
    pub name: &'f ApplicationName,
    /// Its communities.
    pub communities: &'f [Community],
    /// The instances of BGP that count for it.
    pub instances: Vec<Instance>,
    /// Whether this router has none of them.
    pub is_elsewhere: bool,
    /// Its prefixes in the output file.
    pub prefixes: &'f [Prefix],
    /// The last change of its prefixes, and when that was.
    pub change: Option<(UnixTime, &'f ApplicationChange)>,
}

impl ApplicationFacts<'_> {
    /// The number of prefixes of a family.
    pub fn count(&self, family: Family) -> usize {
        self.prefixes.iter().filter(|prefix| prefix.family() == family).count()
    }

    /// `+3 -1`; empty when no change is recorded.
    pub fn change_text(&self) -> String {
        self.change.map_or_else(String::new, |(_, change)| format!("+{} -{}", change.added, change.removed))
    }

    /// The VRFs that count for it, the default instance among them, if any is configured.
    pub fn vrfs(&self) -> &[Instance] {
        match &self.instances[..] {
            [Instance::Default] => &[],
            vrfs => vrfs,
        }
    }

    /// The end of a sentence about what it has: ` in vrf red, blue`; empty for the default instance.
    pub fn phrase(&self) -> String {
        let names: Vec<String> = self.vrfs().iter().map(Instance::to_string).collect();
        if names.is_empty() { String::new() } else { format!(" in vrf {}", names.join(", ")) }
    }

    /// Whether the application lists this community, in whichever spelling.
    pub fn lists(&self, community: &Community) -> bool {
        self.communities.iter().any(|listed| listed.canonical() == community.canonical())
    }
}
