//! The parsers of replies, on the seeds of the fuzz targets and on what chance makes of it.

mod damaged;

use std::fs;
use std::path::Path;

use bgp_community_services::prefix::{Family, Prefix};
use bgp_community_services::source::DestinationPath;
use bgp_community_services::source::bgpd::{changes, communities, lookup, summary, text};
use bgp_community_services::source::exabgp::{ExaBgp, LineEffect, event};
use bgp_community_services::source::filter::{Route, Scanned};
use bgp_community_services::source::routes_json::{self, ReplyItem};
use bgp_community_services::source::{bagpipe, gobgp};
use bgpcs::Community;

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| fs::read(path).unwrap()).collect()
}

fn seed(target: &str, name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target).join(name)).unwrap()
}

fn prefixes_of(bytes: &[u8]) -> Option<Vec<(String, bool)>> {
    let mut found = Vec::new();
    let each = &mut |path: text::ShownPath| {
        if path.valid {
            found.push((path.prefix.to_string(), path.best));
        }
    };
    text::read(bytes, each).ok()?;
    Some(found)
}

#[test]
fn the_seeds_are_understood() {
    let tables = ["ipv4", "ipv6"].map(|name| prefixes_of(&seed("table", name)).unwrap());
    let found = |text: &str, best| (text.to_owned(), best);
    assert_eq!(
        tables,
        [
            vec![
                found("10.0.0.0/8", true),
                found("13.107.6.152/31", false),
                found("13.107.6.152/31", true),
                found("13.107.18.10/32", true)
            ],
            vec![found("2603:1006:1400:1234:5678:9abc:def0:0/120", true), found("2620:1ec::/36", true)],
        ]
    );
    assert!(seeds("reply").iter().any(|bytes| {
        let mut targets = Vec::new();
        let each = &mut |item: ReplyItem<'_>| {
            if let ReplyItem::Path(_, path) = item {
                targets.extend(path.route_targets.clone());
            }
        };
        routes_json::read(&mut &bytes[..], each).is_ok() && targets.len() == 1
    }));
    let wanted =
        ["12076:5010", "65535:65281", "65535:65283", "64512:1:2", "1:1"].map(|text| text.parse().unwrap());
    let mut found = [false; 5];
    for list in ["standard", "large"].map(|name| seed("communities", name)) {
        communities::read_communities(&list[..], &wanted, &mut found).unwrap();
    }
    assert_eq!(found, [true, true, true, true, false]);
    let of_neighbors = summary::read_sessions(&seed("sessions", "neighbors.json")[..]).unwrap();
    let found: Vec<_> = of_neighbors
        .iter()
        .map(|one| (one.peer.as_str(), one.updates, one.ipv4, one.ipv6, one.converged))
        .collect();
    assert_eq!(found, [("127.0.0.2", 8, Some(4), None, true), ("127.0.0.3", 0, None, None, false)]);
}

