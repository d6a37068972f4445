//! How many prefixes each community brought.

use bgpcs::Community;
use serde::{Deserialize, Serialize};

use crate::instance::Instance;

/// How many prefixes a community brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunityCount {
    /// As the operator wrote it first.
    pub community: Community,
    /// Among whose routes.
    #[serde(default, rename = "vrf", skip_serializing_if = "Instance::is_default")]
    pub instance: Instance,
    /// IPv4 prefixes.
    pub ipv4: u64,
    /// IPv6 prefixes.
    pub ipv6: u64,
}
