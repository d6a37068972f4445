//! The looking glass's list of routes: arrays of one-route objects by family and kind, `{"ipv4/mpls-vpn,*":
//! [{"10.20.0.5/32 label 17 next-hop 127.0.0.6 rd 127.0.0.6:0": {"source": {"id": "BGP-192.0.2.1"}, "route_targets":
//! ["target:64512:77"]}}]}`.

use std::io::Read;

use bgpcs::{Community, RouteTarget};
use serde_json::Value;

use crate::prefix::{Family, Prefix};
use crate::source::filter::Route;
use crate::source::json_arrays;
use crate::source::routes_json::ReplyError;

/// Passes each VPN route of the family to `each`, with its route targets sorted.
///
/// # Errors
/// When the reply is not such a list.
pub fn read(reply: &mut dyn Read, family: Family, each: &mut dyn FnMut(Route<'_>)) -> Result<(), ReplyError> {
    let wanted = format!("{family}/mpls-vpn");
    json_arrays::read(reply, &mut |kind, element| {
        if kind.split(',').next() != Some(&wanted) {
            return Ok(());
        }
        let routes = element.as_object().ok_or("a route is not an object")?;
        for (nlri, route) in routes {
            // The label, the next hop and the route distinguisher follow the prefix.
            let prefix = nlri.split(' ').next().unwrap_or_default();
            let prefix: Prefix = prefix.parse().map_err(|error| format!("{error}"))?;
            if prefix.family() != family {
                return Err(format!("{prefix} is not a prefix of {family}"));
            }
            let communities = targets(route).ok_or_else(|| format!("{prefix} has no route targets"))?;
            let neighbor = route.pointer("/source/id").and_then(Value::as_str).unwrap_or_default();
            // A source without `BGP-` is a VPN instance of BaGPipe-BGP itself.
            let neighbor = neighbor.strip_prefix("BGP-").unwrap_or(neighbor);
            each(Route { prefix, neighbor, best: true, communities: &communities });
        }
        Ok(())
    })
}

fn targets(route: &Value) -> Option<Vec<Community>> {
    let texts = route.get("route_targets")?.as_array()?.iter().filter_map(Value::as_str);
    let targets = texts.filter_map(|text| RouteTarget::parse(text.strip_prefix("target:")?));
    let mut targets: Vec<_> = targets.map(Community::RouteTarget).collect();
    targets.sort_unstable();
    Some(targets)
}
