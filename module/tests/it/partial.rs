//! A query that fails costs the prefixes of no other community, and those of its own stay for `stale-path-time`.

use std::fs;
use std::sync::{Arc, Mutex};

use bgp_community_services::clock::now;
use bgp_community_services::collect::state::{Outcome, State};
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::{Value, json};

use crate::scene::{EMPTY, Scene};

const EXCHANGE: &str = "12076:5010";
const SHAREPOINT: &str = "12076:5020";
const STATE: &str = "state/last-run.json";

/// The replies of a bgpd to queries for IPv4 routes, by community: status and text. Others have no routes.
type Replies = Arc<Mutex<Vec<(&'static str, u8, String)>>>;

fn routes(prefixes: &[&str]) -> String {
    let routes: Vec<_> = prefixes
        .iter()
        .map(|prefix| format!(r#""{prefix}": [{{"valid": true, "bestpath": true}}]"#))
        .collect();
    format!(r#"{{"routes": {{{}}}}}"#, routes.join(","))
}

/// A scene with a bgpd whose replies can be changed.
fn scene() -> (Scene, Replies) {
    let scene = Scene::new();
    let replies = Replies::default();
    let known = Arc::clone(&replies);
    let answer = move |command: &str| {
        let known = known.lock().unwrap();
        let found =
            known.iter().find(|(community, ..)| command.contains("ipv4") && command.contains(community));
        found.map_or_else(|| vty_reply(0, EMPTY), |(_, status, text)| vty_reply(*status, text))
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(answer)));
    (scene, replies)
}

fn set(replies: &Replies, community: &'static str, status: u8, text: String) {
    let mut replies = replies.lock().unwrap();
    replies.retain(|(known, ..)| *known != community);
    replies.push((community, status, text));
}

/// Both communities were answered once.
fn after_a_good_run() -> (Scene, Replies) {
    let (scene, replies) = scene();
    set(&replies, EXCHANGE, 0, routes(&["10.1.0.0/16", "10.2.0.0/16"]));
    set(&replies, SHAREPOINT, 0, routes(&["10.3.0.0/16"]));
    assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Good);
    (scene, replies)
}

fn error(file: &str) -> Value {
    serde_json::from_str::<Value>(file).unwrap()["error"].clone()
}

fn failed(state: &State) -> Vec<String> {
    let texts = state.failures.iter().map(|failure| {
        let (application, community) = (failure.application.as_ref(), failure.community.as_ref());
        format!("{} {}", application.unwrap(), community.unwrap())
    });
    texts.collect()
}

/// What concerns one query alone.
#[test]
fn a_failed_query_costs_its_community_only() {
    let str_error = "AttributeError: 'str' object has no attribute 'get' on application ExchangeOnline and community 12076:5010";
    let list_error = "AttributeError: 'list' object has no attribute 'get' on application ExchangeOnline and community 12076:5010";
    for (case, status, text, expected) in [
        ("refused", 2, "% [BGP] Unknown command: show bgp\n", str_error),
        ("ambiguous", 3, "% Ambiguous command.\n", str_error),
        ("not JSON", 0, "whatever", str_error),
        ("an array", 0, "[]", list_error),
        ("routes are an array", 0, r#"{"routes": []}"#, list_error),
    ] {
        let (scene, replies) = after_a_good_run();
        set(&replies, EXCHANGE, status, text.to_owned());
        set(&replies, SHAREPOINT, 0, routes(&["10.3.0.0/16", "10.4.0.0/16"]));
        let (state, file) = scene.ask_bgpd();
        assert_eq!(state.outcome, Outcome::Partial, "{case}");
        assert_eq!(scene.prefixes(), "10.1.0.0/16 10.2.0.0/16 | 10.3.0.0/16 10.4.0.0/16", "{case}");
        assert_eq!(error(&file), expected, "{case}");
        assert_eq!(failed(&state), ["ExchangeOnline 12076:5010"], "{case}");

        set(&replies, EXCHANGE, 0, routes(&["10.9.0.0/16"]));
        let (state, file) = scene.ask_bgpd();
        assert_eq!((state.outcome, error(&file)), (Outcome::Good, Value::Null), "{case}");
        assert_eq!(scene.prefixes(), "10.9.0.0/16 | 10.3.0.0/16 10.4.0.0/16", "{case}");
    }
}

/// When no query at all is answered, that is a source without an answer.
#[test]
fn nothing_but_failures_is_held() {
    let (scene, _) = after_a_good_run();
    fs::remove_file(scene.path("bgpd.vty")).unwrap();
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Bytes(vty_reply(2, "% [BGP] Unknown command\n")));
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, state.failures.len()), (Outcome::Held, 0));
    assert_eq!(scene.prefixes(), "10.1.0.0/16 10.2.0.0/16 | 10.3.0.0/16");
}

