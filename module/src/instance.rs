//! The instances of BGP on a router, one for each VRF, and their tables.

use std::fmt;

use bgpcs::{Application, VrfName};
use serde::{Deserialize, Serialize, Serializer};

use crate::prefix::Family;

/// An instance of BGP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(from = "VrfName")]
pub enum Instance {
    /// That of no VRF.
    #[default]
    Default,
    /// That of a VRF, whose name is not [`DEFAULT`].
    Vrf(VrfName),
}

/// The name of the default instance among those of VRFs.
const DEFAULT: &str = "default";

impl From<VrfName> for Instance {
    fn from(name: VrfName) -> Self {
        if name.as_str() == DEFAULT { Self::Default } else { Self::Vrf(name) }
    }
}

impl Instance {
    /// The instances whose routes count for an application, each once, in the operator's order.
    pub fn of(application: &Application) -> Vec<Self> {
        let mut instances: Vec<Self> = Vec::new();
        for instance in application.vrf.iter().cloned().map(Self::from) {
            if !instances.contains(&instance) {
                instances.push(instance);
            }
        }
        if instances.is_empty() { vec![Self::Default] } else { instances }
    }

    /// The VRF; none for the default instance.
    pub fn vrf(&self) -> Option<&VrfName> {
        match self {
            Self::Default => None,
            Self::Vrf(name) => Some(name),
        }
    }

    /// Whether it is the default instance, which files do not name.
    pub fn is_default(&self) -> bool {
        *self == Self::Default
    }

    /// The end of a sentence about what is in this instance: ` in vrf red`; empty for the default instance.
    pub fn phrase(&self) -> String {
        self.vrf().map_or_else(String::new, |name| format!(" in vrf {name}"))
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.vrf().map_or(DEFAULT, VrfName::as_str))
    }
}

impl Serialize for Instance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A table of routes: those of a family in an instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Table {
    /// Whose.
    #[serde(default, rename = "vrf", skip_serializing_if = "Instance::is_default")]
    pub instance: Instance,
    /// Of which family.
    pub family: Family,
}

impl Table {
    /// The tables of an instance, in the order in which they are queried.
    pub fn all_of(instance: &Instance) -> [Self; 2] {
        Family::ALL.map(|family| Self { instance: instance.clone(), family })
    }
}
