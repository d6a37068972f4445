//! GoBGP's routes and neighbors: what is accepted is JSON, and communities are told by their values.
#![no_main]

use bgp_community_services::source::gobgp::{neighbors, rib};
use bgpcs::Community;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let mut by_value = true;
    let each = &mut |_, _, communities: &[Community]| {
        by_value &= !communities.iter().any(|community| matches!(community, Community::WellKnown(_)));
    };
    if table::read(&mut &bytes[..], each).is_ok() {
        serde_json::from_slice::<Value>(bytes).expect("only JSON is accepted");
    }
    assert!(by_value);
    for neighbor in neighbors::read(bytes).unwrap_or_default() {
        assert!(neighbor.session(0).since.is_some() || neighbor.session(0).ipv4.is_none());
    }
});
