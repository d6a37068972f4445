//! BaGPipe-BGP's looking glass: what is accepted is JSON, and only route targets are passed on.
#![no_main]

use bgp_community_services::prefix::Family;
use bgp_community_services::source::bagpipe::{peers, routes};
use bgp_community_services::source::filter::Scanned;
use bgpcs::Community;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let each = &mut |scanned: Scanned<'_>| {
        let Scanned::Route(route) = scanned else { return };
        assert!(route.communities.iter().all(|carried| matches!(carried, Community::RouteTarget(_))));
        assert_eq!(route.prefix.family(), Family::Ipv4);
    };
    if routes::read(&mut &bytes[..], Family::Ipv4, each).is_ok() {
        serde_json::from_slice::<Value>(bytes).expect("only JSON is accepted");
    }
    drop(peers::read(&mut &bytes[..]));
});
