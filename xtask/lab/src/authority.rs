//! The configuration of the lab's authority.

use std::collections::BTreeMap;

use bgpcs::{Application, Community, ModuleConfiguration, Profile};
use serde_json::{Value, json};

use crate::salt::Minion;

/// A node of the lab's routers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// The router that it belongs to.
    pub router: &'static str,
    /// Its name in that router.
    pub name: &'static str,
    /// Its asset id, which is the id of its Salt minion.
    pub asset_id: &'static str,
    /// The release of Oracle Linux that the node imitates.
    pub release: u8,
    /// Whether systemd runs on it, which the service needs.
    pub has_systemd: bool,
    /// The Salt on it.
    pub minion: Minion,
}

/// An HA pair, a single node, and a single node of an older release.
pub const NODES: [Node; 4] = [
    Node { name: "node1", asset_id: "Router 1.Node-A", ..NODE },
    Node { name: "node2", asset_id: "Router 1.Node-B", ..NODE },
    Node { router: "router2", asset_id: "router2-node1", ..NODE },
    Node { router: "router3", asset_id: "ROUTER3.el7", release: 7, has_systemd: false, ..NODE },
];

/// What most nodes of the lab are; its asset id is to be replaced.
pub const NODE: Node = Node {
    router: "router1",
    name: "node1",
    asset_id: "",
    release: 9,
    has_systemd: true,
    minion: Minion::USUAL,
};

/// The part of the authority's configuration that the plugin reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The nodes of all routers.
    pub nodes: Vec<Node>,
    /// In the operator's order.
    pub profiles: Vec<Profile>,
    /// Router to profile; routers without one are absent.
    pub assigned: BTreeMap<&'static str, &'static str>,
}

impl Authority {
    /// The authority with which every scenario starts: the HA pair and the node of the older release have one profile,
    /// the single node has another.
    pub fn sample() -> Self {
        let o365 = [
            ("ExchangeOnline", &["12076:5010"] as &[_]),
            ("SharePointOnline", &["12076:5020"]),
            ("OtherO365", &["12076:5100", "no-export"]),
        ];
        let voice = [("Voice", &["64512:30", "64496:1:2"] as &[_])];
        Self {
            nodes: NODES.to_vec(),
            profiles: vec![profile("O365", &o365), profile("Voice", &voice)],
            assigned: BTreeMap::from([("router1", "O365"), ("router2", "Voice"), ("router3", "O365")]),
        }
    }

    /// The configuration of the profile with this name, for changes.
    pub fn profile_mut(&mut self, name: &str) -> Option<&mut ModuleConfiguration> {
        self.profiles
            .iter_mut()
            .find(|profile| profile.name.as_str() == name)
            .map(|found| &mut found.configuration)
    }

    /// The configuration of the nodes of a router; none if the router has no profile.
    pub fn configuration(&self, router: &str) -> Option<ModuleConfiguration> {
        let name = self.assigned.get(router)?;
        let profile = self.profiles.iter().find(|profile| profile.name.as_str() == *name)?;
        let high_availability = self.nodes.iter().filter(|node| node.router == router).count() > 1;
        Some(ModuleConfiguration { high_availability, ..profile.configuration.clone() })
    }

    /// The running configuration as a commit writes it to the conductor's disk.
    pub fn running_configuration(&self) -> Value {
        let mut routers: BTreeMap<&str, Value> = BTreeMap::new();
        for node in &self.nodes {
            let router =
                routers.entry(node.router).or_insert_with(|| json!({"name": node.router, "node": []}));
            if let Some(profile) = self.assigned.get(node.router) {
                router["bgpCommunityServicesProfile"] = json!(profile);
            }
            if let Some(nodes) = router["node"].as_array_mut() {
                nodes.push(json!({"name": node.name, "assetId": node.asset_id}));
            }
        }
        let profiles: Vec<Value> = self.profiles.iter().map(profile_in_camel_case).collect();
        let routers: Vec<Value> = routers.into_values().collect();
        json!({"config": {"authority": {"bgpCommunityServicesProfile": profiles, "router": routers}}})
    }
}

/// An application of the profile.
pub fn application(name: &str, communities: &[&str]) -> Application {
    let parse = |text: &&str| text.parse::<Community>();
    let communities: Result<_, _> = communities.iter().map(parse).collect();
    Application::new(
        name.parse().expect("the lab's application names are not empty"),
        communities.expect("the lab's communities are communities"),
    )
}

fn profile(name: &str, applications: &[(&str, &[&str])]) -> Profile {
    Profile {
        name: name.parse().expect("the lab's profile names are names"),
        configuration: ModuleConfiguration {
            applications: applications
                .iter()
                .map(|(name, communities)| application(name, communities))
                .collect(),
            duration: Default::default(),
            path_selection: Default::default(),
            stale_path_time: Default::default(),
            max_prefixes: Default::default(),
            aggregate_prefixes: false,
            update_mode: Default::default(),
            shortest_ipv4_prefix: Default::default(),
            shortest_ipv6_prefix: Default::default(),
            largest_loss: Default::default(),
            high_availability: false,
        },
    }
}

fn profile_in_camel_case(Profile { name, configuration }: &Profile) -> Value {
    let applications: Vec<Value> = configuration
        .applications
        .iter()
        .map(|Application { application_name, bgp_community, description, vrf, within }| {
            json!({
                "applicationName": application_name,
                "bgpCommunity": bgp_community,
                "description": description,
                "vrf": vrf,
                "within": within,
            })
        })
        .collect();
    json!({
        "name": name,
        "application": applications,
        "refreshInterval": configuration.duration,
        "pathSelection": configuration.path_selection,
        "stalePathTime": configuration.stale_path_time,
        "maxPrefixes": configuration.max_prefixes,
        "aggregatePrefixes": configuration.aggregate_prefixes,
        "updateMode": configuration.update_mode,
        "shortestIpv4Prefix": configuration.shortest_ipv4_prefix,
        "shortestIpv6Prefix": configuration.shortest_ipv6_prefix,
        "largestLoss": configuration.largest_loss,
    })
}
