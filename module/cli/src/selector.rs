//! An argument that selects prefixes: a prefix, an address, a community, or the name of an application.

use std::convert::Infallible;
use std::net::IpAddr;
use std::str::FromStr;

use bgpcs::{Community, IpPrefix};

/// An argument of `show` and `explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Prefixes that contain this one or are in it; an address is a /32 or a /128.
    Net(IpPrefix),
    /// Prefixes that carry this community.
    Community(Community),
    /// Prefixes of this application: any text that is none of the above.
    Application(String),
}

impl FromStr for Selector {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let address = || text.parse::<IpAddr>().map(IpPrefix::from);
        Ok(match (text.parse().or_else(|_| address()), text.parse()) {
            (Ok(prefix), _) => Self::Net(prefix),
            (_, Ok(community)) => Self::Community(community),
            _ => Self::Application(text.to_owned()),
        })
    }
}

/// Whether a text that is no address and no prefix was meant as one.
pub fn looks_like_address(text: &str) -> bool {
    let is_of = |allowed: &str| text.chars().all(|c| allowed.contains(c));
    let begins_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
    let is_ipv4 = begins_with_digit && text.contains('.') && is_of("0123456789./");
    // A large community has two colons, and decimal digits only.
    let colons = text.matches(':').count();
    let is_no_community = text.contains("::") || colons > 2 || text.contains('/');
    is_ipv4 || (colons >= 2 && is_no_community && is_of("0123456789abcdefABCDEF:./"))
}

/// Whether a text that is no community was meant as one.
pub fn looks_like_community(text: &str) -> bool {
    let has_form = text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || c == ':');
    has_form || text.starts_with("target:")
}
