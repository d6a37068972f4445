//! The tree itself, a node per line.

use bgpcs::{ApplicationLeaf, ProfileLeaf};

use super::{Branch, Leaf, SchemaNode};

const AUTHORITY_CONFIG: &str = "http://128technology.com/t128/config/authority-config";
const SYSTEM_CONFIG: &str = "http://128technology.com/t128/config/system-config";
const SERVICE_CONFIG: &str = "http://128technology.com/t128/config/service-config";
const ROUTING_CONFIG: &str = "http://128technology.com/t128/config/routing-config";
const BGP_CONFIG: &str = "http://128technology.com/t128/config/bgp-config";
const POLICY_CONFIG: &str = "http://128technology.com/t128/config/routing-policy-config";
pub(crate) const PLUGIN_CONFIG: &str = "http://128technology.com/t128/config/bgp-community-services-config";

/// The name of the plugin's list of profiles, and of its leaf in a router.
pub(crate) const PROFILE: &str = "bgp-community-services-profile";

/// The root of the tree.
pub static AUTHORITY: SchemaNode = SchemaNode::container(
    Branch::Authority,
    "authority",
    AUTHORITY_CONFIG,
    &[
        SchemaNode::list(Branch::Profile, PROFILE, PLUGIN_CONFIG, PROFILE_NODES),
        SchemaNode::list(Branch::Router, "router", AUTHORITY_CONFIG, ROUTER_NODES),
        SchemaNode::list(
            Branch::Service,
            "service",
            SERVICE_CONFIG,
            &[
                SchemaNode::leaf(Leaf::ServiceName, "name", SERVICE_CONFIG),
                SchemaNode::leaf_list(Leaf::ServiceApplicationName, "application-name", SERVICE_CONFIG),
                SchemaNode::leaf(Leaf::ServiceEnabled, "enabled", SERVICE_CONFIG),
                SchemaNode::list(
                    Branch::AppliesTo,
                    "applies-to",
                    SERVICE_CONFIG,
                    &[
                        SchemaNode::leaf(Leaf::AppliesToType, "type", SERVICE_CONFIG),
                        SchemaNode::leaf_list(Leaf::AppliesToName, "router-name", SERVICE_CONFIG),
                        SchemaNode::leaf_list(Leaf::AppliesToName, "group-name", SERVICE_CONFIG),
                    ],
                ),
            ],
        ),
        SchemaNode::container(Branch::Between, "routing", POLICY_CONFIG, POLICY_NODES),
    ],
);

const PROFILE_NODES: &[SchemaNode] = &profile_nodes();

/// The key and the applications of a profile, then its leaves.
const fn profile_nodes() -> [SchemaNode; 2 + ProfileLeaf::ALL.len()] {
    let mut nodes = [SchemaNode::leaf(Leaf::ProfileName, "name", PLUGIN_CONFIG); 2 + ProfileLeaf::ALL.len()];
    nodes[1] = SchemaNode::list(Branch::Application, "application", PLUGIN_CONFIG, APPLICATION_NODES);
    let mut index = 0;
    while index < ProfileLeaf::ALL.len() {
        let leaf = ProfileLeaf::ALL[index];
        nodes[2 + index] = SchemaNode::leaf(Leaf::Profile(leaf), leaf.name(), PLUGIN_CONFIG);
        index += 1;
    }
    nodes
}

const APPLICATION_NODES: &[SchemaNode] = &application_nodes();

/// The key and the communities of an application, then its leaves.
const fn application_nodes() -> [SchemaNode; 2 + ApplicationLeaf::ALL.len()] {
    let key = SchemaNode::leaf(Leaf::ApplicationName, "application-name", PLUGIN_CONFIG);
    let mut nodes = [key; 2 + ApplicationLeaf::ALL.len()];
    nodes[1] = SchemaNode::leaf_list(Leaf::BgpCommunity, "bgp-community", PLUGIN_CONFIG);
    let mut index = 0;
    while index < ApplicationLeaf::ALL.len() {
        let leaf = ApplicationLeaf::ALL[index];
        nodes[2 + index] = match leaf {
            ApplicationLeaf::Description => {
                SchemaNode::leaf(Leaf::Application(leaf), leaf.name(), PLUGIN_CONFIG)
            }
            ApplicationLeaf::Vrf | ApplicationLeaf::Within => {
                SchemaNode::leaf_list(Leaf::Application(leaf), leaf.name(), PLUGIN_CONFIG)
            }
        };
        index += 1;
    }
    nodes
}

