//! What an operator configures: the profile, whose content is the router's `config.json`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::serde_as_text;
use crate::{ApplicationName, Community, ProfileName, Quoted, Ranged};

/// Seconds between two runs of the module, which SSR calls `duration`.
pub type RefreshInterval = Ranged<10, 3600, 60>;

/// Seconds for which the last good prefixes stay when the routing engine gives no answer.
pub type StalePathTime = Ranged<0, 86400, 300>;

/// How many prefixes the module may put into the file, over all applications.
pub type MaxPrefixes = Ranged<0, { u32::MAX }, 100_000>;

/// A `bgp-community-services-profile` of the authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The key of the list.
    pub name: ProfileName,
    /// Everything else.
    pub configuration: ModuleConfiguration,
}

/// The router's `config.json`, and the pillar's `config`: a profile without its name.
///
/// Keys that are absent have the YANG module's defaults, and unknown keys are ignored: for a moment of every upgrade
/// the configuration and the module that reads it come from different versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ModuleConfiguration {
    /// In the operator's order.
    pub applications: Vec<Application>,
    /// The profile's `refresh-interval`, in seconds, by the name that SSR gives it.
    #[serde(default)]
    pub duration: RefreshInterval,
    /// Which paths of a prefix count.
    #[serde(default)]
    pub path_selection: PathSelection,
    /// In seconds.
    #[serde(default)]
    pub stale_path_time: StalePathTime,
    /// Over all applications.
    #[serde(default)]
    pub max_prefixes: MaxPrefixes,
    /// Whether neighbouring prefixes of one application are merged.
    #[serde(default)]
    pub aggregate_prefixes: bool,
}

/// An application and the communities that select its prefixes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Application {
    /// The key of the list.
    pub application_name: ApplicationName,
    /// At least one, in the operator's order; a prefix that carries any of them belongs to the application.
    pub bgp_community: Vec<Community>,
}

/// Which paths of a prefix may bring it into an application.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PathSelection {
    /// A prefix counts when any of its valid paths carries the community.
    #[default]
    Any,
    /// A prefix counts only when its best path carries the community.
    Best,
}

impl fmt::Display for PathSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any",
            Self::Best => "best",
        })
    }
}

impl FromStr for PathSelection {
    type Err = PathSelectionError;

    fn from_str(text: &str) -> Result<Self, PathSelectionError> {
        [Self::Any, Self::Best]
            .into_iter()
            .find(|selection| selection.to_string() == text)
            .ok_or_else(|| PathSelectionError { text: text.to_owned() })
    }
}

serde_as_text!(PathSelection);

/// A value that is no path selection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not one of: any, best", Quoted(.text))]
pub struct PathSelectionError {
    text: String,
}
