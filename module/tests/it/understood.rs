//! A configuration of a later release is used as far as it is understood.

use std::sync::Arc;

use bgp_community_services::clock::now;
use bgp_community_services::collect::state::{Outcome, State};
use bgp_community_services::collect::understood::understand;
use bgpcs::ModuleConfiguration;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::{Value, json};

use crate::scene::{EMPTY, Scene};

#[test]
fn what_is_understood() {
    let one = r#"{"application-name": "A", "bgp-community": ["1:1"]}"#;
    let two = |rest: &str| format!(r#"{{"applications": [{one}, {rest}]}}"#);
    // The applications that are used, those that are not, and the keys.
    let cases: [(String, &str); 16] = [
        (two(r#"{"application-name": "B", "bgp-community": ["2:2"]}"#), "A B | | "),
        (two(r#"{"application-name": "B", "bgp-community": ["2:2"], "color": 7}"#), "A | B 2:2 | "),
        (two(r#"{"application-name": "B", "bgp-community": ["2:2", "color:0:7"]}"#), "A | B 2:2 | "),
        (two(r#"{"application-name": "B", "bgp-community": ["color:0:7", "2:2"]}"#), "A | B color:0:7 | "),
        (two(r#"{"application-name": "B", "bgp-community": [{"color": 7}]}"#), "A | B unknown | "),
        (two(r#"{"application-name": "B"}"#), "A | B unknown | "),
        (two(r#"{"application-name": "B", "bgp-community": ["2:2"], "vrf": ["a b"]}"#), "A | B 2:2 | "),
        (
            two(
                r#"{"application-name": "B", "bgp-community": ["2:2"], "description": "", "vrf": [], "within": ["::/0"]}"#,
            ),
            "A B | | ",
        ),
        (
            format!(r#"{{"applications": [{one}], "damping": true, "refresh-interval": 60}}"#),
            "A | | damping refresh-interval",
        ),
        (
            format!(
                r#"{{"applications": [{one}], "duration": 60, "path-selection": "any", "stale-path-time": 300,
                    "max-prefixes": 1, "aggregate-prefixes": true, "update-mode": "poll", "shortest-ipv4-prefix": 8,
                    "shortest-ipv6-prefix": 16, "largest-loss": 50, "high-availability": true}}"#
            ),
            "A | | ",
        ),
        // A value that is not understood is the default, and everything else is used.
        (
            format!(
                r#"{{"applications": [{one}], "duration": 5, "path-selection": "backup", "max-prefixes": 7,
                    "high-availability": "four nodes"}}"#
            ),
            "A | |  duration high-availability path-selection 60 any 7 false",
        ),
        (
            two(r#"{"application-name": "B", "bgp-community": ["color:0:7"]}], "duration": 5, "x": ["#),
            "A | B color:0:7 | x duration",
        ),
        // These are damaged, not newer.
        (two(r#"{"bgp-community": ["2:2"]}"#), "missing field `application-name`"),
        (two(r#"{"application-name": "", "bgp-community": ["2:2"]}"#), "application-name is empty"),
        (r#"{"applications": 1, "duration": 5}"#.to_owned(), "expected a list"),
        (r#"{"duration": 5}"#.to_owned(), "missing field `applications`"),
    ];
    for (text, expected) in cases {
        let shown = match understand(text.as_bytes()) {
            Err(error) => error.to_string(),
            Ok(understood) => {
                let names = |texts: Vec<String>| texts.join(" ");
                let known = understood.configuration.applications.iter();
                let unknown = understood.unknown.applications.iter();
                let values = understood.unknown.values.iter().map(|value| value.split(':').next().unwrap());
                let ModuleConfiguration { duration, path_selection, max_prefixes, high_availability, .. } =
                    &understood.configuration;
                format!(
                    "{} | {}| {}{} {duration} {path_selection} {max_prefixes} {high_availability}",
                    names(known.map(|known| known.application_name.to_string()).collect()),
                    names(unknown.map(|one| format!("{} {} ", one.application, one.community)).collect()),
                    names(understood.unknown.keys.clone()),
                    values.map(|key| format!(" {key}")).collect::<String>()
                )
            }
        };
        assert!(shown.contains(expected), "{text}: {shown}");
    }
}

/// Both communities have a route.
fn scene() -> Scene {
    let scene = Scene::new();
    let route =
        |prefix: &str| format!(r#"{{"routes": {{"{prefix}": [{{"valid": true, "bestpath": true}}]}}}}"#);
    let answer = move |command: &str| match command {
        _ if command.contains("ipv4") && command.contains("12076:5010") => {
            vty_reply(0, &route("10.1.0.0/16"))
        }
        _ if command.contains("ipv4") && command.contains("12076:5020") => {
            vty_reply(0, &route("10.2.0.0/16"))
        }
        _ => vty_reply(0, EMPTY),
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(answer)));
    scene
}

fn say_something_new(scene: &Scene) {
    scene.edit("config.json", |config| {
        config["applications"][0]["bgp-community"] = json!(["12076:5010", "color:0:7"]);
        config["damping"] = json!(true);
    });
}

fn of_first(state: &State) -> Vec<&str> {
    state.failures.iter().map(|failure| failure.text.as_str()).collect()
}

const SAID: &str =
    "ConfigurationError: this release does not understand it: community color:0:7 is not one of: ";

#[test]
fn it_keeps_its_last_good_prefixes() {
    let scene = scene();
    assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Good);
    say_something_new(&scene);
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Partial, "10.1.0.0/16 | 10.2.0.0/16"));
    let failures = of_first(&state);
    assert!(
        failures.len() == 1
            && failures[0].starts_with(SAID)
            && failures[0].ends_with(" on application ExchangeOnline and community 12076:5010"),
        "{failures:?}"
    );
    assert_eq!(scene.json("output.json")["error"], failures[0]);
    assert_eq!(
        state.warnings,
        ["the configuration has keys that this release does not know, so they have no effect: damping"]
    );
    let doctor = scene.answer(&["doctor"]);
    for expected in ["warn  kept", "its last good 1 prefix stay", "install the conductor's release"] {
        assert!(doctor.contains(expected), "{expected}: {doctor}");
    }
    assert!(scene.answer(&["show"]).contains("10.1.0.0/16"));

    // Without an answer it keeps them, too.
    std::fs::rename(scene.path("bgpd.vty"), scene.path("away")).unwrap();
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Held, "10.1.0.0/16 | 10.2.0.0/16"));
    std::fs::rename(scene.path("away"), scene.path("bgpd.vty")).unwrap();

    // But not for longer than any other.
    scene.edit("state/last-run.json", |state| state["kept"][0]["since"] = json!(now() - 300));
    for _ in 0..2 {
        let (state, _) = scene.ask_bgpd();
        assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Partial, " | 10.2.0.0/16"));
        assert_eq!((of_first(&state).len(), state.kept.len()), (1, 0));
    }
    assert!(scene.answer(&["doctor"]).contains("it has no last good prefixes"));

    scene.edit("config.json", |config| config["applications"][0]["bgp-community"] = json!(["12076:5010"]));
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Good, "10.1.0.0/16 | 10.2.0.0/16"));
}

/// A value that is not understood costs nothing but itself, and is told.
#[test]
fn a_value_that_is_not_understood() {
    let scene = scene();
    scene.edit("config.json", |config| config["path-selection"] = json!("backup"));
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Good, "10.1.0.0/16 | 10.2.0.0/16"));
    let warning = "the configuration has a value that this release does not understand, so the default holds: path-selection";
    assert!(state.warnings.len() == 1 && state.warnings[0].starts_with(warning), "{:?}", state.warnings);
    assert!(scene.answer(&["doctor"]).contains(warning));
    // So is one that a later release left in the state.
    scene.edit("state/last-run.json", |state| {
        state["last-good"]["configuration"]["path-selection"] = json!("backup");
    });
    std::fs::remove_file(scene.path("bgpd.vty")).unwrap();
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Held, "10.1.0.0/16 | 10.2.0.0/16"));
}

/// An upgrade to the release that understands it: what it kept stays on, also where the source does not answer, or not for
/// one of its communities.
#[test]
fn until_it_is_understood() {
    let scene = scene();
    scene.ask_bgpd();
    let understood = scene.json("config.json");
    say_something_new(&scene);
    assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Partial);
    std::fs::write(scene.path("config.json"), understood.to_string()).unwrap();
    std::fs::rename(scene.path("bgpd.vty"), scene.path("away")).unwrap();
    for _ in 0..2 {
        let (state, _) = scene.ask_bgpd();
        assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Held, "10.1.0.0/16 | 10.2.0.0/16"));
    }
    stand_in::vty(
        &scene.path("bgpd.vty"),
        Answer::Made(Arc::new(|command: &str| match command.contains("12076:5010") {
            true => vty_reply(2, "% [BGP] Unknown command\n"),
            false => vty_reply(0, EMPTY),
        })),
    );
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Partial, "10.1.0.0/16 | "));
}

/// An application that is not understood and goes altogether leaves nothing.
#[test]
fn it_is_removed_like_any_other() {
    let scene = scene();
    scene.ask_bgpd();
    say_something_new(&scene);
    scene.ask_bgpd();
    scene.edit("config.json", |config| {
        config["applications"].as_array_mut().unwrap().remove(0);
    });
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Good, " | 10.2.0.0/16"));
}

/// So is the state that a later release left.
#[test]
fn the_state_of_a_later_release() {
    let scene = scene();
    scene.ask_bgpd();
    scene.edit("state/last-run.json", |state| {
        for place in ["/configuration", "/last-good/configuration"] {
            let configuration = state.pointer_mut(place).unwrap();
            configuration["applications"][0]["bgp-community"] = json!(["12076:5010", "color:0:7"]);
        }
        state["left-out"] =
            json!([{"application": "ExchangeOnline", "guard": "new", "count": 1, "prefixes": []}]);
    });
    say_something_new(&scene);
    std::fs::remove_file(scene.path("bgpd.vty")).unwrap();
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Held, "10.1.0.0/16 | 10.2.0.0/16"));
    let _: Value = scene.json("state/last-run.json");
}
