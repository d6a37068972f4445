//! The module's memory has a limit, whatever a routing engine sends.

use std::fs;
use std::io::{self, Write};
use std::net::Ipv6Addr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bgpcs_testing::alone;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use wait4::Wait4 as _;

use crate::scene::Scene;

/// What the packaged program has to keep to is 24 MB; of this unoptimized one, more pages are in use.
const LIMIT: u64 = 26_000_000;

/// As many prefixes as `max-prefixes` allows, each as long as one can be; at every summary, one of them has changed.
fn longest_table() -> Answer {
    let version = AtomicU64::new(1000);
    Answer::Written(Arc::new(move |request, reply| {
        match request {
            "show bgp ipv4 unicast summary json" => write!(reply, "{{\"tableVersion\": 0}}")?,
            "show bgp ipv6 unicast summary json" => {
                let version = version.fetch_add(1, Ordering::SeqCst) + 1;
                write!(reply, "{{\"tableVersion\": {version}, \"ribCount\": 2000000}}")?;
            }
            "show bgp neighbors json" => reply.write_all(SESSION.as_bytes())?,
            "show bgp ipv6 unicast community 12076:5010" => write_table(reply, 1000, 100_000)?,
            "show bgp ipv6 unicast version 1002" => write_table(reply, 1002, 1)?,
            request if request.starts_with("show bgp ipv6 unicast 2001:") => write!(
                reply,
                "{{\"prefix\": \"{}\", \"paths\": [{{\"valid\": true, \"bestpath\": {{\"overall\": true}}}}]}}",
                prefix(0)
            )?,
            _ => {}
        }
        reply.write_all(&[0; 4])
    }))
}

fn write_table(reply: &mut dyn Write, version: u64, count: u128) -> io::Result<()> {
    writeln!(reply, "BGP table version is {version}, local router ID is 192.0.2.1, vrf id 0\n")?;
    writeln!(reply, "   Network          Next Hop            Path")?;
    for index in 0..count {
        writeln!(reply, "*> {}", prefix(index))?;
        writeln!(reply, "                    2001:db8::2                            0 64513 i")?;
    }
    writeln!(reply, "\nDisplayed  {count} routes and 100000 total paths")
}

fn prefix(index: u128) -> String {
    let address = Ipv6Addr::from_bits((0x2001_0db8_1234_5678_9abc_def0_u128 << 32) + (index << 2));
    format!("{address}/126")
}

const SESSION: &str = r#"{"192.0.2.2": {"bgpState": "Established", "bgpTimerUpMsec": 100000,
    "bgpTimerUpEstablishedEpoch": 1795252138, "bgpInUpdateElapsedTimeMsecs": 100000, "connectionsEstablished": 1,
    "neighborCapabilities": {"multiprotocolExtensions": {"ipv6Unicast": {"advertisedAndReceived": true}}},
    "addressFamilyInfo": {"ipv6Unicast": {"acceptedPrefixCounter": 100000}}, "messageStats": {"updatesRecv": 8}}}"#;

/// Runs the module with these answers, and holds its peak.
#[track_caller]
fn hold_to_limit(scene: &Scene, case: &str) {
    // What the system reports as a program's peak includes that of the program that started it.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let ended = scene.command(&[]).stderr(Stdio::null()).spawn().unwrap().wait4().unwrap();
    assert!(ended.status.success(), "{case}");
    assert!(ended.rusage.maxrss < LIMIT, "{case}: {} bytes", ended.rusage.maxrss);
}

#[test]
fn whatever_comes() {
    alone("memory::whatever_comes", all_that_may_come);
}

fn all_that_may_come() {
    let scene = Scene::new();
    stand_in::vty(&scene.path("bgpd.vty"), longest_table());
    hold_to_limit(&scene, "the first refresh");
    hold_to_limit(&scene, "a change that is followed");
    let file = fs::read_to_string(scene.path("output.json")).unwrap();
    assert_eq!(file.matches("ip-prefix").count(), 99_999);
    drop(file);

    let megabytes = |count: usize, piece: &str| count * 1_000_000 / piece.len();
    let route = r#""10.0.0.0/8":[{"valid":true,"bestpath":true,"path":"64513 64514","nexthops":[{"ip":"192.0.2.2"}]}],"#;
    let long = |start: &str, piece: &str, end: &str| {
        Answer::Long(start.into(), piece.into(), megabytes(30, piece), vty_reply(0, end))
    };
    for (case, answer) in [
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
        hold_to_limit(&scene, case);
    }
}
