//! The parts of an authority's configuration that the generator needs, with values as they were written.

use bgpcs::{ApplicationLeaf, Community, ProfileLeaf};
use indexmap::{IndexMap, IndexSet};

use super::names::{Name, Names};

/// An authority.
///
/// An entry of a list can come in several parts: its leaves are put together, a later value of a leaf replaces an
/// earlier one, and entries keep the order in which they first came.
#[derive(Debug, Default)]
pub struct Authority {
    /// The texts of all names in here.
    pub names: Names,
    /// The profiles, by name.
    pub profiles: IndexMap<Name, UncheckedProfile>,
    /// The routers, by name, with or without a profile.
    pub routers: IndexMap<Name, Router>,
    /// The services, by name.
    pub services: IndexMap<Name, Service>,
    /// The filters, by name.
    pub filters: IndexMap<Name, Filter>,
    /// The routing policies, by name.
    pub policies: IndexMap<Name, Policy>,
    /// The name of the list for each entry without a key; such entries are ignored.
    pub keyless: Vec<&'static str>,
    /// The list and the name of each leaf of a profile or an application that the plugin's model does not have; such
    /// leaves are ignored.
    pub unknown_leaves: IndexSet<(&'static str, Name)>,
}

impl Authority {
    /// The routers of each assigned profile, defined or not, in the order of the configuration.
    pub fn routers_by_profile(&self) -> IndexMap<Name, Vec<Name>> {
        let mut routers: IndexMap<Name, Vec<Name>> = IndexMap::new();
        for (name, router) in &self.routers {
            if let Some(profile) = router.profile {
                routers.entry(profile).or_default().push(*name);
            }
        }
        routers
    }

    /// The profiles that are both defined and assigned, with their routers.
    pub fn assigned_profiles(&self) -> impl Iterator<Item = (Name, &UncheckedProfile, Vec<Name>)> {
        let by_profile = self.routers_by_profile().into_iter();
        by_profile.filter_map(|(name, routers)| Some((name, self.profiles.get(&name)?, routers)))
    }
}

/// A `bgp-community-services-profile` as it was written; its values may be invalid.
#[derive(Debug, Default)]
pub struct UncheckedProfile {
    /// The applications, by name, in the operator's order.
    pub applications: IndexMap<Name, UncheckedApplication>,
    /// The other leaves of the profile.
    pub settings: IndexMap<ProfileLeaf, Name>,
}

/// An `application` of a profile as it was written.
#[derive(Debug, Default)]
pub struct UncheckedApplication {
    /// The communities, in the operator's order.
    pub communities: IndexSet<Name>,
    /// The other leaves, each with its values in the operator's order.
    pub leaves: IndexMap<ApplicationLeaf, IndexSet<Name>>,
}

impl UncheckedApplication {
    /// The values of a leaf, in the operator's order.
    pub fn values(&self, leaf: ApplicationLeaf) -> impl Iterator<Item = Name> {
        self.leaves.get(&leaf).into_iter().flatten().copied()
    }
}

impl UncheckedProfile {
    /// The valid communities, each with its application; `names` are those of the authority.
    pub fn valid_communities(&self, names: &Names) -> impl Iterator<Item = (Name, Community)> {
        self.applications.iter().flat_map(move |(application, content)| {
            let parsed =
                content.communities.iter().filter_map(|community| names.text(*community).parse().ok());
            parsed.map(|community| (*application, community))
        })
    }
}

/// A `router`. Its lists are vectors, since there are many routers and each has one or two entries.
#[derive(Debug, Default)]
pub struct Router {
    /// The profile that is assigned.
    pub profile: Option<Name>,
    /// Whether `application-identification` has the mode `module`, or `all`, which includes it.
    pub has_module_mode: bool,
    /// The groups to which it belongs.
    pub groups: Vec<Name>,
    /// The names of its VRFs.
    pub vrfs: Vec<Name>,
    /// The nodes, by name.
    pub nodes: Vec<(Name, Node)>,
    /// The address and the inbound policy of each BGP neighbor that has one. With policies in several address
    /// families, a neighbor is here several times.
    pub inbound_policies: Vec<(Name, Name)>,
}

/// A `node` of a router.
#[derive(Debug, Clone, Copy, Default)]
pub struct Node {
    /// The asset id as configured, valid or not.
    pub asset_id: Option<Name>,
}

/// A `service` of the authority.
#[derive(Debug, Default)]
pub struct Service {
    /// The patterns in its `application-name`.
    pub patterns: IndexSet<Name>,
    /// Whether it is `enabled false`.
    pub is_disabled: bool,
    /// The entries of its `applies-to`: the type, and the routers or groups. Without one it applies to every router.
    pub applies_to: Vec<(Name, Vec<Name>)>,
}

/// A `filter` of the authority's routing policies.
#[derive(Debug, Default)]
pub struct Filter {
    /// The rules by name, in the order in which they are tried.
    pub rules: IndexMap<Name, FilterRule>,
}

/// A `rule` of a filter.
#[derive(Debug, Default)]
pub struct FilterRule {
    /// `accept` (the default) or `reject`.
    pub decision: Option<Name>,
    /// A regular expression for the text of a community.
    pub community: Option<Name>,
}

/// A routing `policy`.
#[derive(Debug, Default)]
pub struct Policy {
    /// The statements by name, in the order in which they are executed.
    pub statements: IndexMap<Name, PolicyStatement>,
}

/// A `statement` of a policy.
#[derive(Debug, Default)]
pub struct PolicyStatement {
    /// `accept` or `permit` (the default), or `reject` or `deny`.
    pub decision: Option<Name>,
    /// The types of its conditions.
    pub conditions: IndexSet<Name>,
    /// The actions, by type.
    pub actions: IndexMap<Name, PolicyAction>,
}

/// An `action` of a statement.
#[derive(Debug, Default)]
pub struct PolicyAction {
    /// Of `remove-community`: the filter for the communities that are removed.
    pub filter: Option<Name>,
    /// Of `set-community`: the communities that the route gets; empty for `none`.
    pub communities: IndexSet<Name>,
    /// Of `set-community`: whether the route keeps its communities.
    pub additive: bool,
    /// Of `call`: the policy that is executed.
    pub policy: Option<Name>,
}
