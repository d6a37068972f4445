//! What the generator keeps of an authority's configuration: what it needs, as it was written, and compactly.

use bgpcs::{Community, ProfileLeaf};
use indexmap::{IndexMap, IndexSet};

use super::names::{Name, Names};

/// An authority, gathered from a stream.
///
/// Entries of a list that come in several parts are one entry: the parts' leaves add up, a later value of a leaf
/// replaces an earlier one, and entries keep the order in which they came first.
#[derive(Debug, Default)]
pub struct Authority {
    /// The texts that everything below refers to.
    pub names: Names,
    /// By name.
    pub profiles: IndexMap<Name, UncheckedProfile>,
    /// By name; also those without a profile, which a later part may give them.
    pub routers: IndexMap<Name, Router>,
    /// The patterns in the `application-name` of each service, by the service's name.
    pub services: IndexMap<Name, IndexSet<Name>>,
    /// By name.
    pub filters: IndexMap<Name, Filter>,
    /// By name.
    pub policies: IndexMap<Name, Policy>,
    /// The lists with entries that have no key; those entries are left out.
    pub keyless: Vec<&'static str>,
}

impl Authority {
    /// The routers that have each profile, defined or not, in the order of the configuration.
    pub fn routers_by_profile(&self) -> IndexMap<Name, Vec<Name>> {
        let mut routers: IndexMap<Name, Vec<Name>> = IndexMap::new();
        for (name, router) in &self.routers {
            if let Some(profile) = router.profile {
                routers.entry(profile).or_default().push(*name);
            }
        }
        routers
    }

    /// The defined profiles that routers have, and those routers.
    pub fn assigned_profiles(&self) -> impl Iterator<Item = (Name, &UncheckedProfile, Vec<Name>)> {
        let by_profile = self.routers_by_profile().into_iter();
        by_profile.filter_map(|(name, routers)| Some((name, self.profiles.get(&name)?, routers)))
    }
}

/// A `bgp-community-services-profile` as it was written, not yet checked.
#[derive(Debug, Default)]
pub struct UncheckedProfile {
    /// The communities of each application, by its name, in the operator's order.
    pub applications: IndexMap<Name, IndexSet<Name>>,
    /// The profile's own leaves.
    pub settings: IndexMap<ProfileLeaf, Name>,
}

impl UncheckedProfile {
    /// The valid communities, each with the name of its application; `names` are those of the authority.
    pub fn valid_communities(&self, names: &Names) -> impl Iterator<Item = (Name, Community)> {
        self.applications.iter().flat_map(move |(application, communities)| {
            let parsed = communities.iter().filter_map(|community| names.text(*community).parse().ok());
            parsed.map(|community| (*application, community))
        })
    }
}

/// A `router`. Its lists are plain ones: they have one or two entries, and there are many routers.
#[derive(Debug, Default)]
pub struct Router {
    /// The profile that the router has.
    pub profile: Option<Name>,
    /// Whether `application-identification` has the mode `module`.
    pub has_module_mode: bool,
    /// By name.
    pub nodes: Vec<(Name, Node)>,
    /// The address of each BGP neighbor that has an inbound policy, and that policy; an address can stand here more
    /// than once, with the policies of its address families.
    pub inbound_policies: Vec<(Name, Name)>,
}

/// A `node` of a router.
#[derive(Debug, Clone, Copy, Default)]
pub struct Node {
    /// As configured, valid or not.
    pub asset_id: Option<Name>,
}

/// A `filter` of the authority's routing policies.
#[derive(Debug, Default)]
pub struct Filter {
    /// By name, in the order in which they are tried.
    pub rules: IndexMap<Name, FilterRule>,
}

/// A `rule` of a filter.
#[derive(Debug, Default)]
pub struct FilterRule {
    /// `accept`, which is the default, or `reject`.
    pub decision: Option<Name>,
    /// A regular expression on the text of a community.
    pub community: Option<Name>,
}

/// A routing `policy`.
#[derive(Debug, Default)]
pub struct Policy {
    /// By name, in the order in which they are executed.
    pub statements: IndexMap<Name, PolicyStatement>,
}

/// A `statement` of a policy.
#[derive(Debug, Default)]
pub struct PolicyStatement {
    /// `accept` or `permit`, which is the default, or `reject` or `deny`.
    pub decision: Option<Name>,
    /// The types of its conditions.
    pub conditions: IndexSet<Name>,
    /// By type.
    pub actions: IndexMap<Name, PolicyAction>,
}

/// An `action` of a statement.
#[derive(Debug, Default)]
pub struct PolicyAction {
    /// `remove-community`: the filter whose communities go.
    pub filter: Option<Name>,
    /// `set-community`: the communities that the route gets; `none` has no communities.
    pub communities: IndexSet<Name>,
    /// `set-community`: whether the route keeps those that it has.
    pub additive: bool,
    /// `call`: the policy that is executed.
    pub policy: Option<Name>,
}
