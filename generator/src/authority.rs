//! What the generator holds of an authority: its profiles as they were written, and its routers, compactly.

use std::mem::take;

use indexmap::IndexMap;

use crate::names::{Name, Names};
use crate::read::Sink;
use crate::schema::{Element, Node as SchemaNode};

/// An authority, gathered from a stream.
///
/// Entries of a list that come in several parts are one entry: the parts' leaves add up, a later value of a leaf
/// replaces an earlier one, and entries keep the order in which they came first.
#[derive(Debug, Default)]
pub struct Authority {
    /// The texts that everything below refers to.
    pub names: Names,
    /// By name.
    pub profiles: IndexMap<Name, Profile>,
    /// By name; also those without a profile, which a later part may give them.
    pub routers: IndexMap<Name, Router>,
    /// The lists with entries that have no key; those entries are left out.
    pub keyless: Vec<&'static str>,
    open: Open,
}

/// A `bgp-community-services-profile` as it was written, not yet checked.
#[derive(Debug, Default)]
pub struct Profile {
    /// By name, in the operator's order.
    pub applications: IndexMap<Name, Application>,
    /// The profile's own leaves.
    pub settings: IndexMap<Element, Name>,
}

/// An `application` of a profile.
#[derive(Debug, Default)]
pub struct Application {
    /// In the operator's order, each once.
    pub communities: Vec<Name>,
}

/// A `router`.
#[derive(Debug, Default)]
pub struct Router {
    /// The profile that the router has.
    pub profile: Option<Name>,
    /// In the order of the configuration.
    pub nodes: Vec<Node>,
}

/// A `node` of a router.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// Within the router.
    pub name: Name,
    /// As configured, valid or not.
    pub asset_id: Option<Name>,
}

/// The entries that have begun and not ended, with their keys once those are known.
#[derive(Debug, Default)]
struct Open {
    profile: (Option<Name>, Profile),
    application: (Option<Name>, Application),
    router: (Option<Name>, Router),
    node: (Option<Name>, Option<Name>),
}

impl Sink for Authority {
    fn enter(&mut self, node: &'static SchemaNode) {
        match node.element {
            Element::Profile => self.open.profile = Default::default(),
            Element::Application => self.open.application = Default::default(),
            Element::Router => self.open.router = Default::default(),
            Element::Node => self.open.node = Default::default(),
            _ => {}
        }
    }

    fn leaf(&mut self, node: &'static SchemaNode, text: &str) {
        let name = self.names.add(text);
        let Open { profile, application, router, node: node_entry } = &mut self.open;
        match node.element {
            Element::ProfileName => profile.0 = Some(name),
            Element::ApplicationName => application.0 = Some(name),
            Element::BgpCommunity => application.1.add(name),
            Element::RouterName => router.0 = Some(name),
            Element::RouterProfile => router.1.profile = Some(name),
            Element::NodeName => node_entry.0 = Some(name),
            Element::AssetId => node_entry.1 = Some(name),
            Element::RefreshInterval
            | Element::PathSelection
            | Element::StalePathTime
            | Element::MaxPrefixes
            | Element::AggregatePrefixes => {
                profile.1.settings.insert(node.element, name);
            }
            _ => {}
        }
    }

    fn leave(&mut self, node: &'static SchemaNode) {
        let key = match node.element {
            Element::Profile => self.open.profile.0,
            Element::Application => self.open.application.0,
            Element::Router => self.open.router.0,
            Element::Node => self.open.node.0,
            _ => return,
        };
        let Some(key) = key else { return self.keyless.push(node.name) };
        let open = &mut self.open;
        match node.element {
            Element::Profile => self.profiles.entry(key).or_default().merge(take(&mut open.profile.1)),
            Element::Application => open.profile.1.merge_application(key, take(&mut open.application.1)),
            Element::Router => self.routers.entry(key).or_default().merge(take(&mut open.router.1)),
            _ => open.router.1.merge_node(Node { name: key, asset_id: open.node.1 }),
        }
    }
}

impl Profile {
    fn merge_application(&mut self, name: Name, part: Application) {
        let application = self.applications.entry(name).or_default();
        part.communities.into_iter().for_each(|community| application.add(community));
    }

    fn merge(&mut self, part: Self) {
        for (name, application) in part.applications {
            self.merge_application(name, application);
        }
        self.settings.extend(part.settings);
    }
}

impl Application {
    fn add(&mut self, community: Name) {
        if !self.communities.contains(&community) {
            self.communities.push(community);
        }
    }
}

impl Router {
    fn merge_node(&mut self, part: Node) {
        match self.nodes.iter_mut().find(|node| node.name == part.name) {
            Some(node) => node.asset_id = part.asset_id.or(node.asset_id),
            None => self.nodes.push(part),
        }
    }

    fn merge(&mut self, part: Self) {
        self.profile = part.profile.or(self.profile);
        if self.nodes.is_empty() {
            self.nodes = part.nodes;
        } else {
            part.nodes.into_iter().for_each(|node| self.merge_node(node));
        }
    }
}
