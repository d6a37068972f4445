//! Values that are more than a text or a number: addresses, spans.

use std::net::IpAddr;
use std::str::FromStr;

use bgpcs::IpPrefix;
use bgpcs_display::time;

/// An address or a prefix as it was typed, which nothing but one can be.
#[derive(Debug, Clone)]
pub struct AddressOrPrefix(pub String);

impl FromStr for AddressOrPrefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_address = text.parse::<IpAddr>().is_ok();
        match is_address || text.parse::<IpPrefix>().is_ok() {
            true => Ok(Self(text.to_owned())),
            false => {
                Err("expected an address such as 13.107.6.152, or a prefix such as 13.107.0.0/16".to_owned())
            }
        }
    }
}

/// A time span in seconds.
pub(crate) fn span(text: &str) -> Result<u64, String> {
    time::parse_span(text).ok_or_else(|| "expected a time span such as 30m or 24h".to_owned())
}
