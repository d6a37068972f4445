//! The table as text: as many prefixes are told as the last line says.
#![no_main]

use std::collections::BTreeSet;

use bgp_community_services::source::bgpd::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut told = BTreeSet::new();
    if table::read(bytes, &mut |path| {
        told.insert(path.prefix);
    })
    .is_ok()
    {
        let text = String::from_utf8_lossy(bytes);
        let last = text.lines().rev().find_map(|line| line.strip_prefix("Displayed "));
        let count = last
            .map_or(0, |rest| rest.split_whitespace().next().expect("a number").parse().expect("a number"));
        assert!(told.len() <= count, "{} prefixes were told of {count}", told.len());
    }
});
