//! The program as a process of ExaBGP, feed what ExaBGP would print.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use bgpcs_testing::{eventually, peak_of};
use serde_json::{Value, json};

use crate::scene::Scene;

/// The prefixes of an application in the file.
pub fn prefixes(scene: &Scene, application: &str) -> Vec<String> {
    let file = fs::read(scene.path("output.json")).unwrap_or_default();
    let file: Value = serde_json::from_slice(&file).unwrap_or_default();
    let entries = file["services"][application].as_array().cloned().unwrap_or_default();
    entries.iter().map(|entry| entry["ip-prefix"].as_str().unwrap().to_owned()).collect()
}

/// The program by itself, feed what a test wants to tell.
struct Feed {
    child: Child,
    input: ChildStdin,
}

impl Feed {
    fn start(scene: &Scene) -> Self {
        let program = scene.exabgp_program();
        let mut words = program.split(' ');
        let mut command = Command::new(words.next().unwrap());
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        Self { child, input }
    }

    fn line(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    /// What it printed until its end.
    fn end(mut self) -> Vec<String> {
        drop(self.input);
        let printed = BufReader::new(self.child.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
        assert!(self.child.wait().unwrap().success());
        printed
    }
}

fn state(neighbor: &str, state: &str) -> String {
    json!({"type": "state", "neighbor": {"address": {"peer": neighbor}, "state": state}}).to_string()
}

fn message(neighbor: &str, message: &Value) -> String {
    json!({"type": "update", "neighbor": {"address": {"peer": neighbor}, "message": message}}).to_string()
}

fn announcement(prefixes: &[&str], attribute: &Value) -> Value {
    let nlri: Vec<_> = prefixes.iter().map(|prefix| json!({"nlri": prefix})).collect();
    json!({"update": {"attribute": attribute, "announce": {"ipv4 unicast": {"192.0.2.2": nlri}}}})
}

/// Lines that say nothing, and lines that no ExaBGP prints: the program goes on, and tells how many there were.
#[test]
fn lines_of_every_kind() {
    let scene = Scene::new();
    let mut feed = Feed::start(&scene);
    let exchange = json!({"community": [[12076, 5010]]});
    feed.line(&state("127.0.0.2", "connected"));
    feed.line(&state("127.0.0.2", "up"));
    feed.line("done");
    feed.line(&message("127.0.0.2", &announcement(&["10.1.0.0/16", "10.2.0.0/16"], &exchange)));
    for nonsense in ["{", "[]", "ok", "{\"type\": \"update\", \"neighbor\": 1}"] {
        feed.line(nonsense);
    }
    feed.line(&"x".repeat(20_000_000));
    feed.line(&message("127.0.0.2", &announcement(&["300.0.0.0/8"], &exchange)));
    feed.line(&message("127.0.0.2", &announcement(&["10.2.0.0/16"], &json!({"community": [[12076, 5020]]}))));
    feed.line(&message("127.0.0.2", &announcement(&["10.1.0.0/16"], &json!({}))));
    feed.line(&message("127.0.0.3", &announcement(&["10.3.0.0/16"], &exchange)));
    feed.line(&message("127.0.0.3", &announcement(&["10.4.0.0/16"], &exchange)));
    feed.line(&message("127.0.0.2", &json!({"eor": {"afi": "ipv4", "safi": "unicast"}})));
    feed.line(&state("127.0.0.3", "up"));
    feed.line(&message("127.0.0.3", &json!({"eor": {"afi": "ipv4", "safi": "unicast"}})));
    eventually("replaced", || {
        prefixes(&scene, "SharePointOnline") == ["10.2.0.0/16"]
            && prefixes(&scene, "ExchangeOnline").is_empty()
    });
    eventually("the state tells", || {
        let state = fs::read_to_string(scene.path("state/last-run.json")).unwrap_or_default();
        state.contains("could not read 5 lines from ExaBGP") && state.contains("left out 1 value of updates")
    });
    assert_eq!(
        feed.end(),
        ["neighbor 127.0.0.3 teardown 4"],
        "asked once to reset the session that began unseen"
    );
}

/// A full Internet table with as many lists of communities as it has, from two neighbors, half a million routes each.
#[test]
fn memory_of_a_million_routes() {
    let scene = Scene::new();
    let mut feed = Feed::start(&scene);
    for neighbor in [2, 3] {
        let peer = format!("127.0.0.{neighbor}");
        feed.line(&state(&peer, "up"));
        for chunk in 0..1000_u32 {
            let prefixes = (0..500).map(|index| 0x0b00_0000 + ((chunk * 500 + index) << 8));
            let prefixes: Vec<_> =
                prefixes.map(|address| format!("{}/24", std::net::Ipv4Addr::from_bits(address))).collect();
            let prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
            let attribute = json!({"community": [[64512, chunk], [64513, chunk], [64514, neighbor]]});
            feed.line(&message(&peer, &announcement(&prefixes, &attribute)));
        }
    }
    feed.line(&message("127.0.0.3", &announcement(&["10.1.0.0/16"], &json!({"community": [[12076, 5010]]}))));
    eventually("all is read", || prefixes(&scene, "ExchangeOnline") == ["10.1.0.0/16"]);
    let peak = peak_of(feed.child.id()).unwrap();
    assert!(peak < 100_000_000, "{peak} bytes");
    assert_eq!(feed.end(), [] as [&str; 0]);
}

/// What an UPDATE can say, in the forms of both releases: which application has 10.1.0.0/16 after it.
#[test]
fn updates() {
    let scene = Scene::new();
    scene.edit("config.json", |config| {
        config["applications"] = json!([
            {"application-name": "Standard", "bgp-community": ["12076:5010"]},
            {"application-name": "Large", "bgp-community": ["64512:1:2"]},
            {"application-name": "As2", "bgp-community": ["target:64512:77"]},
            {"application-name": "Ipv4", "bgp-community": ["target:192.0.2.1:77"]},
            {"application-name": "As4", "bgp-community": ["target:4200000000:77"]},
            {"application-name": "WellKnown", "bgp-community": ["no-export"]},
        ]);
    });
    let mut feed = Feed::start(&scene);
    feed.line(&state("127.0.0.2", "up"));
    feed.line(&message("127.0.0.2", &json!({"eor": {"afi": "ipv4", "safi": "unicast"}})));
    let extended = |value: u64| json!({"extended-community": [{"value": value, "string": "whatever"}]});
    for (application, attribute) in [
        ("Standard", json!({"community": [[1, 1], [12076, 5010]]})),
        ("Large", json!({"large-community": [[64512, 1, 2]]})),
        ("As2", extended(0x0002_fc00_0000_004d)),
        ("Ipv4", extended(0x0102_c000_0201_004d)),
        ("As4", extended(0x0202_fa56_ea00_004d)),
        ("WellKnown", json!({"community": [[65535, 65281]]})),
    ] {
        feed.line(&message("127.0.0.2", &announcement(&["10.1.0.0/16"], &attribute)));
        eventually(application, || {
            prefixes(&scene, application) == ["10.1.0.0/16"]
                && scene.json("output.json")["services"].as_object().unwrap().len() == 1
        });
    }
    let standard = json!({"community": [[12076, 5010]]});
    let mut paths = announcement(&[], &standard);
    paths["update"]["announce"]["ipv4 unicast"]["192.0.2.2"] = json!([
        {"nlri": "10.2.0.0/16", "path-information": "0.0.0.1"},
        {"nlri": "10.2.0.0/16", "path-information": "0.0.0.2"},
        "10.3.0.0/16",
    ]);
    feed.line(&message("127.0.0.2", &paths));
    let withdrawn = json!([{"nlri": "10.2.0.0/16", "path-information": "0.0.0.1"}, {"nlri": "10.1.0.0/16"}]);
    feed.line(&message("127.0.0.2", &json!({"update": {"withdraw": {"ipv4 unicast": withdrawn}}})));
    eventually("one path is left", || prefixes(&scene, "Standard") == ["10.2.0.0/16", "10.3.0.0/16"]);
    assert_eq!(feed.end(), [] as [&str; 0]);
}
