//! The routes as `gobgp --json` prints them: an object of paths by prefix, or an object with an `error`.
//!
//! `{"10.1.0.0/16": [{"best": true, "attrs": [{"type": 8, "communities": [791417746]}, {"type": 32, "value": [{"ASN":
//! 1, "LocalData1": 2, "LocalData2": 3}]}, {"type": 16, "value": [{"type": 0, "subtype": 2, "value": "64512:77"}]}]}]}`

use std::io::Read;

use bgpcs::{Community, LargeCommunity, StandardCommunity};
use serde_json::Value;

use crate::prefix::Prefix;
use crate::source::filter::{Route, Scanned};
use crate::source::routes_json::ReplyError;
use crate::source::{json_arrays, route_targets};

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

/// Passes each path to `each`, without a neighbor.
///
/// # Errors
/// When the reply is not an object of paths by prefix, or not complete.
pub fn read(reply: &mut dyn Read, each: &mut dyn FnMut(Scanned<'_>)) -> Result<(), RibError> {
    let mut refusal = None;
    let read = json_arrays::read(reply, &mut |key, path| {
        if key == "error" {
            refusal = path.as_str().map(str::to_owned);
        }
        let path = path.as_object().ok_or_else(|| format!("a path to {key} is not an object"))?;
        let Ok(prefix) = key.parse::<Prefix>() else {
            each(Scanned::Unreadable(None));
            return Ok(());
        };
        let mut communities = Carried::default();
        communities.add_all(path.get("attrs"));
        let best = path.get("best");
        each(Scanned::Route(Route {
            prefix,
            neighbor: "",
            best: best == Some(&Value::Bool(true)),
            communities: &communities.known,
        }));
        if communities.is_incomplete || best.is_some_and(|best| !best.is_boolean()) {
            each(Scanned::unreadable(prefix));
        }
        Ok(())
    });
    match refusal {
        Some(refusal) => Err(RibError::Refused(refusal)),
        None => Ok(read?),
    }
}

/// The communities that a path carries.
#[derive(Default)]
struct Carried {
    /// In [canonical](Community::canonical) form.
    known: Vec<Community>,
    /// Whether any could not be read.
    is_incomplete: bool,
}

impl Carried {
    fn add_all(&mut self, attributes: Option<&Value>) {
        let attributes = attributes.and_then(Value::as_array);
        self.is_incomplete |= attributes.is_none();
        for attribute in attributes.into_iter().flatten() {
            match attribute.get("type").and_then(Value::as_u64) {
                // COMMUNITIES (RFC 1997)
                Some(8) => self.add(attribute.get("communities"), |value| Some(standard(value))),
                // EXTENDED COMMUNITIES (RFC 4360)
                Some(16) => self.add(attribute.get("value"), route_target),
                // LARGE_COMMUNITY (RFC 8092)
                Some(32) => self.add(attribute.get("value"), |value| Some(large(value))),
                Some(_) => {}
                None => self.is_incomplete = true,
            }
        }
    }

    /// Adds the communities of an array. The function returns `None` for one of another kind, `Some(None)` for one that
    /// cannot be read. GoBGP writes an empty array as `null`.
    fn add(&mut self, array: Option<&Value>, read: fn(&Value) -> Option<Option<Community>>) {
        match array {
            Some(Value::Array(values)) => {
                for community in values.iter().filter_map(read) {
                    self.is_incomplete |= community.is_none();
                    self.known.extend(community);
                }
            }
            Some(Value::Null) => {}
            _ => self.is_incomplete = true,
        }
    }
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

/// A route target is an extended community of type 0, 1 or 2 with subtype 2, whose value is its text.
fn route_target(value: &Value) -> Option<Option<Community>> {
    let number = |key| value.get(key).and_then(Value::as_u64);
    let is_target = number("subtype") == Some(ROUTE_TARGET) && number("type").is_none_or(|kind| kind <= 2);
    let target = || Some(Community::RouteTarget(route_targets::route_target(value.get("value")?.as_str()?)?));
    is_target.then(target)
}
