//! BGP communities, in the text forms that an operator writes.

mod standard;
mod well_known;

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

pub use crate::community::standard::StandardCommunity;
pub use crate::community::well_known::WellKnown;
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
