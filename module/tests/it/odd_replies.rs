//! Odd replies: each costs no more than itself. The replies are seeds of the fuzz targets.

#![allow(clippy::unwrap_used, reason = "a failure to set the scene fails the test")]

mod exabgp_lines;
mod gobgp_routes;
mod stand_in;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use bgp_community_services::collect::gather::{Gathered, Gathering};
use bgp_community_services::collect::last_answers::LastAnswers;
use bgp_community_services::collect::last_good::LastGood;
use bgp_community_services::collect::plan::parts;
use bgp_community_services::collect::services::Services;
use bgp_community_services::collect::snapshot::Snapshot;
use bgp_community_services::collect::state::State;
use bgp_community_services::instance::{Instance, Table};
use bgp_community_services::prefix::{Family, Prefix};
use bgp_community_services::settings::{Limits, Settings};
use bgp_community_services::source::bgpd::{Bgpd, aliases, communities, lookup, summary, text};
use bgp_community_services::source::deadlines::Deadlines;
use bgp_community_services::source::exabgp::{ExaBgp, LineEffect};
use bgp_community_services::source::filter::Scanned;
use bgp_community_services::source::routes_json::{self, ReplyItem};
use bgp_community_services::source::summary::{BgpSummary, Session, TableStatus};
use bgp_community_services::source::{
    Abilities, MatchedPath, Query, QueryItem, RibInspection, RouteSource, bagpipe, gobgp,
};
use bgpcs::{Community, ModuleConfiguration};

fn seed(target: &str, name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target).join(name)).unwrap()
}

fn communities_text(communities: &[Community]) -> String {
    communities.iter().map(Community::to_string).collect::<Vec<_>>().join(" ")
}

fn unreadable(prefix: Option<Prefix>) -> String {
    format!("unreadable {}", prefix.map_or("key".to_owned(), |prefix| prefix.to_string()))
}

/// The usable paths of a JSON reply in words; none for a reply that is not understood.
fn reply(bytes: &[u8]) -> Option<Vec<String>> {
    let mut items = Vec::new();
    let each = &mut |item: ReplyItem<'_>| match item {
        ReplyItem::Path(prefix, path) if path.valid => {
            let best = if path.best { " best" } else { "" };
            let targets: Vec<_> = path.route_targets.iter().map(|target| format!(" {target}")).collect();
            items.push(format!("{prefix}{best}{}", targets.concat()));
        }
        ReplyItem::Path(..) => {}
        ReplyItem::Unreadable(prefix) => items.push(unreadable(prefix)),
    };
    routes_json::read(&mut &bytes[..], each).ok()?;
    Some(items)
}

#[test]
fn json_replies_of_bgpd() {
    let cases: &[(&str, Option<&[&str]>)] = &[
        ("detail.json", Some(&["2001:db8::/48 best target:64512:77"])),
        ("detail-9.0.json", Some(&["13.107.6.0/24 best target:64512:77", "198.51.100.0/24 best"])),
        ("without-detail-10.3.json", Some(&["13.107.6.0/24 best"])),
        ("latin-1.json", Some(&["10.0.0.0/8 best"])),
        ("damped.json", Some(&["10.3.0.0/16"])),
        ("stale.json", Some(&["10.0.0.0/8 best"])),
        ("key-that-is-no-prefix.json", Some(&["unreadable key", "unreadable key", "10.1.0.0/16"])),
        ("flag-that-is-text.json", Some(&["unreadable 10.0.0.0/8", "10.1.0.0/16"])),
        ("best-path-that-is-a-number.json", Some(&["10.0.0.0/8", "unreadable 10.0.0.0/8"])),
        ("route-targets-that-are-a-list.json", Some(&["10.0.0.0/8", "unreadable 10.0.0.0/8"])),
        ("route-target-that-cannot-be-read.json", Some(&["10.0.0.0/8 target:1:2", "unreadable 10.0.0.0/8"])),
        ("route-target-in-asdot.json", Some(&["10.0.0.0/8 target:4200000000:77 target:64512:77"])),
        ("object-without-paths.json", None),
        ("paths-in-paths.json", None),
        ("warning.json", None),
    ];
    for (name, expected) in cases {
        let expected = expected.map(|items| items.iter().map(|item| (*item).to_owned()).collect());
        assert_eq!(reply(&seed("reply", name)), expected, "{name}");
    }
}

/// Bytes that are not UTF-8 are read wherever a chunk of the reply ends.
#[test]
fn host_names_in_any_bytes() {
    for filler in 0..4 {
        for name in [&b"Z\xfcrich"[..], b"\xe2\x82", b"\xff\xfe\xfd", "\u{20ac}".as_bytes()] {
            let mut bytes = b"{\"routes\": {\"10.0.0.0/8\": [{\"hostname\": \"".to_vec();
            bytes.extend([name, b"\", \"a\": \""].concat());
            bytes.extend(vec![b'x'; 65_536 - bytes.len() - filler]);
            bytes.extend([name, b"\", \"valid\": true}]}}"].concat());
            assert_eq!(reply(&bytes), Some(vec!["10.0.0.0/8".to_owned()]), "{filler} {name:?}");
        }
    }
}

