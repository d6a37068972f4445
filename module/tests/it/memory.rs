//! The module's memory has a limit, whatever a routing engine sends.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::net::Ipv6Addr;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use bgpcs_testing::{Used, alone, used_by};
use serde_json::json;

use crate::scene::Scene;

/// What the program has to keep to.
const LIMIT: u64 = 24_000_000;

/// Of what nobody but a program that is out to harm would send or leave.
const HOSTILE_LIMIT: u64 = 64_000_000;

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
    hold_to(scene, case, LIMIT);
}

#[track_caller]
fn hold_to(scene: &Scene, case: &str, limit: u64) {
    let (succeeded, peak) = ended(scene, &[]);
    assert!(succeeded, "{case}");
    assert!(peak < limit, "{case}: {peak} bytes");
}

/// Whether a command succeeds, and its peak in bytes.
fn ended(scene: &Scene, words: &[&str]) -> (bool, u64) {
    let mut command = scene.command(words);
    let Used { status, peak_bytes, .. } = used_by(command.stdout(Stdio::null()).stderr(Stdio::null()));
    (status.success(), peak_bytes)
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
    for name in ["last-run.json", "routes.json", "history.jsonl", "exabgp-sessions.json"] {
        let scene = Scene::new();
        fs::create_dir(scene.path("state")).unwrap();
        File::create(scene.path("state").join(name)).unwrap().set_len(3_000_000_000).unwrap();
        stand_in::vty(&scene.path("bgpd.vty"), longest_table());
        hold_to_limit(&scene, name);
        // As many texts as the longest state that is read can have.
        let texts = "\"\",".repeat(1_390_000);
        fs::write(scene.path("state").join(name), format!("{{\"warnings\": [{texts}\"\"]}}")).unwrap();
        hold_to(&scene, name, HOSTILE_LIMIT);
    }
    let flood = Answer::Written(Arc::new(|request, reply| {
        match request {
            "show bgp neighbors json" => {
                let name = "n".repeat(30_000);
                let neighbor = SESSION.strip_prefix("{\"192.0.2.2\": ").unwrap().strip_suffix('}').unwrap();
                (0..1000).try_for_each(|index| {
                    let before = if index == 0 { '{' } else { ',' };
                    write!(reply, "{before}\"{index}{name}\": {neighbor}")
                })?;
                write!(reply, "}}")?;
            }
            _ if request.contains("summary") => write!(reply, "{{\"tableVersion\": 1}}")?,
            _ => write!(reply, "{{\"routes\": {{}}}}")?,
        }
        reply.write_all(&[0; 4])
    }));
    let scene = Scene::new();
    stand_in::vty(&scene.path("bgpd.vty"), flood);
    hold_to(&scene, "a flood of neighbors", HOSTILE_LIMIT);

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

/// A reply that is text, a piece of it many times, and its end: of which so many megabytes are sent.
type Reply = (&'static str, &'static str, &'static str, usize);

/// What a source may send whose replies are JSON of its own form.
const REPLIES: [Reply; 9] = [
    ("{\"routes\":{", "\"10.0.0.0/8\":[{\"valid\":true,\"bestpath\":true}],", "\"10.0.0.0/8\":[]}}", 10),
    ("{\"a\":\"", "\\\"x", "\"}", 30),
    ("{\"a\":", "[\"\",", "", 30),
    ("{", "\"a\":[\"\"],", "\"b\":[]}", 10),
    ("[", "{\"a\":[{\"b\":[]}]},", "{}]", 30),
    ("{\"10.0.0.0/8\":[{\"attrs\":[{\"type\":8,\"communities\":[", "1,", "1]}]}]}", 30),
    ("{\"10.0.0.0/8\":[{\"attrs\":[", "{\"type\":8,\"communities\":[]},", "{}]}]}", 30),
    ("[{\"state\":{\"neighbor_address\":\"192.0.2.2\"},\"x\":[", "{\"\":0},", "{}]}]", 30),
    ("", " ", "{}", 300),
];

/// Of every source with replies of its own, whatever is in them.
#[test]
fn whatever_other_sources_say() {
    alone("memory::whatever_other_sources_say", all_that_others_may_say);
}

fn all_that_others_may_say() {
    let times = |piece: &str, megabytes: usize| megabytes * 1_000_000 / piece.len();
    for (start, piece, end, megabytes) in REPLIES {
        let http = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{start}");
        let answer = Answer::Long(http.into(), piece.into(), times(piece, megabytes), end.into());
        let url = stand_in::http(answer.clone());
        let root = url.split("/bgp/").next().unwrap();
        hold_source(piece, &["--source", "routing-manager", "--routing-manager-url", &url]);
        hold_source(piece, &["--source", "bagpipe", "--bagpipe-url", root]);
        // What is printed comes from another process, whose memory does not count.
        let scratch = tempfile::tempdir().unwrap();
        let command = scratch.path().join("gobgp");
        fs::write(scratch.path().join("piece"), piece.repeat(1 + 65536 / piece.len())).unwrap();
        let chunks = times(piece, megabytes) / (1 + 65536 / piece.len());
        let program = format!(
            "#!/usr/bin/perl\nmy $piece = do {{ local (@ARGV, $/) = ('{}/piece'); <> }};\nprint q({start});\n\
             print $piece for 1 .. {chunks};\nprint q({end});\n",
            scratch.path().display()
        );
        fs::write(&command, program).unwrap();
        fs::set_permissions(&command, Permissions::from_mode(0o755)).unwrap();
        let address = root.strip_prefix("http://").unwrap();
        let command = command.display().to_string();
        hold_source(piece, &["--source", "gobgp", "--gobgp", &command, "--gobgp-address", address]);
    }
}

/// Runs the module with another source than bgpd, and holds its peak.
#[track_caller]
fn hold_source(case: &str, options: &[&str]) {
    let scene = Scene::new();
    scene.edit("config.json", |config| {
        config["applications"] = json!([{"application-name": "A", "bgp-community": ["target:64512:77"]}]);
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_bgp-community-services"));
    for (option, name) in [("--config", "config.json"), ("--output", "output.json"), ("--state-dir", "state")]
    {
        command.arg(option).arg(scene.path(name));
    }
    command.arg("--syslog-socket").arg(scene.path("log")).args(options);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Used { status, peak_bytes: peak, .. } = used_by(&mut command);
    assert!(status.success() && peak < HOSTILE_LIMIT, "{} {case}: {peak} bytes", options[1]);
    assert!(scene.path("output.json").exists(), "{} {case}", options[1]);
}

/// As much as is read of a file, in pieces that take the most memory for their length.
#[test]
fn whatever_is_in_a_file() {
    alone("memory::whatever_is_in_a_file", all_that_may_be_in_a_file);
}

fn all_that_may_be_in_a_file() {
    const MIB: usize = 1 << 20;
    const RUNNING: &str = "var/run/128technology/config.json";
    let numbered = |index: usize| format!("\"{index}\":[],");
    let prefix = |_: usize| r#"{"ip-prefix":"::/0"},"#.to_owned();
    let application =
        |index: usize| format!("{{\"application-name\":\"{index}\",\"bgp-community\":[\"1:1\"]}},");
    let community = |index: usize| format!("\"{}:{}\",", index / 65536, index % 65536);
    type Piece<'p> = &'p dyn Fn(usize) -> String;
    let rows: [(&str, &str, usize, Piece<'_>, &str); 9] = [
        ("output.json", r#"{"services":{"a":["#, 60 * MIB, &prefix, r#"{"ip-prefix":"::/0"}]}}"#),
        ("output.json", r#"{"services":{"#, 40 * MIB, &numbered, r#""a":[]}}"#),
        ("output.json", r#"{"services":""#, 40 * MIB, &|_| "x".repeat(1000), r#""}"#),
        (
            "config.json",
            r#"{"duration":60,"applications":["#,
            MIB,
            &application,
            r#"{"application-name":"a"}]}"#,
        ),
        (
            "config.json",
            r#"{"duration":60,"applications":[{"application-name":"a","bgp-community":["#,
            MIB,
            &community,
            r#""1:1"]}]}"#,
        ),
        (RUNNING, r#"{"authority":{"router":["#, 16 * MIB, &|_| "{},".to_owned(), "{}]}}"),
        (RUNNING, r#"{"authority":{"other":["#, 16 * MIB, &|_| "{\"\":0},".to_owned(), "{}]}}"),
        (RUNNING, r#"{"authority":{"router":[{"x":""#, 16 * MIB, &|_| "x".repeat(1000), r#""}]}}"#),
        (
            RUNNING,
            r#"{"authority":{"router":[{"applicationIdentification":{"mode":["#,
            64 * MIB,
            &|_| "\"\",".to_owned(),
            r#"""]}}]}}"#,
        ),
    ];
    for (name, start, length, piece, end) in rows {
        let scene = Scene::new();
        // With so many communities, bgpd would be queried until the run's time is over.
        if name != "config.json" {
            stand_in::vty(&scene.path("bgpd.vty"), Answer::Bytes(vty_reply(0, "{\"routes\": {}}")));
        }
        let path = scene.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Piece by piece, since what this program has in memory counts as the module's peak.
        let mut file = io::BufWriter::new(File::create(path).unwrap());
        let mut written = start.len() + end.len() + 64;
        file.write_all(start.as_bytes()).unwrap();
        for index in 0.. {
            let piece = piece(index);
            written += piece.len();
            if written > length {
                break;
            }
            file.write_all(piece.as_bytes()).unwrap();
        }
        file.write_all(end.as_bytes()).unwrap();
        drop(file);
        let root = scene.path("").display().to_string();
        let words = if name == RUNNING { &["doctor", "--root", &root][..] } else { &["run"] };
        let (_, peak) = ended(&scene, words);
        assert!(peak < HOSTILE_LIMIT, "{name} {start}: {peak} bytes");
    }
}

/// What an operator's command has to keep to, with as many prefixes as `max-prefixes` allows by default.
const COMMAND_LIMIT: u64 = 32_000_000;

#[test]
fn commands_with_many_prefixes() {
    alone("memory::commands_with_many_prefixes", many_prefixes);
}

fn many_prefixes() {
    let scene = Scene::new();
    scene.install();
    scene.edit("config.json", |config| {
        config["applications"] = json!([{"application-name": "A", "bgp-community": ["12076:5010"]}]);
    });
    stand_in::vty(&scene.path("bgpd.vty"), longest_table());
    assert!(ended(&scene, &["run"]).0);
    for words in [
        &["show"][..],
        &["show", "--json"],
        &["show", "--format", "csv"],
        &["show", "--format", "pcli"],
        &["show", "2001:db8:1234::/48"],
        &["status"],
        &["status", "--json", "--brief"],
        &["doctor"],
        &["metrics"],
        &["changes"],
        &["explain", "A"],
        &["report", "--html", "-"],
    ] {
        let (_, peak) = ended(&scene, words);
        assert!(peak < COMMAND_LIMIT, "{words:?}: {peak} bytes");
    }
}
