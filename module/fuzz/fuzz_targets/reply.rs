//! The JSON reply: what is accepted is JSON with an object of routes, and what is told is in it.
#![no_main]

use bgp_community_services::source::routes_json;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let mut told = 0;
    if reply::read(&mut &bytes[..], &mut |_, _| told += 1).is_ok() {
        let json: Value = serde_json::from_slice(bytes).expect("only JSON is accepted");
        let paths = |routes: &Value| {
            routes.as_object().expect("routes").values().filter_map(Value::as_array).map(Vec::len).sum()
        };
        // A key that is there twice is told twice, but kept once by whoever keeps the whole.
        let kept: usize = paths(&json["routes"]);
        assert!(told >= kept, "{told} of {kept} paths were told");
    }
});
