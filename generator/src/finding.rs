//! A finding: something in a configuration that does not work, or may not be meant.

use std::fmt;

use bgpcs::Quoted;
use bgpcs_display::listed;
use serde::{Serialize, Serializer};

use crate::authority::{Name, Names};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Something that the operator configured does not work.
    Error,
    /// Something may not be what the operator intends.
    Warning,
    /// Something that the operator should know.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// The kinds of findings. Other programs tell them apart by the word, which never changes.
macro_rules! codes {
    ($($(#[$doc:meta])+ $code:ident = $word:literal,)+) => {
        /// What kind of finding it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(into = "&'static str")]
        pub enum Code {
            $($(#[$doc])+ $code,)+
        }

        impl Code {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// In kebab-case.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$code => $word,)+
                }
            }
        }
    };
}

codes! {
    /// An application with the name of one that SSR has itself.
    ApplicationNameBuiltIn = "application-name-built-in",
    /// A service whose `application-name` is nearly that of an application.
    ApplicationNameNearMiss = "application-name-near-miss",
    /// An application that no service names, or none that applies to the router and is enabled.
    ApplicationWithoutService = "application-without-service",
    /// An asset id that cannot be a file name.
    AssetIdInvalid = "asset-id-invalid",
    /// A node without an asset id.
    AssetIdMissing = "asset-id-missing",
    /// An asset id of several nodes.
    AssetIdShared = "asset-id-shared",
    /// A profile lists a community more than once.
    CommunityTwice = "community-twice",
    /// An entry of a list without its key.
    EntryWithoutKey = "entry-without-key",
    /// A filter whose regular expression cannot be checked.
    FilterNotUnderstood = "filter-not-understood",
    /// A leaf of a profile or an application that this release does not know.
    LeafUnknown = "leaf-unknown",
    /// A leaf that a release of the plugin does not know.
    LeafUnknownToRelease = "leaf-unknown-to-release",
    /// A router that does not run the module.
    ModeModuleMissing = "mode-module-missing",
    /// A policy that removes communities which a profile needs.
    PolicyStripsCommunity = "policy-strips-community",
    /// A profile has a value that is not allowed.
    ProfileInvalid = "profile-invalid",
    /// A profile is assigned and not defined.
    ProfileUndefined = "profile-undefined",
    /// A profile is defined and not assigned.
    ProfileUnused = "profile-unused",
    /// A router with a profile and without nodes.
    RouterWithoutNodes = "router-without-nodes",
    /// A profile whose last good prefixes are too old as soon as they are needed.
    StalePathTimeShort = "stale-path-time-short",
    /// A VRF of an application that no router with its profile has.
    VrfNotConfigured = "vrf-not-configured",
    /// An application that depends on a well-known community.
    WellKnownCommunity = "well-known-community",
    /// An application whose `within` leaves out all prefixes of a family.
    WithinExcludesFamily = "within-excludes-family",
}

impl From<Code> for &'static str {
    fn from(code: Code) -> Self {
        code.name()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What was found, with every place: the same problem on a thousand routers is one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Its kind.
    pub code: Code,
    /// What was found, without the places.
    pub message: String,
    /// What the operator can do.
    pub advice: String,
    /// Where it was found, in the configuration's order; empty if it belongs to no router.
    pub places: Vec<Place>,
}

/// A place in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The router.
    pub router: Name,
    /// One of its nodes.
    pub node: Option<Name>,
    /// One of its BGP neighbors.
    pub neighbor: Option<Name>,
}

impl Place {
    /// A router as a whole.
    pub fn router(router: Name) -> Self {
        Self { router, node: None, neighbor: None }
    }

    fn text(&self, names: &Names) -> String {
        let Self { router, node, neighbor } = self;
        let parts = [("router", Some(router)), ("node", node.as_ref()), ("neighbor", neighbor.as_ref())];
        let parts = parts.iter().filter_map(|(kind, name)| Some((kind, (*name)?)));
        parts
            .map(|(kind, name)| format!("{kind} {}", Quoted(names.text(*name))))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn is_whole_router(&self) -> bool {
        let Self { router: _, node, neighbor } = self;
        node.is_none() && neighbor.is_none()
    }

    /// A node of a router.
    pub fn node(router: Name, node: Name) -> Self {
        Self { router, node: Some(node), neighbor: None }
    }

    /// A BGP neighbor of a router.
    pub fn neighbor(router: Name, neighbor: Name) -> Self {
        Self { router, node: None, neighbor: Some(neighbor) }
    }
}

/// How many places a line of text names; it only counts the others.
const PLACES_SHOWN: usize = 5;

impl Finding {
    /// The finding with the names of its places: as text one line, as JSON all places.
    pub fn named<'a>(&'a self, names: &'a Names) -> NamedFinding<'a> {
        NamedFinding { finding: self, names }
    }
}

/// A finding and the names of its places.
#[derive(Debug, Clone, Copy)]
pub struct NamedFinding<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// The names of the authority.
    pub names: &'a Names,
}

impl fmt::Display for NamedFinding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { severity, code, message, advice, places } = self.finding;
        write!(f, "{severity} {code}: ")?;
        let whole = places.len() > 1 && places.iter().take(PLACES_SHOWN).all(Place::is_whole_router);
        if whole {
            let routers = places.iter().map(|place| Quoted(self.names.text(place.router)));
            write!(f, "routers {}", listed(routers, PLACES_SHOWN))?;
        } else {
            f.write_str(&listed(places.iter().map(|place| place.text(self.names)), PLACES_SHOWN))?;
        }
        let colon = if places.is_empty() { "" } else { ": " };
        write!(f, "{colon}{message}; {advice}")
    }
}

#[derive(Serialize)]
struct ReportedFinding<'a> {
    severity: Severity,
    code: Code,
    message: &'a str,
    advice: &'a str,
    places: Vec<ReportedPlace<'a>>,
}

#[derive(Serialize)]
struct ReportedPlace<'a> {
    router: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    neighbor: Option<&'a str>,
}

impl Serialize for NamedFinding<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Finding { severity, code, message, advice, places } = self.finding;
        let places = places.iter().map(|place| ReportedPlace::of(*place, self.names)).collect();
        ReportedFinding { severity: *severity, code: *code, message, advice, places }.serialize(serializer)
    }
}

impl<'a> ReportedPlace<'a> {
    fn of(place: Place, names: &'a Names) -> Self {
        Self {
            router: names.text(place.router),
            node: place.node.map(|name| names.text(name)),
            neighbor: place.neighbor.map(|name| names.text(name)),
        }
    }
}