#[test]
fn status_codes_of_tables() {
    let table = |name: &str| {
        let mut paths = Vec::new();
        let each = &mut |path: text::ShownPath| {
            let marks =
                [(path.best, "best"), (path.valid && !path.best, "valid"), (path.is_unclear, "unclear")];
            let marks = marks.iter().filter(|(is_so, _)| *is_so).map(|(_, mark)| format!(" {mark}"));
            paths.push(format!("{}{}", path.prefix, marks.collect::<String>()));
        };
        text::read(&seed("table", name)[..], each).ok()?;
        Some(paths)
    };
    let expected = [
        "10.0.0.0/8 best",
        "10.1.0.0/16",
        "10.2.0.0/16",
        "10.3.0.0/16 best",
        "10.4.0.0/16 unclear",
        "10.5.0.0/16 valid unclear",
        "10.6.0.0/16 unclear",
        "10.7.0.0/16",
        "10.8.0.0/16 best",
        "10.9.0.0/16",
        "10.10.0.0/16",
    ];
    assert_eq!(table("status-codes").unwrap(), expected);
    assert_eq!(table("10.3").unwrap(), ["13.107.6.0/24 best"]);
    assert_eq!(table("unknown-status"), None);
}

#[test]
fn neighbors_of_bgpd() {
    let sessions = |name: &str| {
        let sessions = summary::read_sessions(&seed("sessions", name)[..]).ok()?;
        let words = |session: &Session| {
            let Session { peer, ipv4, ipv6, converged, ports, .. } = session;
            format!("{peer} {ipv4:?} {ipv6:?} {converged} {ports:?}")
        };
        Some(sessions.iter().map(words).collect::<Vec<_>>().join(", "))
    };
    let cases = [
        ("10.3.json", Some("127.0.0.2 Some(2) None true Some((3911, 37355))")),
        ("7.1.json", Some("192.0.2.2 Some(4) Some(2) true Some((179, 40000))")),
        ("latin-1.json", Some("192.0.2.2 Some(4) None true Some((179, 40000))")),
        ("flag-that-is-text.json", None),
    ];
    for (name, expected) in cases {
        assert_eq!(sessions(name).as_deref(), expected, "{name}");
    }
    let version = |name: &str| summary::read_table(&seed("sessions", name)[..]).unwrap().version;
    let names = ["summary-10.3.json", "summary-of-no-neighbor.json", "version-in-a-query.json"];
    assert_eq!(names.map(version), [Some(2), None, Some(7)]);
}

/// A list of neighbors is read as far as it is used.
#[test]
fn endless_lists() {
    let one = |address: usize| format!("\"192.0.2.{address}\":{{\"messageStats\":{{\"updatesRecv\":1}}}}");
    let of = |count| format!("{{{}}}", (0..count).map(one).collect::<Vec<_>>().join(","));
    assert_eq!(summary::read_sessions(of(1000).as_bytes()).unwrap().len(), 1000);
    assert!(summary::read_sessions(of(1001).as_bytes()).is_err());
    let endless = |begin: &'static [u8], more: u8| begin.chain(io::repeat(more));
    assert!(summary::read_sessions(endless(b"{", b' ')).is_err());
    assert!(summary::read_table(endless(b"{\"a\": \"", b'x')).is_err());
    for (begin, more) in [(&b""[..], b' '), (b"[{\"id\": \"", b'x'), (b"[{\"id\": [", b'[')] {
        assert!(bagpipe::peers::read(&mut endless(begin, more)).is_err(), "{begin:?}");
        assert!(gobgp::neighbors::read(&mut endless(begin, more)).is_err(), "{begin:?}");
    }
    let peers = |count| format!("[{}]", vec!["{\"id\": \"a\", \"state\": \"Idle\"}"; count].join(","));
    assert_eq!(bagpipe::peers::read(&mut peers(1000).as_bytes()).unwrap().len(), 1000);
    assert!(bagpipe::peers::read(&mut peers(1001).as_bytes()).is_err());
}

