//! The parsers on seeds that chance damaged: what they still take means the same to another reader.

use bgp_community_services::source::bgpd::{communities, summary};
use bgp_community_services::source::exabgp::{ExaBgp, LineEffect, event};
use bgp_community_services::source::{bagpipe, gobgp, routes_json};
use proptest::prelude::*;
use proptest::sample::Index;

use super::{bagpipe_routes, changes_of, gobgp_routes, prefixes_of, seeds};

/// One of the seeds with a few bytes changed, cut out, or put twice.
fn damaged(target: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let damage = (any::<Index>(), any::<u8>(), 0..4_usize);
    (proptest::sample::select(seeds(target)), proptest::collection::vec(damage, 1..5)).prop_map(
        |(mut bytes, damages)| {
            for (place, byte, kind) in damages {
                let place = place.index(bytes.len().max(1)).min(bytes.len());
                match kind {
                    0 => bytes.truncate(place),
                    1 => bytes.insert(place, byte),
                    2 => drop(bytes.splice(place..(place + usize::from(byte)).min(bytes.len()), [])),
                    _ => bytes.extend_from_within(place..),
                }
            }
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_replies(bytes in damaged("reply")) {
        let mut found = 0;
        if routes_json::read(&mut &bytes[..], &mut |_| found += 1).is_ok() {
            let json: serde_json::Value = serde_json::from_str(&String::from_utf8_lossy(&bytes)).unwrap();
            prop_assert!(json["routes"].is_object());
        }
    }

    #[test]
    fn damaged_tables(bytes in damaged("table")) {
        if let Some(found) = prefixes_of(&bytes) {
            let mut prefixes: Vec<_> = found.into_iter().map(|(prefix, _)| prefix).collect();
            prefixes.dedup();
            let text = String::from_utf8_lossy(&bytes);
            let displayed = text.lines().rev().find_map(|line| line.strip_prefix("Displayed"));
            let digits =
                |rest: &str| rest.trim_start().chars().take_while(char::is_ascii_digit).collect::<String>();
            let count = displayed.map_or(0, |rest| digits(rest).parse().unwrap());
            prop_assert!(prefixes.len() <= count, "{prefixes:?}");
        }
    }

    #[test]
    fn damaged_lists_of_changes(bytes in damaged("changes")) {
        if let Some((prefixes, unaccounted)) = changes_of(&bytes) {
            let text = String::from_utf8_lossy(&bytes);
            let head = text.lines().next().map(|line| line.trim_end().strip_prefix("BGP table version is ").unwrap());
            let version: u64 = head.map_or(102, |rest| rest.split([',', ' ']).next().unwrap().parse().unwrap());
            prop_assert_eq!(prefixes.len() as u64 + unaccounted, version - 100);
        }
    }

    #[test]
    fn damaged_lists(bytes in damaged("communities")) {
        let wanted = ["12076:5010".parse().unwrap()];
        let mut found = [false];
        if communities::read_communities(&bytes[..], &wanted, &mut found).is_ok() {
            let text = String::from_utf8(bytes).unwrap();
            let stands = text.lines().skip(1).any(|line| {
                line.split_once(") ").is_some_and(|(_, set)| set.split_ascii_whitespace().any(|word| word == "12076:5010"))
            });
            prop_assert_eq!(found[0], stands);
        }
    }

    #[test]
    fn damaged_sessions(bytes in damaged("sessions")) {
        for session in summary::read_sessions(&bytes[..]).unwrap_or_default() {
            prop_assert!(session.since.is_some() || !session.converged);
        }
    }

    #[test]
    fn damaged_lines(bytes in damaged("exabgp")) {
        let mut exabgp = ExaBgp::new(1);
        for line in bytes.split(|byte| *byte == b'\n') {
            let understood = event::read(line).is_ok();
            prop_assert!(understood || exabgp.apply(line) == LineEffect::Changed);
        }
    }

    #[test]
    fn damaged_routes(bytes in damaged("gobgp"), others in damaged("bagpipe")) {
        if gobgp_routes(&bytes).is_some() {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
        }
        if bagpipe_routes(&others).is_some() {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&others).is_ok());
        }
        for neighbor in gobgp::neighbors::read(&mut &bytes[..]).unwrap_or_default().known {
            let session = neighbor.session(0);
            prop_assert!(session.since.is_some() || session.ipv4.is_none());
        }
        drop(bagpipe::peers::read(&mut &others[..]));
    }
}
