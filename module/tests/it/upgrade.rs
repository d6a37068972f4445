//! What release 4.1.0 left in its state directory is used, and the files say which version of their form they have.

use std::fs;
use std::path::Path;

use bgp_community_services::clock::now;
use bgp_community_services::collect::state::Outcome;
use bgp_community_services::source::exabgp::sessions::SavedSessions;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::{Value, json};

use crate::scene::Scene;

/// A router that was upgraded from 4.1.0 a moment after its last run.
fn upgraded() -> Scene {
    let scene = Scene::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/state-4.1.0");
    fs::create_dir(scene.path("state")).unwrap();
    let state = ["last-run.json", "routes.json", "history.jsonl", "exabgp-sessions.json"];
    for name in state.map(|name| format!("state/{name}")).iter().map(String::as_str).chain(["output.json"]) {
        fs::copy(data.join(name), scene.path(name)).unwrap();
    }
    scene.edit("state/last-run.json", |state| {
        for time in ["/started", "/finished", "/last-good/time", "/last-good/looked"] {
            *state.pointer_mut(time).unwrap() = json!(now());
        }
    });
    scene
}

const PREFIXES: &str = "13.107.6.152/31 13.107.18.10/31 2603:1006::/40 | 13.107.136.0/22";

#[test]
fn last_good_prefixes_stay() {
    let scene = upgraded();
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Held, PREFIXES));
    assert_eq!(scene.json("state/last-run.json")["version"], 1);
}

#[test]
fn history_goes_on() {
    let scene = upgraded();
    scene.ask_bgpd();
    let history = fs::read_to_string(scene.path("state/history.jsonl")).unwrap();
    let lines: Vec<Value> = history.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], json!({"version": 1}));
    assert_eq!(lines[1]["time"], 1_795_647_107);
    assert_eq!(lines[2]["outcome"], "held");
}

#[test]
fn sessions_of_exabgp_are_known() {
    let scene = upgraded();
    let sessions = SavedSessions::load(&scene.path("state")).unwrap();
    assert_eq!(sessions.summary.sessions[0].peer, "127.0.0.2");
}

/// The digests of 4.1.0 are of another kind, so the first run queries all routes.
#[test]
fn first_run_is_a_full_refresh() {
    let scene = upgraded();
    let routes = r#"{"routes": {"10.0.0.0/8": [{"valid": true, "bestpath": true}]}}"#;
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Bytes(vty_reply(0, routes)));
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Good, "10.0.0.0/8 | 10.0.0.0/8"));
}