/// A table that is not of the known form is not read at all, so that JSON is asked for instead.
#[test]
fn tables_of_another_form() {
    let table = String::from_utf8(seed("table", "ipv4")).unwrap();
    for (from, to) in [
        ("BGP table version", "Table version"),
        ("Network  ", "Prefix   "),
        ("Displayed  3", "Displayed  4"),
        ("Displayed", "Shown"),
        ("10.0.0.0/8 ", "10.0.0.0   "),
        ("*> 10", "*! 10"),
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

/// What changed since version 100 of a table of which a summary saw version 102: the prefixes, and how many changes are
/// not theirs.
fn changes_of(bytes: &[u8]) -> Option<(Vec<String>, u64)> {
    let (read, _) = changes::read(bytes, 100, 102).ok()?;
    Some((read.prefixes.iter().map(Prefix::to_string).collect(), read.unaccounted))
}

#[test]
fn lists_of_changes() {
    let list = String::from_utf8(seeds("changes").remove(0)).unwrap();
    let two = ["10.1.0.0/16", "10.2.0.0/16"].map(str::to_owned).to_vec();
    for (from, to, expected) in [
        ("", "", Some((two.clone(), 1))),
        ("version is 103", "version is 102", Some((two.clone(), 0))),
        ("version is 103", "version is 101", None),
        ("version is 103", "version is 99", None),
        ("version is 103", "version is new", None),
        ("Displayed  2", "Displayed  3", None),
        ("*  ", "S  ", Some((two.clone(), 1))),
        // How many paths there are is said in passing.
        (" and 5 total paths", "", Some((two, 1))),
    ] {
        assert!(list.contains(from), "{from}");
        assert_eq!(changes_of(list.replacen(from, to, 1).as_bytes()), expected, "{from} replaced by {to}");
    }
    assert_eq!(changes_of(b""), Some((vec![], 2)), "nothing is listed");
    for (name, bytes) in hostile().into_iter().filter(|(_, bytes)| !bytes.is_empty()) {
        assert_eq!(changes_of(&bytes), None, "{name}");
    }
}

/// What is said of one prefix is understood, or nobody acts on it.
#[test]
fn paths_of_a_prefix() {
    let of = |text: &str| {
        let paths = lookup::read_paths_of(text.as_bytes(), "10.0.0.0/8".parse().unwrap()).ok()?;
        let path = |path: &DestinationPath| {
            let communities: Vec<_> = path.communities.iter().map(Community::to_string).collect();
            let marks = [(path.best, "best"), (path.is_unclear, "unclear")];
            let marks = marks.iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| (*mark).to_owned());
            marks.chain(communities).collect::<Vec<_>>().join(" ")
        };
        Some(paths.iter().map(path).collect::<Vec<_>>().join(", "))
    };
    let with = |path: &str| format!("{{\"prefix\": \"10.0.0.0/8\", \"paths\": [{path}]}}");
    for (text, expected) in [
        (String::new(), Some("")),
        ("{\n}\n".into(), Some("")),
        (with("{\"valid\": true, \"bestpath\": {\"overall\": true}}"), Some("best")),
        (with("{\"valid\": true, \"community\": {\"string\": \"1:2 no-export\"}}"), Some("1:2 65535:65281")),
        (with("{\"valid\": true, \"largeCommunity\": {\"string\": \"1:2:3\"}}"), Some("1:2:3")),
        (
            with("{\"valid\": true, \"extendedCommunity\": {\"string\": \"RT:1:2 SoO:1:3\"}}"),
            Some("target:1:2"),
        ),
        (with("{\"valid\": true, \"community\": {\"string\": \"exchange\"}}"), Some("unclear")),
        (with("{\"valid\": true, \"community\": [\"1:2\"]}"), Some("unclear")),
        (with("{\"community\": {\"string\": \"1:2\"}}"), Some("")),
        (with("{\"valid\": true}").replace("10.0.0.0/8", "0.0.0.0/0"), Some("")),
        (with("{\"valid\": true}").replace("10.0.0.0/8", "10.0.0.0"), None),
        (with("").replace("paths", "routes"), None),
        (with(""), None),
        ("[]".into(), None),
        ("{\"warning\": \"no BGP\"}".into(), None),
        (with("{\"valid\": true}") + "{}", None),
    ] {
        assert_eq!(of(&text).as_deref(), expected, "{text}");
    }
}

/// A text that says something a thousand times, deeply nested, or not as UTF-8; no parser takes any of them.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("nothing", b"".to_vec()),
        ("garbage", b"\x00\xff\xfe{]".to_vec()),
        ("a number", b"7".to_vec()),
        ("text", b"\"10.0.0.0/8\"".to_vec()),
        ("null", b"null".to_vec()),
        ("deep arrays", "[".repeat(1_000_000).into_bytes()),
        ("deep objects", "{\"10.0.0.0/8\":".repeat(1_000_000).into_bytes()),
        ("no UTF-8", b"{\"type\": \"\xff\", \"10.0.0.0/8\": [\"\xff\"]}".to_vec()),
        ("an endless text", format!("{{\"{}", "a".repeat(4 << 20)).into_bytes()),
    ]
}

