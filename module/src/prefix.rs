//! Prefixes as they go into the output file.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::net::IpAddr;
use std::str::FromStr;

use bgpcs::{IpPrefix, Quoted};
use ipnet::{IpNet, Ipv4Net};
use serde::de::Visitor;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

    /// Its text.
    pub fn text(&self) -> PrefixText {
        let mut text = PrefixText { bytes: [0; LONGEST_TEXT], length: 0 };
        match self.0 {
            IpNet::V4(net) => {
                for (octet, end) in net.addr().octets().iter().zip(b".../") {
                    text.push_number(*octet);
                    text.push(*end);
                }
                text.push_number(net.prefix_len());
            }
            // There is room for every text.
            IpNet::V6(net) => drop(write!(text, "{net}")),
        }
        text
    }
}

/// As numbers, which are compared much faster than octets one by one.
impl Ord for Prefix {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.0, other.0) {
            (IpNet::V4(one), IpNet::V4(another)) => {
                let place = |net: Ipv4Net| u64::from(net.addr().to_bits()) << 8 | u64::from(net.prefix_len());
                place(one).cmp(&place(another))
            }
            (IpNet::V6(one), IpNet::V6(another)) => {
                let by_address = one.addr().to_bits().cmp(&another.addr().to_bits());
                by_address.then(one.prefix_len().cmp(&another.prefix_len()))
            }
            (IpNet::V4(_), IpNet::V6(_)) => Ordering::Less,
            (IpNet::V6(_), IpNet::V4(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Prefix {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The prefixes that are `here` and not `there`; both are sorted.
pub fn missing<'p>(here: &'p [Prefix], there: &'p [Prefix]) -> impl Iterator<Item = Prefix> + 'p {
    let mut there = there.iter().peekable();
    here.iter().copied().filter(move |prefix| {
        while there.next_if(|known| *known < prefix).is_some() {}
        there.peek() != Some(&prefix)
    })
}

/// Bytes of the longest text: eight groups of four digits, of which the last two may be written as an IPv4 address, and `/128`.
const LONGEST_TEXT: usize = 49;

/// The text of a prefix, which needs no memory of its own.
#[derive(Debug, Clone, Copy)]
pub struct PrefixText {
    bytes: [u8; LONGEST_TEXT],
    length: usize,
}

impl PrefixText {
    /// Its characters.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The same as a text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn push_number(&mut self, number: u8) {
        if number >= 100 {
            self.push(b'0' + number / 100);
        }
        if number >= 10 {
            self.push(b'0' + number / 10 % 10);
        }
        self.push(b'0' + number % 10);
    }
}

impl fmt::Write for PrefixText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|byte| self.push(byte));
        Ok(())
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
        f.write_str(self.text().as_str())
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
        serializer.serialize_str(self.text().as_str())
    }
}

impl<'de> Deserialize<'de> for Prefix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Prefix;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Prefix, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// A text that is not a prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a prefix, expected ADDRESS/LENGTH", Quoted(.text))]
pub struct PrefixError {
    text: String,
}
