//! The profile that an operator configures. Its content becomes `config.json` on the router.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::community::{Community, decimal};
use crate::ip_prefix::IpPrefix;
use crate::name::{ApplicationName, ProfileName, VrfName};
use crate::quoted::Quoted;
use crate::ranged::Ranged;
use crate::serde_as_text::serde_as_text;

/// Seconds between two runs of the module; SSR calls it `duration`.
pub type RefreshInterval = Ranged<10, 3600, 60>;

/// Seconds for which the last good prefixes stay in use while the routing engine gives no answer.
pub type StalePathTime = Ranged<0, 86400, 300>;

/// How many prefixes of all applications together the module may write to its output file.
pub type MaxPrefixes = Ranged<0, { u32::MAX }, 100_000>;

/// The shortest IPv4 prefix that is used, in bits.
pub type ShortestIpv4Prefix = Ranged<0, 32, 8>;

/// The shortest IPv6 prefix that is used, in bits.
pub type ShortestIpv6Prefix = Ranged<0, 128, 16>;

/// How many of an application's prefixes, in percent, may disappear at once; 100: all of them.
pub type LargestLoss = Ranged<1, 100, 100>;

/// A `bgp-community-services-profile` of the authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name, which is the key of the list.
    pub name: ProfileName,
    /// The other leaves, and the applications.
    pub configuration: ModuleConfiguration,
}

/// Leaves of the YANG module: a row for each, in its order, with the first release that knows it.
macro_rules! leaves {
    ($(#[$enum_doc:meta])+ $name:ident { $($(#[$doc:meta])+ $leaf:ident = $text:literal since $since:expr,)+ }) => {
        $(#[$enum_doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$doc])+ $leaf,)+
        }

        impl $name {
            /// Every leaf.
            pub const ALL: &[Self] = &[$(Self::$leaf),+];

            /// The name in the YANG module.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$leaf => $text,)+
                }
            }

            /// Whether the YANG module of a release has the leaf.
            pub fn is_known_to(self, release: Release) -> bool {
                let first: Release = match self {
                    $(Self::$leaf => $since,)+
                };
                release >= first
            }
        }
    };
}

const FIRST: Release = Release(4, 1, 0);
const SECOND: Release = Release(5, 0, 0);

leaves! {
    /// A leaf that a profile has beside its name and its applications. Each of them is a field of
    /// [`ModuleConfiguration`].
    ProfileLeaf {
        /// [`ModuleConfiguration::duration`].
        RefreshInterval = "refresh-interval" since FIRST,
        /// [`ModuleConfiguration::path_selection`].
        PathSelection = "path-selection" since FIRST,
        /// [`ModuleConfiguration::stale_path_time`].
        StalePathTime = "stale-path-time" since FIRST,
        /// [`ModuleConfiguration::max_prefixes`].
        MaxPrefixes = "max-prefixes" since FIRST,
        /// [`ModuleConfiguration::aggregate_prefixes`].
        AggregatePrefixes = "aggregate-prefixes" since FIRST,
        /// [`ModuleConfiguration::update_mode`].
        UpdateMode = "update-mode" since FIRST,
        /// [`ModuleConfiguration::shortest_ipv4_prefix`].
        ShortestIpv4Prefix = "shortest-ipv4-prefix" since SECOND,
        /// [`ModuleConfiguration::shortest_ipv6_prefix`].
        ShortestIpv6Prefix = "shortest-ipv6-prefix" since SECOND,
        /// [`ModuleConfiguration::largest_loss`].
        LargestLoss = "largest-loss" since SECOND,
    }
}

leaves! {
    /// A leaf that an application has beside its name and its communities. Each of them is a field of [`Application`].
    ApplicationLeaf {
        /// [`Application::description`].
        Description = "description" since SECOND,
        /// [`Application::vrf`], a leaf-list.
        Vrf = "vrf" since SECOND,
        /// [`Application::within`], a leaf-list.
        Within = "within" since SECOND,
    }
}

/// A release of the plugin: `4.1.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(u32, u32, u32);

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(major, minor, patch) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl FromStr for Release {
    type Err = ReleaseError;

    fn from_str(text: &str) -> Result<Self, ReleaseError> {
        let numbers: Option<Vec<u32>> = text.split('.').map(decimal).collect();
        match numbers.as_deref() {
            Some([major, minor, patch]) => Ok(Self(*major, *minor, *patch)),
            _ => Err(ReleaseError { text: text.to_owned() }),
        }
    }
}

/// A text that is not a release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a release of the plugin such as 4.1.0", Quoted(.text))]
pub struct ReleaseError {
    text: String,
}

/// The router's `config.json`, and the `config` of its pillar: a profile without its name, and what else the module
/// has to know from the authority.
///
/// An absent key has the default of the YANG module, and an unknown key is ignored: during an upgrade the configuration
/// and the module that reads it can be of different versions. The module says which keys it did not know.
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
    /// Shorter IPv4 prefixes are not used. This key and those below are only written if they say something, so that a
    /// profile without them gives the pillar of release 4.1.0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shortest_ipv4_prefix: ShortestIpv4Prefix,
    /// Shorter IPv6 prefixes are not used.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shortest_ipv6_prefix: ShortestIpv6Prefix,
    /// If more of an application's prefixes disappear at once, in percent, its last good prefixes are kept.
    #[serde(default, skip_serializing_if = "is_default")]
    pub largest_loss: LargestLoss,
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
    /// What the operator wrote about it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The VRFs in whose routes the communities are searched; empty: the default instance.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub vrf: Vec<VrfName>,
    /// Only prefixes within one of these are used; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub within: Vec<IpPrefix>,
}

impl Application {
    /// An application with nothing but a name and communities.
    pub fn new(application_name: ApplicationName, bgp_community: Vec<Community>) -> Self {
        let (vrf, within) = (Vec::new(), Vec::new());
        Self { application_name, bgp_community, description: String::new(), vrf, within }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
