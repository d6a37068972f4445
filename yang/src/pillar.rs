//! What the generator hands to Salt for one node.

use serde::{Deserialize, Serialize};

use crate::VERSION;
use crate::name::ProfileName;
use crate::profile::ModuleConfiguration;

/// The one top key of a node's pillar; the states ask for it to know whether the node has a profile.
pub const PILLAR_KEY: &str = crate::PLUGIN;

/// A whole pillar file: one top key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PillarDocument {
    /// Under [`PILLAR_KEY`].
    #[serde(rename = "bgp-community-services")]
    pub pillar: Pillar,
}

/// The plugin's pillar for one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pillar {
    /// The router's name.
    pub router: String,
    /// The node's name within the router.
    pub node: String,
    /// The profile that the router has.
    pub profile: ProfileName,
    /// What Salt installs.
    pub package: Package,
    /// What Salt writes to the router as `config.json`, unchanged.
    pub config: ModuleConfiguration,
}

/// A package by name and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// RPM name.
    pub name: String,
    /// `VERSION-RELEASE` without the distribution's tag (`4.1.0-1`); the states add the tag of the node's own
    /// distribution, since one conductor serves Oracle Linux 7 and 9 at once.
    pub version: String,
}

impl Package {
    /// The router package that belongs to this conductor package.
    pub fn router() -> Self {
        Self { name: crate::ROUTER_PACKAGE.to_owned(), version: format!("{VERSION}-{}", crate::RELEASE) }
    }
}
