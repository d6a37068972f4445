//! What stays in the output file when there is no answer, for how long, and what is said of it.

use std::fs;

use bgp_community_services::clock::now;
use bgp_community_services::collect::state::Outcome;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::{Value, json};

use crate::scene::{self, Scene, file_with};

const GOOD: &str = r#"{"routes": {"10.0.0.0/8": [{"valid": true, "bestpath": true}]}}"#;
const BOTH: &str =
    r#"{"ExchangeOnline":[{"ip-prefix":"10.0.0.0/8"}],"SharePointOnline":[{"ip-prefix":"10.0.0.0/8"}]}"#;
const STATE: &str = "state/last-run.json";

/// A scene whose bgpd gave a good answer once, and is gone.
fn after_a_good_run() -> Scene {
    let scene = Scene::new();
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Bytes(vty_reply(0, GOOD)));
    assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Good);
    fs::remove_file(scene.path("bgpd.vty")).unwrap();
    scene
}

fn services(file: &str) -> Value {
    serde_json::from_str::<Value>(file).unwrap()["services"].clone()
}

#[test]
fn age() {
    let cases = [
        ("fresh", 0, 300, Outcome::Held),
        ("just young enough", -250, 300, Outcome::Held),
        ("too old", -300, 300, Outcome::Failed),
        ("from the future", 1_000_000, 300, Outcome::Held),
        ("no holding", 0, 0, Outcome::Failed),
        ("a day", -86_000, 86_400, Outcome::Held),
    ];
    for (case, shift, stale_path_time, outcome) in cases {
        let scene = after_a_good_run();
        scene.edit("config.json", |config| config["stale-path-time"] = json!(stale_path_time));
        scene.edit(STATE, |state| {
            let time = state["last-good"]["time"].as_i64().unwrap() + shift;
            state["last-good"]["time"] = json!(time);
        });
        let (state, file) = scene.ask_bgpd();
        assert_eq!(state.outcome, outcome, "{case}");
        assert_eq!(services(&file).to_string(), if outcome == Outcome::Held { BOTH } else { "{}" }, "{case}");
        assert!(
            file.contains("\"error\": \"URLError: [Errno 2] No such file or directory on"),
            "{case}: {file}"
        );
        assert!(state.last_good.unwrap().time <= now(), "{case}: held by a stamp from the future");
    }
}

#[test]
fn only_what_is_still_configured_stays() {
    let scene = after_a_good_run();
    scene.edit("config.json", |config| config["applications"][0]["bgp-community"] = json!(["12076:5011"]));
    let (state, file) = scene.ask_bgpd();
    assert_eq!(state.outcome, Outcome::Held);
    assert_eq!(services(&file), json!({"SharePointOnline": [{"ip-prefix": "10.0.0.0/8"}]}));
}

#[test]
fn a_good_answer_replaces_them() {
    let scene = after_a_good_run();
    assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Held);
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Bytes(vty_reply(0, scene::EMPTY)));
    let (state, file) = scene.ask_bgpd();
    assert_eq!((state.outcome, state.error, services(&file)), (Outcome::Good, None, json!({})));
}

#[test]
fn without_a_configuration() {
    let scene = Scene::new();
    fs::remove_file(scene.path("config.json")).unwrap();
    let path = scene.path("config.json");
    let missing = format!(
        "ConfigurationError: cannot read {}: [Errno 2] No such file or directory; assign a profile to the router and \
         check that Salt has applied it",
        path.display()
    );
    assert_eq!(scene.ask_bgpd().1, file_with(&missing));

    let scene = after_a_good_run();
    scene.edit("config.json", |config| config["duration"] = json!(77));
    scene.ask_bgpd();
    fs::write(scene.path("config.json"), r#"{"applications": 1}"#).unwrap();
    let file: Value = serde_json::from_str(&scene.ask_bgpd().1).unwrap();
    assert_eq!(file["duration"], 77, "the last known duration");
    assert_eq!(file["services"].to_string(), BOTH, "the last good services");
    let error = file["error"].as_str().unwrap();
    assert!(
        error.starts_with("ConfigurationError: cannot use ") && error.contains("line 1 column"),
        "{error}"
    );
}

#[test]
fn too_many_prefixes() {
    let scene = Scene::new();
    let routes = |range: std::ops::Range<u8>| {
        let routes: Vec<_> = range.map(|n| format!("\"10.{n}.0.0/16\": [{{\"valid\": true}}]")).collect();
        format!("{{\"routes\": {{{}}}}}", routes.join(","))
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Bytes(vty_reply(0, &routes(0..100))));
    for (limit, error) in [
        (200, None),
        (
            199,
            Some(
                "at least 200 prefixes, more than max-prefixes 199 on application SharePointOnline and community 12076:5020",
            ),
        ),
        (
            10,
            Some(
                "at least 100 prefixes, more than max-prefixes 10 on application ExchangeOnline and community 12076:5010",
            ),
        ),
        (
            0,
            Some(
                "at least 100 prefixes, more than max-prefixes 0 on application ExchangeOnline and community 12076:5010",
            ),
        ),
    ] {
        scene.edit("config.json", |config| {
            config["max-prefixes"] = json!(limit);
            config["stale-path-time"] = json!(0);
        });
        let (state, file) = scene.ask_bgpd();
        match error {
            None => assert_eq!(state.error, None),
            Some(error) => assert_eq!(file, file_with(&format!("PrefixLimitError: {error}"))),
        }
    }
}

/// The state directory is a help, not a need.
#[test]
fn without_a_state_directory() {
    let scene = Scene::new();
    fs::write(scene.path("state"), "in the way").unwrap();
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Bytes(vty_reply(0, GOOD)));
    let (state, file) = scene.ask_bgpd();
    assert_eq!((state.outcome, services(&file).to_string().as_str()), (Outcome::Good, BOTH));
}
