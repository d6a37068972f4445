//! What changed and why, as a run records it.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use bgp_community_services::clock::now;
use bgp_community_services::collect::services::Services;
use bgp_community_services::collect::state::Outcome;
use bgp_community_services::prefix::Prefix;
use bgp_community_services::publish::change_log::{self, Entry, Pause};
use bgp_community_services::publish::changes::{Change, Moved, Reasons, Why, between};
use bgpcs::ApplicationName;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::{Value, json};

use crate::scene::{EMPTY, Scene};

const STATE: &str = "state/last-run.json";

/// `A 10.0.0.0/8 10.1.0.0/16, B 10.2.0.0/16`
fn services(text: &str) -> Services {
    let mut services = Services::default();
    for part in text.split(", ").filter(|part| !part.is_empty()) {
        let mut words = part.split(' ');
        let name: ApplicationName = words.next().unwrap().parse().unwrap();
        let prefixes: Vec<_> = words.map(|prefix| prefix.parse().unwrap()).collect();
        services.add(&name, &prefixes);
    }
    services
}

/// `A 2 +1 announced -1 withdrawn`, and the prefixes in brackets as far as they are listed.
fn told(changes: &[Change]) -> String {
    let part = |sign: char, moved: &Option<Moved>| {
        moved.as_ref().map_or_else(String::new, |Moved { count, why, prefixes }| {
            let listed: Vec<_> = prefixes.iter().map(ToString::to_string).collect();
            format!(" {sign}{count} {} [{}]", why.name(), listed.join(" "))
        })
    };
    let change = |change: &Change| {
        let (gained, lost) = (part('+', &change.gained), part('-', &change.lost));
        format!("{} {}{gained}{lost}", change.application.as_str(), change.prefixes)
    };
    changes.iter().map(change).collect::<Vec<_>>().join(", ")
}

#[test]
fn between_two_sets() {
    let many = |name: &str, from: usize, to: usize| {
        let prefixes: Vec<_> = (from..to).map(|n| format!("10.{}.{}.0/24", n / 256, n % 256)).collect();
        format!("{name} {}", prefixes.join(" "))
    };
    let hundred_and_one = many("A", 0, 101);
    for (before, after, expected) in [
        ("", "", ""),
        ("A 10.0.0.0/8", "A 10.0.0.0/8", ""),
        ("", "A 10.0.0.0/8", "A 1 +1 announced [10.0.0.0/8]"),
        ("A 10.0.0.0/8, B 10.0.0.0/8", "A 10.0.0.0/8", "B 0 -1 withdrawn [10.0.0.0/8]"),
        (
            "A 10.0.0.0/8 10.1.0.0/16",
            "A 10.0.0.0/8 10.2.0.0/16 2001:db8::/32",
            "A 3 +2 announced [10.2.0.0/16 2001:db8::/32] -1 withdrawn [10.1.0.0/16]",
        ),
        // A set that changes wholly is a summary, unless it is small.
        (&hundred_and_one, "", "A 0 -101 withdrawn []"),
        ("", &hundred_and_one, "A 101 +101 announced []"),
        (&hundred_and_one, &many("A", 101, 203), "A 102 +102 announced [] -101 withdrawn []"),
        // As is a change of more than a thousand, of all applications together.
        (&many("A", 0, 1002), &many("A", 0, 1), "A 1 -1001 withdrawn []"),
        (
            &format!("{}, B 10.0.0.0/24 10.0.1.0/24", many("A", 0, 1001)),
            "A 10.0.0.0/24, B 10.0.0.0/24",
            &format!("A 1 -1000 withdrawn [{}], B 1 -1 withdrawn []", many("", 1, 1001).trim_start()),
        ),
    ] {
        let why =
            |_: &ApplicationName, _: &[Prefix]| Reasons { gained: Why::Announced, lost: Why::Withdrawn };
        assert_eq!(told(&between(1, &services(before), &services(after), &why)), expected, "{before:.80}");
    }
}

/// A bgpd whose routes and sessions can be changed: by community its prefixes, and for the key `sessions` its neighbors.
type Router = Arc<Mutex<BTreeMap<&'static str, String>>>;

