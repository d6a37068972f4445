//! Prefixes of addresses, in the text forms of `inet:ip-prefix` (RFC 6991).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::community::decimal;
use crate::quoted::Quoted;
use crate::serde_as_text::serde_as_text;

/// A prefix: an address and how many of its bits count. The other bits are zero, whatever was written (RFC 6991
/// section 4: the canonical format).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IpPrefix {
    address: IpAddr,
    length: u8,
}

impl IpPrefix {
    /// The prefix of this length in bits that has the address; none if the length is above that of the family.
    pub fn new(address: IpAddr, length: u8) -> Option<Self> {
        let address = match address {
            IpAddr::V4(v4) => {
                let mask = u32::MAX.checked_shl(32_u32.checked_sub(length.into())?).unwrap_or(0);
                Ipv4Addr::from_bits(v4.to_bits() & mask).into()
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX.checked_shl(128_u32.checked_sub(length.into())?).unwrap_or(0);
                Ipv6Addr::from_bits(v6.to_bits() & mask).into()
            }
        };
        Some(Self { address, length })
    }

    /// The first address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits of the address count.
    pub fn length(&self) -> u8 {
        self.length
    }
}

impl From<IpAddr> for IpPrefix {
    /// The prefix of this address alone: a /32 or a /128.
    fn from(address: IpAddr) -> Self {
        Self { address, length: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl fmt::Display for IpPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl FromStr for IpPrefix {
    type Err = IpPrefixError;

    fn from_str(text: &str) -> Result<Self, IpPrefixError> {
        let prefix = text
            .split_once('/')
            .and_then(|(address, length)| Self::new(address.parse().ok()?, decimal(length)?));
        prefix.ok_or_else(|| IpPrefixError { text: text.to_owned() })
    }
}

serde_as_text!(IpPrefix);

/// A text that is not a prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a prefix such as 192.0.2.0/24 or 2001:db8::/32", Quoted(.text))]
pub struct IpPrefixError {
    text: String,
}
