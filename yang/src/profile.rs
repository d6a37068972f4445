//! The profile that an operator configures. Its content becomes `config.json` on the router.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::community::Community;
use crate::name::{ApplicationName, ProfileName};
use crate::quoted::Quoted;
use crate::ranged::Ranged;
use crate::serde_as_text::serde_as_text;

/// Seconds between two runs of the module; SSR calls it `duration`.
pub type RefreshInterval = Ranged<10, 3600, 60>;

/// Seconds for which the last good prefixes stay in use while the routing engine gives no answer.
pub type StalePathTime = Ranged<0, 86400, 300>;

/// How many prefixes of all applications together the module may write to its output file.
pub type MaxPrefixes = Ranged<0, { u32::MAX }, 100_000>;

/// A `bgp-community-services-profile` of the authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name, which is the key of the list.
    pub name: ProfileName,
    /// The other leaves, and the applications.
    pub configuration: ModuleConfiguration,
}

/// The leaves of a profile: a row for each, in the order of the YANG module.
macro_rules! profile_leaves {
    ($($(#[$doc:meta])+ $leaf:ident = $name:literal,)+) => {
        /// A leaf that a profile has beside its name and its applications. Each of them is a field of
        /// [`ModuleConfiguration`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProfileLeaf {
            $($(#[$doc])+ $leaf,)+
        }

        impl ProfileLeaf {
            /// Every leaf.
            pub const ALL: &[Self] = &[$(Self::$leaf),+];

            /// The name in the YANG module.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$leaf => $name,)+
                }
            }
        }
    };
}

profile_leaves! {
    /// [`ModuleConfiguration::duration`].
    RefreshInterval = "refresh-interval",
    /// [`ModuleConfiguration::path_selection`].
    PathSelection = "path-selection",
    /// [`ModuleConfiguration::stale_path_time`].
    StalePathTime = "stale-path-time",
    /// [`ModuleConfiguration::max_prefixes`].
    MaxPrefixes = "max-prefixes",
    /// [`ModuleConfiguration::aggregate_prefixes`].
    AggregatePrefixes = "aggregate-prefixes",
    /// [`ModuleConfiguration::update_mode`].
    UpdateMode = "update-mode",
}

/// The router's `config.json`, and the `config` of its pillar: a profile without its name, and what else the module
/// has to know from the authority.
///
/// An absent key has the default of the YANG module, and an unknown key is ignored: during an upgrade the configuration
/// and the module that reads it can be of different versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", expecting = "an object with applications")]
pub struct ModuleConfiguration {
    /// The applications, in the operator's order.
    #[serde(deserialize_with = "list")]
    pub applications: Vec<Application>,
    /// The `refresh-interval` of the profile, in seconds; SSR calls it `duration`.
    #[serde(default)]
    pub duration: RefreshInterval,
    /// Which paths of a prefix can bring it into an application.
    #[serde(default)]
    pub path_selection: PathSelection,
    /// How long the last good prefixes stay in use while the routing engine gives no answer, in seconds.
    #[serde(default)]
    pub stale_path_time: StalePathTime,
    /// How many prefixes of all applications together the module may write.
    #[serde(default)]
    pub max_prefixes: MaxPrefixes,
    /// Whether adjacent and overlapping prefixes of one application are merged.
    #[serde(default)]
    pub aggregate_prefixes: bool,
    /// Whether SSR runs the module at intervals, or systemd runs it as a service.
    #[serde(default)]
    pub update_mode: UpdateMode,
    /// Whether the router has two nodes, on one of which the routing engine is active. This is not a leaf of the
    /// profile: it follows from the router's nodes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub high_availability: bool,
}

/// An application and the communities that select its prefixes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", expecting = "an object with application-name and bgp-community")]
pub struct Application {
    /// The name, which is the key of the list.
    pub application_name: ApplicationName,
    /// The communities, at least one, in the operator's order. A prefix that carries any of them belongs to the
    /// application.
    #[serde(deserialize_with = "list")]
    pub bgp_community: Vec<Community>,
}

/// Reads a list. If the value is something else, the error says that a list was expected.
fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct List<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut values = Vec::new();
            while let Some(value) = list.next_element()? {
                values.push(value);
            }
            Ok(values)
        }
    }

    deserializer.deserialize_seq(List(PhantomData))
}

/// A type for a YANG enumeration. Each value has its word; the first one is the default.
macro_rules! enumeration {
    ($(#[$doc:meta])+ $name:ident { $(#[$default_doc:meta])+ $default:ident = $default_word:literal,
        $($(#[$value_doc:meta])+ $value:ident = $word:literal,)* }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub enum $name {
            $(#[$default_doc])+
            #[default]
            $default,
            $($(#[$value_doc])+ $value,)*
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[Self::$default, $(Self::$value),*];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    Self::$default => $default_word,
                    $(Self::$value => $word,)*
                })
            }
        }

        impl FromStr for $name {
            type Err = EnumerationError;

            fn from_str(text: &str) -> Result<Self, EnumerationError> {
                let named = Self::ALL.iter().find(|value| value.to_string() == text);
                named.copied().ok_or_else(|| EnumerationError {
                    text: text.to_owned(),
                    words: concat!($default_word, $(", ", $word),*),
                })
            }
        }

        serde_as_text!($name);
    };
}

enumeration! {
    /// Which paths of a prefix can bring it into an application.
    PathSelection {
        /// A prefix counts when any of its valid paths carries the community.
        Any = "any",
        /// A prefix counts only when its best path carries the community.
        Best = "best",
    }
}

enumeration! {
    /// How the module learns that routes have changed.
    UpdateMode {
        /// SSR runs the module at intervals.
        Poll = "poll",
        /// The module runs as a service that follows the routes.
        Watch = "watch",
    }
}

/// A text that is not a value of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not one of: {words}", Quoted(.text))]
pub struct EnumerationError {
    text: String,
    words: &'static str,
}
