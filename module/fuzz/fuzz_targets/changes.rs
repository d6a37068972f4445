//! The prefixes that changed: every change is accounted for.
#![no_main]

use bgp_community_services::source::bgpd::changes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((read, _)) = changes::read(bytes, 100, 102) {
        let text = String::from_utf8_lossy(bytes);
        let head = text.lines().next().and_then(|line| line.trim_end().strip_prefix("BGP table version is "));
        let version = head.map(|rest| rest.split([',', ' ']).next().unwrap_or_default());
        let version: u64 = version.map_or(102, |digits| digits.parse().expect("a number"));
        assert_eq!(read.prefixes.len() as u64 + read.unaccounted, version - 100);
    }
});
