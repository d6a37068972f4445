//! Text that selects prefixes: a prefix, an address, a community, or an application's name.

use std::convert::Infallible;
use std::net::IpAddr;
use std::str::FromStr;

use bgpcs::Community;
use ipnet::IpNet;

use crate::prefix::Prefix;

/// What an operator names on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Prefixes in relation to this one; an address is the prefix of its full length.
    Net(Prefix),
    /// Whatever carries this.
    Community(Community),
    /// Anything else is taken for an application.
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
