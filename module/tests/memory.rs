//! The module's memory has a limit, whatever a routing engine sends.

#![allow(clippy::unwrap_used, reason = "a failure to set the scene fails the test")]

mod scene;
mod stand_in;

use std::fs;
use std::net::Ipv6Addr;
use std::process::Stdio;
use std::sync::Arc;

use scene::Scene;
use stand_in::{Answer, vty_reply};
use wait4::Wait4 as _;

const LIMIT: u64 = 24_000_000;

/// As many as `max-prefixes` allows, each as long as a prefix can be.
fn longest_table() -> Answer {
    let line = |index: u128| {
        let prefix = Ipv6Addr::from_bits((0x2001_0db8_1234_5678_9abc_def0_u128 << 32) + (index << 2));
        format!("*> {prefix}/126\n                    2001:db8::2                            0 64513 i\n")
    };
    let head = "BGP table version is 1, local router ID is 192.0.2.1, vrf id 0\n\n   Network          Next Hop            Path\n";
    let table = move || {
        let lines: String = (0..100_000).map(line).collect();
        vty_reply(0, &format!("{head}{lines}\nDisplayed  100000 routes and 100000 total paths\n"))
    };
    Answer::Made(Arc::new(move |request| match request.contains("ipv6 unicast community 12076:5010") {
        true => table(),
        false => vty_reply(0, ""),
    }))
}

#[test]
fn whatever_comes() {
    let megabytes = |count: usize, piece: &str| count * 1_000_000 / piece.len();
    let route = r#""10.0.0.0/8":[{"valid":true,"bestpath":true,"path":"64513 64514","nexthops":[{"ip":"192.0.2.2"}]}],"#;
    let long = |start: &str, piece: &str, end: &str| {
        Answer::Long(start.into(), piece.into(), megabytes(30, piece), vty_reply(0, end))
    };
    for (case, answer) in [
        ("a full file", longest_table()),
        ("a long reply", long("{\"routes\":{", route, "\"10.0.0.0/8\":[]}}")),
        ("a long string", long("{\"a\":\"", "\\\"x", "\"}")),
        ("many brackets", long("{\"a\":", "[\"\",", "")),
        ("many keys", long("{", "\"a\":{\"b\":[]},", "\"routes\":{}}")),
        ("text without a line", long("BGP table version is 1", "x", "")),
        (
            "a table without an end",
            long("BGP table version is 1\n   Network          Next Hop\n", "*> 10.0.0.0/8 x\n", ""),
        ),
    ] {
        let scene = Scene::new();
        stand_in::vty(&scene.path("bgpd.vty"), answer);
        // What the system reports as a program's peak includes that of the program that started it.
        fs::write("/proc/self/clear_refs", "5").unwrap();
        let ended = scene.command(&[]).stderr(Stdio::null()).spawn().unwrap().wait4().unwrap();
        assert!(ended.status.success(), "{case}");
        assert!(ended.rusage.maxrss < LIMIT, "{case}: {} bytes", ended.rusage.maxrss);
    }
}
