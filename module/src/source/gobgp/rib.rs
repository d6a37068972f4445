//! The routes as `gobgp --json` prints them: an object of paths by prefix, or an object with an `error`.
//!
//! `{"10.1.0.0/16": [{"best": true, "attrs": [{"type": 8, "communities": [791417746]}, {"type": 32, "value": [{"ASN":
//! 1, "LocalData1": 2, "LocalData2": 3}]}, {"type": 16, "value": [{"type": 0, "subtype": 2, "value": "64512:77"}]}]}]}`

use std::io::Read;

use bgpcs::{Community, LargeCommunity, RouteTarget, StandardCommunity};
use serde_json::Value;

use crate::prefix::Prefix;
use crate::source::json_arrays;
use crate::source::routes_json::ReplyError;

/// The subtype of a route target among extended communities (RFC 4360 section 4).
const ROUTE_TARGET: u64 = 2;

/// Why routes cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RibError {
    /// The reply is not complete, or not of the known form.
    #[error(transparent)]
    Reply(#[from] ReplyError),
    /// GoBGP replied with an error; its text.
    #[error("{0}")]
    Refused(String),
}

/// Passes each path to `each`: its prefix, whether it is the best path, and its communities in
/// [canonical](Community::canonical) form.
///
/// # Errors
/// When the reply is not an object of paths by prefix, or not complete.
pub fn read(reply: &mut dyn Read, each: &mut dyn FnMut(Prefix, bool, &[Community])) -> Result<(), RibError> {
    let mut refusal = None;
    let read = json_arrays::read(reply, &mut |key, path| {
        if key == "error" {
            refusal = path.as_str().map(str::to_owned);
        }
        let prefix: Prefix = key.parse().map_err(|error| format!("{error}"))?;
        let communities = communities(path).ok_or_else(|| format!("a path to {prefix} is not understood"))?;
        each(prefix, path.get("best") == Some(&Value::Bool(true)), &communities);
        Ok(())
    });
    match refusal {
        Some(refusal) => Err(RibError::Refused(refusal)),
        None => Ok(read?),
    }
}

fn communities(path: &Value) -> Option<Vec<Community>> {
    let mut communities = Vec::new();
    for attribute in path.get("attrs")?.as_array()? {
        let values = |key| attribute.get(key).and_then(Value::as_array).map(|values| values.iter());
        match attribute.get("type")?.as_u64()? {
            // COMMUNITIES (RFC 1997)
            8 => communities.extend(values("communities")?.map(standard).collect::<Option<Vec<_>>>()?),
            // EXTENDED COMMUNITIES (RFC 4360)
            16 => communities.extend(values("value")?.filter_map(route_target)),
            // LARGE_COMMUNITY (RFC 8092)
            32 => communities.extend(values("value")?.map(large).collect::<Option<Vec<_>>>()?),
            _ => {}
        }
    }
    Some(communities)
}

/// A community is one 32-bit number.
fn standard(value: &Value) -> Option<Community> {
    let [a, b, c, d] = u32::try_from(value.as_u64()?).ok()?.to_be_bytes();
    let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    Some(Community::Standard(StandardCommunity { high, low }))
}

fn large(value: &Value) -> Option<Community> {
    let number = |key| u32::try_from(value.get(key)?.as_u64()?).ok();
    let (global, first, second) = (number("ASN")?, number("LocalData1")?, number("LocalData2")?);
    Some(Community::Large(LargeCommunity { global, first, second }))
}

/// `64512:77`, `192.0.2.1:77`, or with a four-octet AS number `64086.59904:77` (asdot, RFC 5396). None for another
/// extended community, whose keys differ.
fn route_target(value: &Value) -> Option<Community> {
    if value.get("subtype")?.as_u64() != Some(ROUTE_TARGET) {
        return None;
    }
    let text = value.get("value")?.as_str()?;
    let target = match value.get("type")?.as_u64()? {
        2 => {
            let (asn, number) = text.split_once(':')?;
            let asn = match asn.split_once('.') {
                Some((high, low)) => {
                    (u32::from(high.parse::<u16>().ok()?) << 16) + u32::from(low.parse::<u16>().ok()?)
                }
                None => asn.parse().ok()?,
            };
            RouteTarget::of_as(asn, number.parse().ok()?)
        }
        _ => RouteTarget::parse(text)?,
    };
    Some(Community::RouteTarget(target))
}