/// Makes the last good run, and what was stale in it, older by so many seconds.
fn age(scene: &Scene, seconds: u64) {
    scene.edit(STATE, |state| {
        let time = state["last-good"]["time"].as_u64().unwrap();
        state["last-good"]["time"] = json!(time - seconds);
    });
}

#[test]
fn each_community_stays_for_its_own_time() {
    let (scene, replies) = after_a_good_run();
    scene.edit("config.json", |config| config["stale-path-time"] = json!(300));
    age(&scene, 200);
    set(&replies, EXCHANGE, 2, String::new());
    let (state, _) = scene.ask_bgpd();
    assert_eq!(scene.prefixes(), "10.1.0.0/16 10.2.0.0/16 | 10.3.0.0/16");
    let last_good = state.failures[0].last_good.unwrap();
    assert!((200..260).contains(&(now() - last_good)), "{last_good}");

    scene.edit("config.json", |config| config["stale-path-time"] = json!(100));
    let (state, _) = scene.ask_bgpd();
    assert_eq!(scene.prefixes(), " | 10.3.0.0/16", "the other community is fresh");
    assert_eq!((state.outcome, state.failures[0].last_good), (Outcome::Partial, None));
}

/// A community that two applications list fails for both; a new community that fails has nothing that could stay.
#[test]
fn applications_are_named() {
    let (scene, replies) = after_a_good_run();
    scene.edit("config.json", |config| {
        config["applications"][1]["bgp-community"] = json!([SHAREPOINT, EXCHANGE]);
        config["applications"][0]["bgp-community"] = json!([EXCHANGE, "12076:5030"]);
    });
    set(&replies, EXCHANGE, 2, String::new());
    set(&replies, "12076:5030", 2, String::new());
    let (state, file) = scene.ask_bgpd();
    assert_eq!(
        failed(&state),
        ["ExchangeOnline 12076:5010", "SharePointOnline 12076:5010", "ExchangeOnline 12076:5030"]
    );
    assert_eq!(scene.prefixes(), "10.1.0.0/16 10.2.0.0/16 | 10.1.0.0/16 10.2.0.0/16 10.3.0.0/16");
    assert_eq!(
        error(&file),
        "AttributeError: 'str' object has no attribute 'get' on application ExchangeOnline and community 12076:5010"
    );
    let doctor = scene.answer(&["doctor"]);
    for (application, community) in
        [("ExchangeOnline", EXCHANGE), ("SharePointOnline", EXCHANGE), ("ExchangeOnline", "12076:5030")]
    {
        assert!(
            doctor.contains(&format!("on application {application} and community {community}")),
            "{doctor}"
        );
    }
    assert!(doctor.contains("last good prefixes stay, from ") && doctor.contains("no last good prefixes"));
    let status = scene.answer(&["status"]);
    assert!(status.contains("partial, some communities are not up to date"), "{status}");
    assert!(
        scene.answer(&["report", "--html", scene.path("page.html").to_str().unwrap()]).contains("broken")
    );
    let history = fs::read_to_string(scene.path("state/history.jsonl")).unwrap();
    assert!(history.lines().last().unwrap().contains(r#""outcome":"partial""#), "{history}");
}

/// Without a snapshot, as when there are too many prefixes for one, the application keeps all that it had.
#[test]
fn without_a_snapshot_the_application_keeps_all() {
    let (scene, replies) = after_a_good_run();
    scene.edit("config.json", |config| {
        config["applications"][0]["bgp-community"] = json!([EXCHANGE, "12076:5030"]);
    });
    set(&replies, "12076:5030", 0, routes(&["10.8.0.0/16"]));
    scene.ask_bgpd();
    fs::remove_file(scene.path("state/routes.json")).unwrap();
    set(&replies, EXCHANGE, 2, String::new());
    set(&replies, "12076:5030", 0, routes(&["10.9.0.0/16"]));
    let (state, _) = scene.ask_bgpd();
    assert_eq!(state.outcome, Outcome::Partial);
    assert_eq!(scene.prefixes(), "10.1.0.0/16 10.2.0.0/16 10.8.0.0/16 10.9.0.0/16 | 10.3.0.0/16");
}

/// So it does over several such runs, from the last answer of the community on; what never had one keeps nothing.
#[test]
fn without_a_snapshot_the_age_goes_on() {
    let (scene, replies) = after_a_good_run();
    scene.edit("config.json", |config| {
        config["stale-path-time"] = json!(300);
        config["applications"][0]["bgp-community"] = json!([EXCHANGE, "12076:5030"]);
    });
    set(&replies, "12076:5030", 0, routes(&["10.8.0.0/16"]));
    scene.ask_bgpd();
    let ask = || {
        fs::remove_file(scene.path("state/routes.json")).ok();
        let (state, _) = scene.ask_bgpd();
        let since = state.failures.first().map(|failure| failure.last_good.map(|time| now() - time));
        (state.outcome, scene.prefixes(), since)
    };
    age(&scene, 200);
    set(&replies, EXCHANGE, 2, String::new());
    let kept = "10.1.0.0/16 10.2.0.0/16 10.8.0.0/16 | 10.3.0.0/16";
    for _ in 0..3 {
        let (outcome, prefixes, since) = ask();
        assert_eq!((outcome, prefixes.as_str()), (Outcome::Partial, kept));
        assert!((200..260).contains(&since.unwrap().unwrap()), "{since:?}");
    }
    scene.edit("config.json", |config| config["stale-path-time"] = json!(100));
    for _ in 0..2 {
        assert_eq!(ask(), (Outcome::Partial, "10.8.0.0/16 | 10.3.0.0/16".to_owned(), Some(None)));
    }
    // The other community's prefixes go when they are withdrawn.
    set(&replies, "12076:5030", 0, routes(&["10.9.0.0/16"]));
    assert_eq!(ask(), (Outcome::Partial, "10.9.0.0/16 | 10.3.0.0/16".to_owned(), Some(None)));
}

/// After a partial run the source goes away: what was stale before goes first.
#[test]
fn held_after_partial() {
    let (scene, replies) = after_a_good_run();
    scene.edit("config.json", |config| config["stale-path-time"] = json!(300));
    age(&scene, 200);
    set(&replies, EXCHANGE, 2, String::new());
    assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Partial);
    fs::remove_file(scene.path("bgpd.vty")).unwrap();
    let (state, _) = scene.ask_bgpd();
    assert_eq!(
        (state.outcome, scene.prefixes().as_str()),
        (Outcome::Held, "10.1.0.0/16 10.2.0.0/16 | 10.3.0.0/16")
    );
    scene.edit("config.json", |config| config["stale-path-time"] = json!(150));
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Held, " | 10.3.0.0/16"));
}

/// A value that cannot be read is left out and reported, and its prefix stays as it was.
#[test]
fn unreadable_values() {
    let (scene, replies) = after_a_good_run();
    set(
        &replies,
        EXCHANGE,
        0,
        r#"{"routes": {"10.1.0.0/16": [{"valid": "perhaps"}], "300.0.0.0/8": [{"valid": true}],
            "10.7.0.0/16": [{"valid": 1}], "10.5.0.0/16": [{"valid": true, "bestpath": true}]}}"#
            .to_owned(),
    );
    let (state, _) = scene.ask_bgpd();
    assert_eq!(state.outcome, Outcome::Good);
    assert_eq!(scene.prefixes(), "10.1.0.0/16 10.5.0.0/16 | 10.3.0.0/16");
    assert!(state.warnings.iter().any(|warning| warning.contains("3 values")), "{:?}", state.warnings);
}
