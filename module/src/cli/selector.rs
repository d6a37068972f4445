//! An argument that selects prefixes: a prefix, an address, a community, or the name of an application.

use std::convert::Infallible;
use std::net::IpAddr;
use std::str::FromStr;

use bgpcs::Community;
use ipnet::IpNet;

use crate::prefix::Prefix;

/// An argument of `show` and `explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Prefixes that contain this one or are in it; an address is a /32 or a /128.
    Net(Prefix),
    /// Prefixes that carry this community.
    Community(Community),
    /// Prefixes of this application: any text that is none of the above.
    Application(String),
}

impl FromStr for Selector {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let address = || text.parse::<IpAddr>().map(|address| Prefix::from(IpNet::from(address)));
        Ok(match (text.parse().or_else(|_| address()), text.parse()) {
            (Ok(prefix), _) => Self::Net(prefix),
            (_, Ok(community)) => Self::Community(community),
            _ => Self::Application(text.to_owned()),
        })
    }
}