/// A summary that proves that no route changed, and what takes the proof away.
#[test]
fn signs_of_a_change() {
    let table = |version| TableStatus { version, ..TableStatus::default() };
    let session = Session {
        peer: "192.0.2.2".to_owned(),
        since: Some(1000),
        ports: Some((179, 40000)),
        times_established: 1,
        updates: 3,
        ipv4: Some(2),
        ..Session::default()
    };
    let before = BgpSummary {
        process: Some(1),
        ipv4: table(Some(2)),
        ipv6: table(Some(0)),
        sessions: vec![session.clone()],
        ..BgpSummary::default()
    };
    let with = |change: fn(&mut Session)| {
        let mut session = session.clone();
        change(&mut session);
        BgpSummary { sessions: vec![session], ..before.clone() }
    };
    let damped = TableStatus { dampening: true, ..before.ipv4 };
    let cases = [
        ("nothing", before.clone(), true, true),
        ("a second of imprecision", with(|session| session.since = Some(1001)), true, true),
        ("another connection", with(|session| session.ports = Some((179, 40001))), false, false),
        ("another version", BgpSummary { ipv4: table(Some(1)), ..before.clone() }, false, false),
        ("an UPDATE message", with(|session| session.updates = 4), false, true),
        ("another local address", with(|session| session.local = Some("192.0.2.9".to_owned())), false, false),
        ("dampening", BgpSummary { ipv4: damped, ..before.clone() }, false, false),
    ];
    for (case, now, routes, best_paths) in cases {
        assert_eq!((now.same_routes(&before), now.same_best_paths(&before)), (routes, best_paths), "{case}");
    }
    let unversioned = BgpSummary { ipv6: table(None), ..before.clone() };
    assert!(!unversioned.same_routes(&unversioned) && !unversioned.same_best_paths(&unversioned));
    let never_up = BgpSummary { sessions: vec![Session::default()], ..before };
    assert!(!never_up.same_routes(&never_up));
}

/// What an operator's name for a community reads as is not taken for a community.
#[test]
fn names_of_communities() {
    let names = aliases::Aliases::read("blackhole\nexchange\n1:1:1\n".as_bytes()).unwrap();
    let read_as: Vec<_> = names.iter().map(Community::to_string).collect();
    assert_eq!(read_as, ["65535:666", "1:1:1"]);
    let reply = br#"{"prefix": "10.0.0.0/8", "paths": [{"valid": true, "community": {"string": "12076:5010 blackhole"}}]}"#;
    let mut paths = lookup::read_paths_of(&reply[..], "10.0.0.0/8".parse().unwrap()).unwrap();
    assert_eq!(communities_text(&paths[0].communities), "12076:5010 65535:666");
    assert!(!paths[0].is_unclear);
    names.clear_up(&mut paths[0]);
    assert_eq!(communities_text(&paths[0].communities), "12076:5010");
    assert!(paths[0].is_unclear);
    let mut found = [false];
    let list = seed("communities", "aliases");
    assert!(communities::read_communities(&list[..], &["1:1".parse().unwrap()], &mut found).is_err());
}

const IPV4: Table = Table { instance: Instance::Default, family: Family::Ipv4 };

fn query(community: &str) -> Query {
    Query {
        table: IPV4,
        application: "A".parse().unwrap(),
        community: community.parse().unwrap(),
        further: Vec::new(),
    }
}

/// A prefix of which a value could not be read stays where it was, and only there.
#[test]
fn unreadable_prefixes_stay() {
    let prefix = |text: &str| text.parse::<Prefix>().unwrap();
    let configuration: ModuleConfiguration = serde_json::from_str(
        r#"{"applications": [{"application-name": "A", "bgp-community": ["1:1"]}], "duration": 60}"#,
    )
    .unwrap();
    let mut snapshot = Snapshot::default();
    let known = vec![prefix("10.1.0.0/16"), prefix("10.2.0.0/16")];
    snapshot.add(&IPV4, &"1:1".parse().unwrap(), known, None);
    let state_dir = tempfile::tempdir().unwrap();
    let last_good = LastGood {
        time: 1000,
        refreshed: 1000,
        source: "bgpd".to_owned(),
        configuration: configuration.clone(),
        summary: None,
        vrfs: BTreeMap::new(),
        output: None,
        snapshot: snapshot.save(state_dir.path()).unwrap(),
        recent: None,
    };
    let stale_path_time = configuration.stale_path_time;
    let earlier = State { last_good: Some(last_good), ..State::default() };
    let last = LastAnswers::new(state_dir.path(), &earlier, &Services::default, stale_path_time, 1010);
    let parts = parts(&configuration, &Abilities::default());
    let mut gathering = Gathering::new(&parts[0], &last);
    let path = |text: &str| QueryItem::Path(MatchedPath { community: 0, prefix: prefix(text), best: true });
    let send = |_: &Query, each: &mut dyn FnMut(QueryItem)| {
        let unreadable = [Some(prefix("10.2.0.0/16")), Some(prefix("10.3.0.0/16")), None];
        unreadable.into_iter().for_each(|prefix| each(QueryItem::Unreadable(prefix)));
        each(path("10.9.0.0/16"));
        Ok(())
    };
    gathering.gather(&query("1:1"), send).unwrap();
    let Gathered { resolution, failures, .. } = gathering.finish("bgpd");
    assert_eq!(resolution.services.get(&"A".parse().unwrap()), ["10.2.0.0/16", "10.9.0.0/16"].map(prefix));
    assert_eq!(resolution.warnings, ["left out 3 values from bgpd that could not be read"]);
    assert!(failures.is_empty());
}
