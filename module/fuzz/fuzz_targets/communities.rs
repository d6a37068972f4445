//! The lists of communities in use: one that stands in the text as a word of its own never counts as unused.
#![no_main]

use bgp_community_services::source::bgpd::communities;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let wanted = ["12076:5010", "64512:1:2"].map(|text| text.parse().expect("a community"));
    let mut found = [false; 2];
    if communities::read_communities(bytes, &wanted, &mut found).is_ok() {
        let text = String::from_utf8_lossy(bytes);
        let sets: Vec<&str> =
            text.lines().skip(1).filter_map(|line| line.split_once(") ")).map(|(_, set)| set).collect();
        for (wanted, found) in wanted.iter().zip(found) {
            let word = wanted.to_string();
            let stands = sets.iter().any(|set| set.split_ascii_whitespace().any(|one| one == word));
            assert_eq!(stands, found, "{word}");
        }
    }
});
