//! Prefixes as they go into the output file.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use bgpcs::{IpPrefix, Quoted};
use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An address family of unicast routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// AFI 1.
    Ipv4,
    /// AFI 2.
    Ipv6,
}

impl Family {
    /// Both, in the order in which they are queried.
    pub const ALL: [Self; 2] = [Self::Ipv4, Self::Ipv6];
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
        })
    }
}

/// A prefix in canonical form: host bits are zero, and an IPv4-mapped IPv6 prefix (`::ffff:0:0/96`, RFC 4291 section
/// 2.5.5.2) is the IPv4 prefix. The order is IPv4 first, then by address, then by length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix(IpNet);

impl Prefix {
    /// The prefix's family; IPv4 for an IPv4-mapped IPv6 prefix.
    pub fn family(&self) -> Family {
        match self.0 {
            IpNet::V4(_) => Family::Ipv4,
            IpNet::V6(_) => Family::Ipv6,
        }
    }

    /// Whether it is the default route of its family.
    pub fn is_default(&self) -> bool {
        self.0.prefix_len() == 0
    }

    /// The first address and the length in bits.
    pub fn parts(&self) -> (IpAddr, u8) {
        (self.0.addr(), self.0.prefix_len())
    }

    /// Whether it is a single address: a /32 or a /128.
    pub fn is_host(&self) -> bool {
        self.0.prefix_len() == self.0.max_prefix_len()
    }

    /// Whether every address of `inner` is in this prefix.
    pub fn contains(&self, inner: Self) -> bool {
        self.0.contains(&inner.0)
    }
}

impl From<IpNet> for Prefix {
    fn from(net: IpNet) -> Self {
        let net = net.trunc();
        let mapped = match net {
            IpNet::V6(v6) => v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96)),
            IpNet::V4(_) => None,
        };
        Self(mapped.and_then(|(address, length)| Ipv4Net::new(address, length).ok()).map_or(net, IpNet::V4))
    }
}

impl From<IpPrefix> for Prefix {
    fn from(prefix: IpPrefix) -> Self {
        // Its length is never above that of the family.
        let net = IpNet::new(prefix.address(), prefix.length());
        net.unwrap_or_else(|_| prefix.address().into()).into()
    }
}

impl From<Prefix> for IpNet {
    fn from(prefix: Prefix) -> Self {
        prefix.0
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        // `IpNet`'s own parser reads 010.0.0.0 as 10.0.0.0, but other programs read it as octal, 8.0.0.0. An `IpPrefix`
        // has one text, in which every program reads it alike.
        let prefix = text.parse::<IpPrefix>();
        prefix.map(Self::from).map_err(|_| PrefixError { text: text.to_owned() })
    }
}

impl Serialize for Prefix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Prefix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is not a prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a prefix, expected ADDRESS/LENGTH", Quoted(.text))]
pub struct PrefixError {
    text: String,
}