fn scene() -> (Scene, Router) {
    let (scene, router) = (Scene::new(), Router::default());
    let known = Arc::clone(&router);
    let answer = move |command: &str| {
        let known = known.lock().unwrap();
        if command.contains("summary") {
            return vty_reply(0, "{}");
        }
        if command == "show bgp neighbors json" {
            let sessions: Vec<&str> =
                known.get("sessions").map_or(Vec::new(), |peers| peers.split(' ').collect());
            let sessions: serde_json::Map<_, _> = sessions.iter().map(|peer| session(peer)).collect();
            return vty_reply(0, &Value::Object(sessions).to_string());
        }
        let found = known.iter().find(|(key, _)| command.contains("ipv4") && command.contains(**key));
        let routes = |prefixes: &str| {
            let route = |prefix: &str| format!(r#""{prefix}": [{{"valid": true, "bestpath": true}}]"#);
            let routes: Vec<_> = prefixes.split(' ').filter(|prefix| !prefix.is_empty()).map(route).collect();
            format!(r#"{{"routes": {{{}}}}}"#, routes.join(","))
        };
        vty_reply(0, &found.map_or_else(|| EMPTY.to_owned(), |(_, prefixes)| routes(prefixes)))
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(answer)));
    (scene, router)
}

/// What bgpd says of a neighbor: `192.0.2.2` is established, `192.0.2.2!` is not.
fn session(peer: &str) -> (String, Value) {
    let (peer, is_up) = peer.strip_suffix('!').map_or((peer, true), |peer| (peer, false));
    let state = json!({
        "bgpState": if is_up { "Established" } else { "Active" },
        "bgpTimerUpMsec": 100_000,
        "bgpTimerUpEstablishedEpoch": 1_795_252_138,
        "bgpInUpdateElapsedTimeMsecs": 100_000,
        "connectionsEstablished": 1,
        "neighborCapabilities": {"multiprotocolExtensions": {"ipv4Unicast": {"advertisedAndReceived": true}}},
        "addressFamilyInfo": {"ipv4Unicast": {"acceptedPrefixCounter": 3}},
        "messageStats": {"updatesRecv": 8},
    });
    (peer.to_owned(), state)
}

fn set(router: &Router, key: &'static str, value: &str) {
    router.lock().unwrap().insert(key, value.to_owned());
}

/// The changes that the log of a scene has, from the one of this number.
fn recorded(scene: &Scene, from: usize) -> String {
    let mut changes = Vec::new();
    change_log::read(&scene.path("state"), &mut |entry| match entry {
        Entry::Change(change) => changes.push(change),
        Entry::Pause(_) => {}
    })
    .unwrap();
    told(&changes[from..])
}

#[test]
fn reasons() {
    type Step = fn(&Scene, &Router);
    let cases: [(&str, Step, &str); 13] = [
        ("nothing", |_, _| {}, ""),
        (
            "a neighbor announces and withdraws",
            |_, router| set(router, "12076:5010", "10.1.0.0/16 10.4.0.0/16"),
            "ExchangeOnline 2 +1 announced [10.4.0.0/16] -1 withdrawn [10.2.0.0/16]",
        ),
        (
            "a session ends",
            |_, router| {
                set(router, "sessions", "192.0.2.2 192.0.2.3!");
                set(router, "12076:5020", "");
            },
            "SharePointOnline 0 -1 session [10.3.0.0/16]",
        ),
        (
            "a session begins",
            |_, router| {
                set(router, "sessions", "192.0.2.2 192.0.2.3 192.0.2.4");
                set(router, "12076:5020", "10.3.0.0/16 10.5.0.0/16");
            },
            "SharePointOnline 2 +1 session [10.5.0.0/16]",
        ),
        (
            "a community is configured",
            |scene, router| {
                scene.edit("config.json", |config| {
                    config["applications"][1]["bgp-community"] = json!(["12076:5020", "12076:5021"]);
                });
                set(router, "12076:5021", "10.6.0.0/16");
                set(router, "12076:5010", "10.1.0.0/16");
            },
            "ExchangeOnline 1 -1 withdrawn [10.2.0.0/16], SharePointOnline 2 +1 configuration [10.6.0.0/16]",
        ),
        (
            "the profile says something else for all",
            |scene, router| {
                scene.edit("config.json", |config| config["aggregate-prefixes"] = json!(true));
                set(router, "12076:5010", "10.0.0.0/16 10.1.0.0/16");
            },
            "ExchangeOnline 1 +1 configuration [10.0.0.0/15] -2 configuration [10.1.0.0/16 10.2.0.0/16]",
        ),
        (
            "a guard of the profile leaves out more",
            |scene, _| scene.edit("config.json", |config| config["shortest-ipv4-prefix"] = json!(17)),
            "ExchangeOnline 0 -2 guard [10.1.0.0/16 10.2.0.0/16], SharePointOnline 0 -1 guard [10.3.0.0/16]",
        ),
        (
            "a guard of an application leaves out more",
            |scene, _| {
                scene.edit("config.json", |config| {
                    config["applications"][0]["within"] = json!(["10.1.0.0/16"]);
                })
            },
            "ExchangeOnline 1 -1 guard [10.2.0.0/16]",
        ),
        (
            "a release without guards took it",
            |scene, router| {
                scene.edit("output.json", |output| {
                    output["services"]["ExchangeOnline"][1]["ip-prefix"] = json!("127.0.0.0/8");
                });
                set(router, "12076:5010", "10.1.0.0/16 127.0.0.0/8");
            },
            "ExchangeOnline 1 -1 guard [127.0.0.0/8]",
        ),
        (
            "an application is removed",
            |scene, _| {
                scene.edit("config.json", |config| {
                    config["applications"].as_array_mut().unwrap().remove(1);
                })
            },
            "SharePointOnline 0 -1 configuration [10.3.0.0/16]",
        ),
        ("the last good prefixes stay", |scene, _| fs::remove_file(scene.path("bgpd.vty")).unwrap(), ""),
        (
            "the last good prefixes stayed long enough",
            |scene, _| {
                fs::remove_file(scene.path("bgpd.vty")).unwrap();
                scene.edit(STATE, |state| state["last-good"]["time"] = json!(now() - 300));
            },
            "ExchangeOnline 0 -2 released [10.1.0.0/16 10.2.0.0/16], SharePointOnline 0 -1 released [10.3.0.0/16]",
        ),
        (
            "the routing engine answers again",
            |scene, _| {
                fs::rename(scene.path("bgpd.vty"), scene.path("gone")).unwrap();
                scene.edit(STATE, |state| state["last-good"]["time"] = json!(now() - 300));
                assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Failed);
                fs::rename(scene.path("gone"), scene.path("bgpd.vty")).unwrap();
            },
            "ExchangeOnline 0 -2 released [10.1.0.0/16 10.2.0.0/16], SharePointOnline 0 -1 released [10.3.0.0/16], \
             ExchangeOnline 2 +2 session [10.1.0.0/16 10.2.0.0/16], SharePointOnline 1 +1 session [10.3.0.0/16]",
        ),
    ];
    for (case, step, expected) in cases {
        let (scene, router) = scene();
        set(&router, "sessions", "192.0.2.2 192.0.2.3");
        set(&router, "12076:5010", "10.1.0.0/16 10.2.0.0/16");
        set(&router, "12076:5020", "10.3.0.0/16");
        assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Good, "{case}");
        let first = "ExchangeOnline 2 +2 configuration [10.1.0.0/16 10.2.0.0/16], \
                     SharePointOnline 1 +1 configuration [10.3.0.0/16]";
        assert_eq!(recorded(&scene, 0), first, "{case}");
        step(&scene, &router);
        scene.ask_bgpd();
        assert_eq!(recorded(&scene, 2), expected, "{case}");
    }
}

