//! BGP communities, in the text forms that an operator writes.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use crate::quoted::Quoted;
use crate::serde_as_text::serde_as_text;

/// A BGP community by which a prefix is selected.
///
/// `Display` gives exactly the text that was parsed, since every value has only one text; so an error shows what the
/// operator configured. `no-export` and `65535:65281` are different values here, but the same value on the wire:
/// compare [`Community::standard`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Community {
    /// `AA:NN`, RFC 1997.
    Standard(StandardCommunity),
    /// A name for a community with the same meaning everywhere, such as `no-export`.
    WellKnown(WellKnown),
    /// `A:B:C`, RFC 8092.
    Large(LargeCommunity),
    /// `target:ASN:N` or `target:ADDRESS:N`, RFC 4360 section 4.
    RouteTarget(RouteTarget),
}

impl Community {
    /// The community by its value, so that the well-known name `no-export` and the number `65535:65281` are one
    /// (RFC 1997).
    pub fn canonical(&self) -> Self {
        self.standard().map_or(*self, Self::Standard)
    }

    /// The four octets of RFC 1997; none for large communities and route targets.
    pub fn standard(&self) -> Option<StandardCommunity> {
        match self {
            Self::Standard(community) => Some(*community),
            Self::WellKnown(name) => Some(name.value()),
            Self::Large(_) | Self::RouteTarget(_) => None,
        }
    }
}

impl fmt::Display for Community {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(community) => community.fmt(f),
            Self::WellKnown(name) => f.write_str(name.name()),
            Self::Large(community) => community.fmt(f),
            Self::RouteTarget(target) => target.fmt(f),
        }
    }
}

impl FromStr for Community {
    type Err = CommunityError;

    fn from_str(text: &str) -> Result<Self, CommunityError> {
        let refuse = || CommunityError { text: text.to_owned() };
        if let Some(name) = WellKnown::from_name(text) {
            return Ok(Self::WellKnown(name));
        }
        if let Some(target) = text.strip_prefix("target:") {
            return RouteTarget::parse(target).map(Self::RouteTarget).ok_or_else(refuse);
        }
        match text.split(':').collect::<Vec<_>>()[..] {
            [high, low] => decimal(high)
                .zip(decimal(low))
                .map(|(high, low)| Self::Standard(StandardCommunity { high, low }))
                .ok_or_else(refuse),
            [global, first, second] => decimal(global)
                .zip(decimal(first))
                .zip(decimal(second))
                .map(|((global, first), second)| Self::Large(LargeCommunity { global, first, second }))
                .ok_or_else(refuse),
            _ => Err(refuse()),
        }
    }
}

/// A decimal number without sign and without leading zeros. RFC 8092 section 5 requires this for large communities;
/// here it holds for all, so that every value has only one text.
pub(crate) fn decimal<N: FromStr>(text: &str) -> Option<N> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if digits && !leading_zero { text.parse().ok() } else { None }
}

/// The four octets of RFC 1997, written as two 16-bit numbers: `12076:5010`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StandardCommunity {
    /// The first two octets, usually an AS number.
    pub high: u16,
    /// The last two octets; that AS defines their meaning.
    pub low: u16,
}

impl fmt::Display for StandardCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.high, self.low)
    }
}

/// The twelve octets of RFC 8092, written as three 32-bit numbers: `64496:1:2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LargeCommunity {
    /// Global administrator, an AS number.
    pub global: u32,
    /// Local data part 1.
    pub first: u32,
    /// Local data part 2.
    pub second: u32,
}

impl fmt::Display for LargeCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.global, self.first, self.second)
    }
}

/// A route target, in one of the three layouts of the extended community.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RouteTarget {
    /// A two-octet AS number with a four-octet number, RFC 4360 section 3.1.
    As2(u16, u32),
    /// An IPv4 address with a two-octet number, RFC 4360 section 3.2.
    Ipv4(Ipv4Addr, u16),
    /// A four-octet AS number above 65535 with a two-octet number, RFC 5668.
    As4(u32, u16),
}

impl RouteTarget {
    /// The route target of an AS number: the layout of RFC 5668, or that of RFC 4360 if the number fits two octets. The
    /// text is the same for both.
    pub fn of_as(asn: u32, number: u16) -> Self {
        u16::try_from(asn).map_or(Self::As4(asn, number), |asn| Self::As2(asn, number.into()))
    }

    /// Parses what follows `target:`. Routing engines print the same after `RT:` (`RT:64512:77`).
    pub fn parse(text: &str) -> Option<Self> {
        let (administrator, number) = text.split_once(':')?;
        if administrator.contains('.') {
            return Some(Self::Ipv4(administrator.parse().ok()?, decimal(number)?));
        }
        match decimal::<u32>(administrator)? {
            asn @ 65536.. => Some(Self::As4(asn, decimal(number)?)),
            asn => Some(Self::As2(u16::try_from(asn).ok()?, decimal(number)?)),
        }
    }
}

impl fmt::Display for RouteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::As2(asn, number) => write!(f, "target:{asn}:{number}"),
            Self::Ipv4(address, number) => write!(f, "target:{address}:{number}"),
            Self::As4(asn, number) => write!(f, "target:{asn}:{number}"),
        }
    }
}

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

/// A text that is not a community.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "community {} is not one of: AA:NN (0 to 65535 each), A:B:C (32 bits each), target:ASN:N, target:ADDRESS:N, \
     or a well-known name such as no-export; write numbers without leading zeros",
    Quoted(.text)
)]
pub struct CommunityError {
    text: String,
}

serde_as_text!(Community);
