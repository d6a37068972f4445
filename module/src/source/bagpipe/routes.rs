//! The looking glass's list of routes: arrays of one-route objects by family and kind, `{"ipv4/mpls-vpn,*":
//! [{"10.20.0.5/32 label 17 next-hop 127.0.0.6 rd 127.0.0.6:0": {"source": {"id": "BGP-192.0.2.1"}, "route_targets":
//! ["target:64512:77"], "attributes": {"extended-community": "[ target:64512:77 target:4200000000L:77 … ]"}}}]}`.
//!
//! `route_targets` has only those with a two-octet AS number. The others are among the attributes.

use std::io::Read;

use bgpcs::Community;
use serde_json::Value;

use crate::prefix::{Family, Prefix};
use crate::source::filter::{Route, Scanned};
use crate::source::json_arrays;
use crate::source::route_targets::route_target;
use crate::source::routes_json::ReplyError;

/// Passes each VPN route of the family to `each`, with its route targets sorted.
///
/// # Errors
/// When the reply is not such a list.
pub fn read(
    reply: &mut dyn Read,
    family: Family,
    each: &mut dyn FnMut(Scanned<'_>),
) -> Result<(), ReplyError> {
    let wanted = format!("{family}/mpls-vpn");
    json_arrays::read(reply, &mut |kind, element| {
        if kind.split(',').next() != Some(&wanted) {
            return Ok(());
        }
        let routes = element.as_object().ok_or("a route is not an object")?;
        for (nlri, route) in routes {
            if !route.is_object() {
                return Err(format!("the route {nlri} is not an object"));
            }
            // The label, the next hop and the route distinguisher follow the prefix.
            let prefix = nlri.split(' ').next().unwrap_or_default().parse::<Prefix>();
            let Ok(prefix) = prefix.map_err(|_| ()).and_then(|prefix| of_family(prefix, family)) else {
                each(Scanned::Unreadable(None));
                continue;
            };
            let (communities, is_complete) = targets(route);
            let neighbor = route.pointer("/source/id").and_then(Value::as_str).unwrap_or_default();
            // A source without `BGP-` is a VPN instance of BaGPipe-BGP itself.
            let neighbor = neighbor.strip_prefix("BGP-").unwrap_or(neighbor);
            each(Scanned::Route(Route { prefix, neighbor, best: true, communities: &communities }));
            if !is_complete {
                each(Scanned::unreadable(prefix));
            }
        }
        Ok(())
    })
}

fn of_family(prefix: Prefix, family: Family) -> Result<Prefix, ()> {
    if prefix.family() == family { Ok(prefix) } else { Err(()) }
}

/// The route targets of a route, sorted, and whether all of them could be read.
fn targets(route: &Value) -> (Vec<Community>, bool) {
    let listed = route.get("route_targets").and_then(Value::as_array);
    let attribute = route.pointer("/attributes/extended-community");
    let mut is_complete = listed.is_some() && attribute.is_none_or(Value::is_string);
    let listed = listed.into_iter().flatten().map(|target| target.as_str().unwrap_or("target:"));
    let words = attribute.and_then(Value::as_str).unwrap_or_default().split_ascii_whitespace();
    let mut targets = Vec::new();
    for text in listed.chain(words).filter_map(|text| text.strip_prefix("target:")) {
        match route_target(text) {
            Some(target) => targets.push(Community::RouteTarget(target)),
            None => is_complete = false,
        }
    }
    targets.sort_unstable();
    targets.dedup();
    (targets, is_complete)
}