/// Prefixes of a community that was not answered go when they stayed long enough.
#[test]
fn what_is_no_longer_kept() {
    let scene = Scene::new();
    let replies = Arc::new(Mutex::new((0, r#"{"routes": {"10.0.0.0/8": [{"valid": true}]}}"#)));
    let known = Arc::clone(&replies);
    let answer = move |command: &str| {
        let (status, text) = *known.lock().unwrap();
        if command.contains("12076:5010") && command.contains("ipv4") {
            vty_reply(status, text)
        } else {
            vty_reply(0, EMPTY)
        }
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(answer)));
    scene.ask_bgpd();
    *replies.lock().unwrap() = (1, "% Community malformed");
    assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Partial);
    let text = fs::read_to_string(scene.path("state/routes.json")).unwrap();
    scene.edit("config.json", |config| config["stale-path-time"] = json!(0));
    scene.ask_bgpd();
    assert!(text.contains("last_good"), "{text}");
    assert_eq!(recorded(&scene, 1), "ExchangeOnline 0 -1 released [10.0.0.0/8]");
}

#[test]
fn times_without_a_run() {
    let (scene, router) = scene();
    set(&router, "sessions", "192.0.2.2");
    scene.ask_bgpd();
    let pauses = || {
        let mut pauses = Vec::new();
        change_log::read(&scene.path("state"), &mut |entry| {
            pauses.extend(matches!(entry, Entry::Pause(_)).then(|| entry.clone()));
        })
        .unwrap();
        pauses
    };
    for (seconds, expected) in [(30, 0), (880, 0), (1000, 1)] {
        let ended = now() - seconds;
        scene.edit(STATE, |state| state["finished"] = json!(ended));
        let (state, _) = scene.ask_bgpd();
        let to = state.started;
        assert_eq!(pauses().len(), expected, "{seconds}");
        assert!(
            pauses().iter().all(|pause| *pause == Entry::Pause(Pause { from: ended, to })),
            "{:?}",
            pauses()
        );
    }
}