/// The routes as `gobgp --json` prints them, in words.
fn gobgp_routes(bytes: &[u8]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let each = &mut |scanned: Scanned<'_>| {
        found.push(match scanned {
            Scanned::Route(Route { prefix, best, communities, .. }) => {
                let communities: Vec<_> = communities.iter().map(Community::to_string).collect();
                format!("{prefix}{} {}", if best { " best" } else { "" }, communities.join(" "))
            }
            Scanned::Unreadable(_) => "unreadable".to_owned(),
        });
    };
    gobgp::rib::read(&mut &bytes[..], each).ok()?;
    Some(found)
}

/// The IPv4 routes of BaGPipe-BGP's looking glass, in words.
fn bagpipe_routes(bytes: &[u8]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let each = &mut |scanned: Scanned<'_>| {
        found.push(match scanned {
            Scanned::Route(Route { prefix, neighbor, communities, .. }) => {
                let communities: Vec<_> = communities.iter().map(Community::to_string).collect();
                format!("{prefix} from {neighbor} {}", communities.join(" "))
            }
            Scanned::Unreadable(_) => "unreadable".to_owned(),
        });
    };
    bagpipe::routes::read(&mut &bytes[..], Family::Ipv4, each).ok()?;
    Some(found)
}

#[test]
fn hostile_texts() {
    for (name, bytes) in hostile() {
        assert_eq!(gobgp_routes(&bytes), None, "{name}");
        assert_eq!(bagpipe_routes(&bytes), None, "{name}");
        assert!(gobgp::neighbors::read(&mut &bytes[..]).is_err(), "{name}");
        assert!(bagpipe::peers::read(&mut &bytes[..]).is_err(), "{name}");
        let understood = event::read(&bytes);
        assert!(bytes.is_empty() || understood.is_err(), "{name}: {understood:?}");
    }
}

#[test]
fn routes_of_gobgp() {
    let one = |path: &str| format!("{{\"10.0.0.0/8\": [{path}]}}");
    let attributes = |attributes: &str| one(&format!("{{\"attrs\": [{attributes}]}}"));
    let left_out = Some(vec!["10.0.0.0/8 ", "unreadable"]);
    let cases = [
        ("{}".to_owned(), Some(vec![])),
        ("{\"10.0.0.0/8\": []}".into(), Some(vec![])),
        (one("{\"attrs\": [], \"best\": true}"), Some(vec!["10.0.0.0/8 best "])),
        (
            attributes("{\"type\": 8, \"communities\": [791417746, 4294967041]}"),
            Some(vec!["10.0.0.0/8 12076:5010 65535:65281"]),
        ),
        (
            attributes(
                "{\"type\": 16, \"value\": [{\"subtype\": 3}, {\"type\": 2, \"subtype\": 2, \"value\": \"0.64512:7\"}]}",
            ),
            Some(vec!["10.0.0.0/8 target:64512:7"]),
        ),
        (attributes("{\"type\": 99, \"value\": 7}"), Some(vec!["10.0.0.0/8 "])),
        // A prefix found twice is two paths.
        (format!("{{{0}, {0}}}", "\"10.0.0.0/8\": [{\"attrs\": []}]"), Some(vec!["10.0.0.0/8 "; 2])),
        // What cannot be read is left out.
        (attributes("{\"type\": 8, \"communities\": [4294967296]}"), left_out.clone()),
        (attributes("{\"type\": 8, \"communities\": [-1]}"), left_out.clone()),
        (attributes("{\"type\": 8, \"communities\": 1}"), left_out.clone()),
        (attributes("{\"type\": 32, \"value\": [{\"ASN\": 1, \"LocalData1\": 2}]}"), left_out.clone()),
        (attributes("{\"type\": \"8\"}"), left_out.clone()),
        (one("{}"), left_out),
        (one("7"), None),
        ("{\"10.0.0.0/8\": {}}".into(), None),
        ("{\"10.0.0.0/33\": [{\"attrs\": []}]}".into(), Some(vec!["unreadable"])),
        ("{\"error\": \"context deadline exceeded\"}".into(), None),
        ("{\"10.0.0.0/8\": [{\"attrs\": []}]".into(), None),
        ("{\"10.0.0.0/8\": [{\"attrs\": []}]} more".into(), None),
        // One element of more than a megabyte.
        (one(&format!("{{\"attrs\": [{}]}}", vec!["{\"type\": 1}"; 200_000].join(","))), None),
    ];
    for (text, expected) in cases {
        let expected = expected.map(|found| found.into_iter().map(str::to_owned).collect());
        assert_eq!(gobgp_routes(text.as_bytes()), expected, "{}", text.get(..200).unwrap_or(&text));
    }
}

