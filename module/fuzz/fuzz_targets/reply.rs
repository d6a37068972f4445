//! The JSON reply: what is accepted is JSON with an object of routes, and every path of it is passed on.
#![no_main]

use bgp_community_services::prefix::Prefix;
use bgp_community_services::source::routes_json::{self, ReplyItem};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let mut passed_on = 0;
    let each = &mut |item: ReplyItem<'_>| passed_on += usize::from(matches!(item, ReplyItem::Path(..)));
    if routes_json::read(&mut &bytes[..], each).is_ok() {
        // Bytes that are not UTF-8 are read as other characters.
        let json: Value = serde_json::from_str(&String::from_utf8_lossy(bytes)).expect("only JSON is accepted");
        let routes = json["routes"].as_object().expect("routes");
        let of_prefixes = routes.iter().filter(|(key, _)| key.parse::<Prefix>().is_ok());
        let paths = |paths: &Value| paths.as_array().or_else(|| paths["paths"].as_array()).map(Vec::len);
        // A key that is there twice is passed on twice, but kept once by whoever keeps the whole.
        let kept: usize = of_prefixes.filter_map(|(_, shown)| paths(shown)).sum();
        assert!(passed_on >= kept, "{passed_on} of {kept} paths were passed on");
    }
});
