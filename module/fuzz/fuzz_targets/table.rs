//! The table as text: no more prefixes are passed on than its last line says.
#![no_main]

use std::collections::BTreeSet;

use bgp_community_services::source::bgpd::text;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut found = BTreeSet::new();
    if text::read(bytes, &mut |path| {
        found.insert(path.prefix);
    })
    .is_ok()
    {
        let whole = String::from_utf8_lossy(bytes);
        let last = whole.lines().rev().find_map(|line| line.strip_prefix("Displayed "));
        let digits =
            |rest: &str| rest.trim_start().chars().take_while(char::is_ascii_digit).collect::<String>();
        let count = last.map_or(0, |rest| digits(rest).parse().expect("a number"));
        assert!(found.len() <= count, "{} prefixes of {count}", found.len());
    }
});