#[test]
fn routes_of_bagpipe() {
    let one = |nlri: &str, entry: &str| format!("{{\"ipv4/mpls-vpn,*\": [{{\"{nlri}\": {entry}}}]}}");
    let nlri = "10.0.0.0/8 label 17 next-hop 192.0.2.1 rd 192.0.2.1:0";
    let cases = [
        ("{}".to_owned(), Some(vec![])),
        ("{\"l2vpn/evpn,*\": [7, []], \"ipv6/mpls-vpn,*\": [{\"x\": 7}]}".into(), Some(vec![])),
        (one(nlri, "{\"route_targets\": []}"), Some(vec!["10.0.0.0/8 from  "])),
        (
            one(
                nlri,
                "{\"route_targets\": [\"target:64512:9\", \"target:64512:8\", \"what\"], \"source\": {\"id\": \"BGP-192.0.2.1\"}}",
            ),
            Some(vec!["10.0.0.0/8 from 192.0.2.1 target:64512:8 target:64512:9"]),
        ),
        // What cannot be read is left out.
        (one(nlri, "{}"), Some(vec!["10.0.0.0/8 from  ", "unreadable"])),
        (one(nlri, "{\"route_targets\": \"target:64512:9\"}"), Some(vec!["10.0.0.0/8 from  ", "unreadable"])),
        (one("10.0.0.0", "{\"route_targets\": []}"), Some(vec!["unreadable"])),
        (one("2001:db8::/32", "{\"route_targets\": []}"), Some(vec!["unreadable"])),
        (one(nlri, "7"), None),
        ("{\"ipv4/mpls-vpn,*\": [7]}".into(), None),
        ("{\"ipv4/mpls-vpn,*\": {}}".into(), None),
        ("[]".into(), None),
    ];
    for (text, expected) in cases {
        let expected = expected.map(|found| found.into_iter().map(str::to_owned).collect());
        assert_eq!(bagpipe_routes(text.as_bytes()), expected, "{text}");
    }
}

/// The recorded replies and lines are understood.
#[test]
fn the_seeds_of_other_sources_are_understood() {
    assert_eq!(
        gobgp_routes(&seed("gobgp", "rib.json")).unwrap(),
        [
            "10.1.0.0/16 best 12076:5010 64512:1:2 target:64512:77 target:4200000000:77 target:192.0.2.1:77",
            "10.1.0.0/16 "
        ]
    );
    assert_eq!(gobgp::neighbors::read(&mut &seed("gobgp", "neighbors.json")[..]).unwrap().known.len(), 2);
    assert_eq!(
        bagpipe_routes(&seed("bagpipe", "routes.json")).unwrap(),
        ["10.1.0.0/16 from 127.0.0.6 target:64512:77", "10.1.0.0/16 from 127.0.0.6 target:64512:78"]
    );
    assert_eq!(bagpipe::peers::read(&mut &seed("bagpipe", "peers.json")[..]).unwrap().len(), 1);
    let session = String::from_utf8(seed("exabgp", "session")).unwrap();
    let mut exabgp = ExaBgp::new(1);
    let changes = session.lines().filter(|line| exabgp.apply(line.as_bytes()) == LineEffect::Changed).count();
    assert_eq!((changes, session.lines().all(|line| event::read(line.as_bytes()).is_ok())), (5, true));
}
