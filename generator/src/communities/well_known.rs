//! What is public knowledge of well-known communities: what each means, and what the policies of documented
//! implementations do to it.

use bgpcs::{StandardCommunity, WellKnown};

/// An implementation of BGP whose `set community` is documented.
#[derive(Debug)]
pub struct Implementation {
    /// The operating system or program.
    pub name: &'static str,
    /// The directive that gives a route a new set of communities.
    pub directive: &'static str,
    keeps: Keeps,
    /// Where that is documented.
    pub source: &'static str,
}

#[derive(Debug)]
enum Keeps {
    Nothing,
    Everything,
    Only(&'static [(u16, u16)]),
}

impl Implementation {
    /// What the directive does to a community that the route has and the new set has not: `keeps` or `removes`.
    pub fn treatment(&self, community: StandardCommunity) -> &'static str {
        let keeps = match self.keeps {
            Keeps::Nothing => false,
            Keeps::Everything => true,
            Keeps::Only(kept) => kept.contains(&(community.high, community.low)),
        };
        if keeps { "keeps" } else { "removes" }
    }
}

const RFC_8642: &str = "RFC 8642 section 5";

/// The documented implementations; the last one is the router's own.
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
        name: "FRR, hence SSR",
        directive: "set community",
        keeps: Keeps::Nothing,
        source: "FRR user guide, BGP communities in route maps",
    },
];

/// The names of a community that is well-known; none when it is not.
pub fn well_known_names(community: StandardCommunity) -> Vec<&'static str> {
    WellKnown::all().filter(|known| known.value() == community).map(|known| known.name()).collect()
}

/// What a well-known community asks of the router that receives it.
pub(super) fn meaning(known: WellKnown) -> &'static str {
    match known {
        WellKnown::Internet => {
            "a name that some routers give to 0:0 and let every route match; no standard defines it"
        }
        WellKnown::GracefulShutdown => "the path is about to go away: prefer any other",
        WellKnown::AcceptOwn => "accept the route although it comes from this router, for another VRF",
        WellKnown::RouteFilterTranslatedV4
        | WellKnown::RouteFilterV4
        | WellKnown::RouteFilterTranslatedV6
        | WellKnown::RouteFilterV6 => {
            "the route tells which route targets a router without route target constraints wants"
        }
        WellKnown::LlgrStale => "the path is kept although its session is down for long: prefer any other",
        WellKnown::NoLlgr => "do not keep the path when its session is down for long",
        WellKnown::AcceptOwnNexthop => "accept the route although its next hop is this router",
        WellKnown::StandbyPe => "the route is of a standby router in a multicast VPN",
        WellKnown::Blackhole => "discard traffic to the prefix",
        WellKnown::NoExport => "do not advertise the route outside of the AS or confederation",
        WellKnown::NoAdvertise => "do not advertise the route to any peer",
        WellKnown::NoExportSubconfed | WellKnown::LocalAs => {
            "do not advertise the route to external peers, nor to other member ASes"
        }
        WellKnown::NoPeer => "do not advertise the route across bilateral peerings",
    }
}
