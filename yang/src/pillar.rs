//! The pillar of a node: what the generator passes to Salt.

use serde::{Deserialize, Serialize};

use crate::VERSION;
use crate::name::ProfileName;
use crate::profile::ModuleConfiguration;

/// The one top key of a node's pillar. If the key is there, the node has a profile; the states check that.
pub const PILLAR_KEY: &str = crate::PLUGIN;

/// The document in a pillar file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PillarDocument {
    /// The value of [`PILLAR_KEY`].
    #[serde(rename = "bgp-community-services")]
    pub pillar: Pillar,
}

/// The pillar of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pillar {
    /// The router's name.
    pub router: String,
    /// The node's name within the router.
    pub node: String,
    /// The router's profile.
    pub profile: ProfileName,
    /// The package that Salt installs.
    pub package: Package,
    /// The content of `config.json` on the router.
    pub config: ModuleConfiguration,
}

/// A package by name and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The RPM name.
    pub name: String,
    /// `VERSION-RELEASE` without the tag of the distribution (`4.1.0-1`). The states add the tag of the node's
    /// distribution, since one conductor serves Oracle Linux 7 and 9 at the same time.
    pub version: String,
}

impl Package {
    /// The router package of the same version as this conductor package.
    pub fn router() -> Self {
        Self { name: crate::ROUTER_PACKAGE.to_owned(), version: format!("{VERSION}-{}", crate::RELEASE) }
    }
}