const ROUTER_NODES: &[SchemaNode] = &[
    SchemaNode::leaf(Leaf::RouterName, "name", AUTHORITY_CONFIG),
    SchemaNode::leaf(Leaf::RouterProfile, PROFILE, PLUGIN_CONFIG),
    SchemaNode::leaf_list(Leaf::RouterGroup, "router-group", AUTHORITY_CONFIG),
    SchemaNode::list(
        Branch::Node,
        "node",
        SYSTEM_CONFIG,
        &[
            SchemaNode::leaf(Leaf::NodeName, "name", SYSTEM_CONFIG),
            SchemaNode::leaf(Leaf::AssetId, "asset-id", SYSTEM_CONFIG),
        ],
    ),
    SchemaNode::container(
        Branch::ApplicationIdentification,
        "application-identification",
        AUTHORITY_CONFIG,
        &[SchemaNode::leaf_list(Leaf::Mode, "mode", AUTHORITY_CONFIG)],
    ),
    SchemaNode::list(
        Branch::Routing,
        "routing",
        ROUTING_CONFIG,
        &[
            SchemaNode::leaf(Leaf::Between, "type", ROUTING_CONFIG),
            ROUTING_PROTOCOL,
            SchemaNode::list(
                Branch::Between,
                "vrf",
                ROUTING_CONFIG,
                &[SchemaNode::leaf(Leaf::RouterVrf, "name", ROUTING_CONFIG), ROUTING_PROTOCOL],
            ),
        ],
    ),
];

/// In the default routing instance, and in newer releases in a VRF.
const ROUTING_PROTOCOL: SchemaNode = SchemaNode::list(
    Branch::Between,
    "routing-protocol",
    ROUTING_CONFIG,
    &[
        SchemaNode::leaf(Leaf::Between, "type", ROUTING_CONFIG),
        SchemaNode::list(
            Branch::Neighbor,
            "neighbor",
            BGP_CONFIG,
            &[
                SchemaNode::leaf(Leaf::NeighborAddress, "neighbor-address", BGP_CONFIG),
                NEIGHBOR_POLICY,
                INBOUND_POLICY,
                SchemaNode::list(
                    Branch::Between,
                    "address-family",
                    BGP_CONFIG,
                    &[
                        SchemaNode::leaf(Leaf::Between, "afi-safi", BGP_CONFIG),
                        NEIGHBOR_POLICY,
                        INBOUND_POLICY,
                    ],
                ),
            ],
        ),
    ],
);

/// In a neighbor, and in newer releases in each of its address families.
const NEIGHBOR_POLICY: SchemaNode =
    SchemaNode::container(Branch::Between, "neighbor-policy", BGP_CONFIG, &[INBOUND_POLICY]);

const INBOUND_POLICY: SchemaNode = SchemaNode::leaf(Leaf::InboundPolicy, "inbound-policy", BGP_CONFIG);

const POLICY_NODES: &[SchemaNode] = &[
    SchemaNode::list(
        Branch::Filter,
        "filter",
        POLICY_CONFIG,
        &[
            SchemaNode::leaf(Leaf::FilterName, "name", POLICY_CONFIG),
            SchemaNode::list(
                Branch::Rule,
                "rule",
                POLICY_CONFIG,
                &[
                    SchemaNode::leaf(Leaf::RuleName, "name", POLICY_CONFIG),
                    SchemaNode::leaf(Leaf::RuleDecision, "filter", POLICY_CONFIG),
                    SchemaNode::leaf(Leaf::RuleCommunity, "community", POLICY_CONFIG),
                ],
            ),
        ],
    ),
    SchemaNode::list(
        Branch::Policy,
        "policy",
        POLICY_CONFIG,
        &[
            SchemaNode::leaf(Leaf::PolicyName, "name", POLICY_CONFIG),
            SchemaNode::list(Branch::Statement, "statement", POLICY_CONFIG, STATEMENT_NODES),
        ],
    ),
];

const STATEMENT_NODES: &[SchemaNode] = &[
    SchemaNode::leaf(Leaf::StatementName, "name", POLICY_CONFIG),
    SchemaNode::leaf(Leaf::StatementDecision, "policy", POLICY_CONFIG),
    SchemaNode::list(
        Branch::Condition,
        "condition",
        POLICY_CONFIG,
        &[SchemaNode::leaf(Leaf::ConditionType, "type", POLICY_CONFIG)],
    ),
    SchemaNode::list(
        Branch::Action,
        "action",
        POLICY_CONFIG,
        &[
            SchemaNode::leaf(Leaf::ActionType, "type", POLICY_CONFIG),
            SchemaNode::leaf(Leaf::ActionFilter, "community-filter", POLICY_CONFIG),
            SchemaNode::leaf_list(Leaf::ActionCommunity, "community-attribute", POLICY_CONFIG),
            SchemaNode::empty(Leaf::ActionAdditive, "additive", POLICY_CONFIG),
            SchemaNode::leaf(Leaf::ActionPolicy, "policy", POLICY_CONFIG),
        ],
    ),
];
