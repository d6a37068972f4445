//! The parsers of replies, on the seeds of the fuzz targets and on what chance makes of it.

#![allow(clippy::unwrap_used, reason = "a failure to set the scene fails the test")]

use std::fs;
use std::path::Path;

use bgp_community_services::source::bgpd::{survey, table};
use bgp_community_services::source::reply;
use proptest::prelude::*;
use proptest::sample::Index;

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| fs::read(path).unwrap()).collect()
}

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

fn prefixes_of(bytes: &[u8]) -> Option<Vec<(String, bool)>> {
    let mut told = Vec::new();
    table::read(bytes, &mut |prefix, best| told.push((prefix.to_string(), best))).ok()?;
    Some(told)
}

#[test]
fn the_seeds_are_understood() {
    let mut tables: Vec<_> = seeds("table").iter().map(|bytes| prefixes_of(bytes).unwrap()).collect();
    tables.sort();
    let told = |text: &str, best| (text.to_owned(), best);
    assert_eq!(
        tables,
        [
            vec![
                told("10.0.0.0/8", true),
                told("13.107.6.152/31", false),
                told("13.107.6.152/31", true),
                told("13.107.18.10/32", true)
            ],
            vec![told("2603:1006:1400:1234:5678:9abc:def0:0/120", true), told("2620:1ec::/36", true)],
        ]
    );
    assert!(seeds("reply").iter().any(|bytes| {
        let mut targets = Vec::new();
        reply::read(&mut &bytes[..], &mut |_, path| targets.extend(path.route_targets.clone())).is_ok()
            && targets.len() == 1
    }));
    let wanted =
        ["12076:5010", "65535:65281", "65535:65283", "64512:1:2", "1:1"].map(|text| text.parse().unwrap());
    let mut found = [false; 5];
    for list in seeds("communities") {
        survey::read_communities(&list[..], &wanted, &mut found).unwrap();
    }
    assert_eq!(found, [true, true, true, true, false]);
    let of_neighbors =
        seeds("sessions").into_iter().find_map(|bytes| survey::read_sessions(&bytes[..]).ok()).unwrap();
    let told: Vec<_> = of_neighbors
        .iter()
        .map(|one| (one.peer.as_str(), one.updates, one.ipv4, one.ipv6, one.settled))
        .collect();
    assert_eq!(told, [("127.0.0.2", 8, Some(4), None, true), ("127.0.0.3", 0, None, None, false)]);
}

/// A table that is not of the known form is not read at all, so that JSON is asked for instead.
#[test]
fn tables_of_another_form() {
    let table =
        String::from_utf8(seeds("table").into_iter().find(|bytes| bytes.len() > 600).unwrap()).unwrap();
    for (from, to) in [
        ("BGP table version", "Table version"),
        ("Network  ", "Prefix   "),
        ("Displayed  3", "Displayed  4"),
        ("Displayed", "Shown"),
        ("10.0.0.0/8 ", "10.0.0.0   "),
        ("*> 10", "*! 10"),
        ("*> 10", "S  10"),
        ("*> 10", " *> 10"),
        ("\n\nDisplayed  3 routes and 6 total paths\n", "\n"),
        ("total paths\n", "total paths\nmore\n"),
        ("total paths\n", "total paths"),
    ] {
        assert!(table.contains(from), "{from}");
        assert_eq!(prefixes_of(table.replace(from, to).as_bytes()), None, "{from} replaced by {to}");
    }
    assert_eq!(prefixes_of(b""), Some(Vec::new()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_replies(bytes in damaged("reply")) {
        let mut told = 0;
        if reply::read(&mut &bytes[..], &mut |_, _| told += 1).is_ok() {
            let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert!(json["routes"].is_object());
        }
    }

    #[test]
    fn damaged_tables(bytes in damaged("table")) {
        if let Some(told) = prefixes_of(&bytes) {
            let mut prefixes: Vec<_> = told.into_iter().map(|(prefix, _)| prefix).collect();
            prefixes.dedup();
            let text = String::from_utf8_lossy(&bytes);
            let displayed = text.lines().rev().find_map(|line| line.strip_prefix("Displayed"));
            let count = displayed.map_or(0, |rest| rest.split_whitespace().next().unwrap().parse().unwrap());
            prop_assert!(prefixes.len() <= count, "{prefixes:?}");
        }
    }

    #[test]
    fn damaged_lists(bytes in damaged("communities")) {
        let wanted = ["12076:5010".parse().unwrap()];
        let mut found = [false];
        if survey::read_communities(&bytes[..], &wanted, &mut found).is_ok() {
            let text = String::from_utf8(bytes).unwrap();
            let stands = text.lines().skip(1).any(|line| {
                line.split_once(") ").is_some_and(|(_, set)| set.split_ascii_whitespace().any(|word| word == "12076:5010"))
            });
            prop_assert_eq!(found[0], stands);
        }
    }

    #[test]
    fn damaged_sessions(bytes in damaged("sessions")) {
        for session in survey::read_sessions(&bytes[..]).unwrap_or_default() {
            prop_assert!(session.since.is_some() || !session.settled);
        }
    }
}
