//! What the policies of documented routers do to communities.

use bgpcs::{StandardCommunity, WellKnown};

/// A router whose `set community`, or what it calls that, is documented.
#[derive(Debug)]
pub struct Implementation {
    /// The operating system or program.
    pub name: &'static str,
    /// The directive that gives a route a new set of communities.
    pub directive: &'static str,
    keeps: Keeps,
    /// The document that says so.
    pub source: &'static str,
}

/// The well-known communities that a directive does not remove, although they are not in the new set.
#[derive(Debug)]
enum Keeps {
    Nothing,
    Everything,
    Only(&'static [(u16, u16)]),
}

impl Implementation {
    /// Whether a route keeps a community that it had before the directive and that is not in the new set.
    pub fn keeps(&self, community: StandardCommunity) -> bool {
        match self.keeps {
            Keeps::Nothing => false,
            Keeps::Everything => true,
            Keeps::Only(kept) => kept.contains(&(community.high, community.low)),
        }
    }
}

const RFC_8642: &str = "RFC 8642 section 5";

/// The documented routers; the last one is the routing engine of SSR.
pub const IMPLEMENTATIONS: &[Implementation] = &[
    Implementation { name: "Junos OS", directive: "community set", keeps: Keeps::Nothing, source: RFC_8642 },
    Implementation {
        name: "IOS XR",
        directive: "set community",
        // internet, graceful-shutdown, accept-own, no-export, no-advertise, no-export-subconfed
        keeps: Keeps::Only(&[(0, 0), (65535, 0), (65535, 1), (65535, 65281), (65535, 65282), (65535, 65283)]),
        source: RFC_8642,
    },
    Implementation { name: "NetIron", directive: "set community", keeps: Keeps::Nothing, source: RFC_8642 },
    Implementation {
        name: "Huawei VRP",
        directive: "apply community",
        keeps: Keeps::Nothing,
        source: RFC_8642,
    },
    Implementation {
        name: "OpenBGPD",
        directive: "set community",
        keeps: Keeps::Everything,
        source: RFC_8642,
    },
    Implementation {
        name: "Nokia SR OS",
        directive: "community replace",
        keeps: Keeps::Nothing,
        source: RFC_8642,
    },
    Implementation {
        name: "FRR (SSR)",
        directive: "set community",
        keeps: Keeps::Nothing,
        source: "FRR user guide, BGP communities in route maps",
    },
];

/// The names of a well-known community; empty if the community is not well-known.
pub fn well_known_names(community: StandardCommunity) -> Vec<&'static str> {
    WellKnown::all().filter(|known| known.value() == community).map(|known| known.name()).collect()
}
