//! GoBGP's routes and neighbors: what is accepted is JSON, and communities are in canonical form.
#![no_main]

use bgp_community_services::source::filter::Scanned;
use bgp_community_services::source::gobgp::{neighbors, rib};
use bgpcs::Community;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let mut are_canonical = true;
    let each = &mut |scanned: Scanned<'_>| {
        if let Scanned::Route(route) = scanned {
            are_canonical &= !route.communities.iter().any(|carried| matches!(carried, Community::WellKnown(_)));
        }
    };
    if rib::read(&mut &bytes[..], each).is_ok() {
        serde_json::from_slice::<Value>(bytes).expect("only JSON is accepted");
    }
    assert!(are_canonical);
    for neighbor in neighbors::read(&mut &bytes[..]).unwrap_or_default().known {
        assert!(neighbor.session(0).since.is_some() || neighbor.session(0).ipv4.is_none());
    }
});
