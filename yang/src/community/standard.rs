//! A community of RFC 1997.

use std::fmt;

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
