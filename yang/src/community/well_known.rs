//! The well-known communities, by their names.

use crate::community::standard::StandardCommunity;

/// The well-known communities: a row for each, in the order of the values.
macro_rules! well_known {
    ($($name:ident = $high:literal $low:literal, $text:literal, $document:literal;)+) => {
        /// A community that has a name: those of IANA's registry "BGP Well-known Communities", and `internet` and
        /// `local-AS`, which routing engines and the vendor's model know besides (RFC 8642 section 3).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "each variant is named after its community")]
        pub enum WellKnown {
            $($name,)+
        }

        impl WellKnown {
            const ALL: &[Self] = &[$(Self::$name),+];

            /// The name as routing engines and the vendor's model print it, in lower case but for `local-AS`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// The value on the wire.
            pub fn value(&self) -> StandardCommunity {
                match self {
                    $(Self::$name => StandardCommunity { high: $high, low: $low },)+
                }
            }

            /// The document that gives the community its meaning: `RFC 1997`.
            pub fn defined_by(&self) -> &'static str {
                match self {
                    $(Self::$name => $document,)+
                }
            }
        }
    };
}

well_known! {
    Internet = 0 0, "internet", "RFC 8642";
    GracefulShutdown = 65535 0, "graceful-shutdown", "RFC 8326";
    AcceptOwn = 65535 1, "accept-own", "RFC 7611";
    RouteFilterTranslatedV4 = 65535 2, "route-filter-translated-v4", "draft-l3vpn-legacy-rtc";
    RouteFilterV4 = 65535 3, "route-filter-v4", "draft-l3vpn-legacy-rtc";
    RouteFilterTranslatedV6 = 65535 4, "route-filter-translated-v6", "draft-l3vpn-legacy-rtc";
    RouteFilterV6 = 65535 5, "route-filter-v6", "draft-l3vpn-legacy-rtc";
    LlgrStale = 65535 6, "llgr-stale", "RFC 9494";
    NoLlgr = 65535 7, "no-llgr", "RFC 9494";
    AcceptOwnNexthop = 65535 8, "accept-own-nexthop", "draft-agrewal-idr-accept-own-nexthop";
    StandbyPe = 65535 9, "standby-pe", "RFC 9026";
    Blackhole = 65535 666, "blackhole", "RFC 7999";
    NoExport = 65535 65281, "no-export", "RFC 1997";
    NoAdvertise = 65535 65282, "no-advertise", "RFC 1997";
    NoExportSubconfed = 65535 65283, "no-export-subconfed", "RFC 1997";
    LocalAs = 65535 65283, "local-AS", "RFC 8642";
    NoPeer = 65535 65284, "no-peer", "RFC 3765";
}

impl WellKnown {
    /// What a well-known community asks of the router that receives it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Internet => {
                "some routers use this name for 0:0 and match every route with it; no standard defines it"
            }
            Self::GracefulShutdown => "the path will soon be withdrawn: prefer any other path",
            Self::AcceptOwn => "accept the route even if this router originated it, for another VRF",
            Self::RouteFilterTranslatedV4
            | Self::RouteFilterV4
            | Self::RouteFilterTranslatedV6
            | Self::RouteFilterV6 => {
                "the route says which route targets a router without route target constraints needs"
            }
            Self::LlgrStale => {
                "the path is stale, since its session has long been down: prefer any other path"
            }
            Self::NoLlgr => "do not keep the path as a stale one when its session goes down",
            Self::AcceptOwnNexthop => "accept the route even if its next hop is this router",
            Self::StandbyPe => "the route comes from a standby router of a multicast VPN",
            Self::Blackhole => "discard traffic to the prefix",
            Self::NoExport => "do not advertise the route outside of the AS or confederation",
            Self::NoAdvertise => "do not advertise the route to any peer",
            Self::NoExportSubconfed | Self::LocalAs => {
                "do not advertise the route to external peers, nor to other member ASes"
            }
            Self::NoPeer => "do not advertise the route over bilateral peerings",
        }
    }

    /// Every name, in the order of the values.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied()
    }

    /// The community of exactly that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|known| known.name() == name)
    }
}
