//! What the generator has to say about a configuration.

use std::fmt;

use bgpcs::Quoted;
use serde::{Serialize, Serializer};

use crate::authority::{Name, Names};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Something that the operator configured does not work.
    Error,
    /// Something may be other than the operator means it.
    Warning,
    /// Something that is good to know.
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

/// The kinds of findings, each with a stable word by which other programs tell it.
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
    /// A service has nearly the name of an application.
    ApplicationNameNearMiss = "application-name-near-miss",
    /// No service takes an application's prefixes.
    ApplicationWithoutService = "application-without-service",
    /// An asset id cannot name a file.
    AssetIdInvalid = "asset-id-invalid",
    /// A node has none.
    AssetIdMissing = "asset-id-missing",
    /// Several nodes have the same.
    AssetIdShared = "asset-id-shared",
    /// A profile lists a community more than once.
    CommunityTwice = "community-twice",
    /// An entry of a list has no name.
    EntryWithoutKey = "entry-without-key",
    /// A regular expression that cannot be tried.
    FilterNotUnderstood = "filter-not-understood",
    /// SSR does not run the module.
    ModeModuleMissing = "mode-module-missing",
    /// Communities are taken away before a profile can select by them.
    PolicyStripsCommunity = "policy-strips-community",
    /// A profile has a value that is not allowed.
    ProfileInvalid = "profile-invalid",
    /// A profile is assigned and not defined.
    ProfileUndefined = "profile-undefined",
    /// A profile is defined and not assigned.
    ProfileUnused = "profile-unused",
    /// A router with a profile has none.
    RouterWithoutNodes = "router-without-nodes",
    /// The last good prefixes are too old as soon as they would be needed.
    StalePathTimeShort = "stale-path-time-short",
    /// Routers on the way may treat a well-known community in their own ways.
    WellKnownCommunity = "well-known-community",
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

/// One thing that was found, and every place where it was: what hits a thousand routers alike is one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// Of what kind it is.
    pub code: Code,
    /// What is the case, without its places.
    pub message: String,
    /// What the operator can do.
    pub advice: String,
    /// Where it is the case, in the configuration's order.
    pub places: Vec<Place>,
}

/// A place in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The router.
    pub router: Name,
    /// The node of it.
    pub node: Option<Name>,
    /// The BGP neighbor of it.
    pub neighbor: Option<Name>,
}

impl Place {
    /// A router as a whole.
    pub fn router(router: Name) -> Self {
        Self { router, node: None, neighbor: None }
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

/// How many places a line of text names before it only counts.
const PLACES_SHOWN: usize = 5;

impl Finding {
    /// The finding with its names: in one line, or as JSON in all its places.
    pub fn named<'a>(&'a self, names: &'a Names) -> NamedFinding<'a> {
        NamedFinding { finding: self, names }
    }
}

/// A finding and the names in it.
#[derive(Debug, Clone, Copy)]
pub struct NamedFinding<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// The texts of its places.
    pub names: &'a Names,
}

impl fmt::Display for NamedFinding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { severity, code, message, advice, places } = self.finding;
        write!(f, "{severity} {code}: ")?;
        for (index, place) in places.iter().take(PLACES_SHOWN).enumerate() {
            let start = if index == 0 { "" } else { ", " };
            write!(f, "{start}router {}", Quoted(self.names.text(place.router)))?;
            for (kind, name) in [("node", place.node), ("neighbor", place.neighbor)] {
                if let Some(name) = name {
                    write!(f, " {kind} {}", Quoted(self.names.text(name)))?;
                }
            }
        }
        if let Some(more @ 1..) = places.len().checked_sub(PLACES_SHOWN) {
            write!(f, " and {more} more")?;
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
