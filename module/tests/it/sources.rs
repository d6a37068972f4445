//! What the kinds of sources have in common, and how one stands in for another.

use std::fs;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bgp_community_services::collect::state::Outcome;
use bgpcs_testing::free_port;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::json;

use crate::scene::{self, Scene};

/// A release that does not know a cheap query is asked everything, every time.
#[test]
fn older_releases() {
    const TABLE: &str = "BGP table version is 1, local router ID is 192.0.2.1\n   Network          Next Hop\n\
                         *> 10.0.0.0/8       192.0.2.2\n\nDisplayed  1 routes and 1 total paths\n";
    const NEIGHBORS: &str = r#"{"127.0.0.2": {
        "bgpState": "Established", "bgpTimerUpMsec": 60000, "connectionsEstablished": 1,
        "messageStats": {"updatesRecv": 1},
        "neighborCapabilities": {"multiprotocolExtensions": {"ipv4Unicast": {"advertisedAndReceived": true}}}}}"#;
    const SETS: &str = "Address Refcnt Community\n[0x1] (1) 64512:1\n";
    for (case, neighbors, sets, asked_again) in [
        ("all are known", Some(NEIGHBORS), Some(SETS), 0),
        ("no counters", Some(r#"{"127.0.0.2": {"bgpState": "Established"}}"#), Some(SETS), 0),
        ("no neighbors in JSON", None, Some(SETS), 0),
        ("no list of communities", Some(NEIGHBORS), None, 0),
        ("neither", None, None, 4),
        (
            "a list with a name that is not known",
            None,
            Some("Address Refcnt Community\n[0x1] (1) my-alias\n"),
            4,
        ),
        ("a list in use", None, Some("Address Refcnt Community\n[0x1] (2) 12076:5020 12076:5010\n"), 4),
    ] {
        let scene = Scene::new();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let known = |reply: Option<&str>| match reply {
            Some(reply) => vty_reply(0, reply),
            None => vty_reply(2, "% [BGP] Unknown command: show bgp"),
        };
        let (neighbors, sets) = (known(neighbors), known(sets));
        let reply = move |command: &str| match command {
            "show bgp neighbors json" => neighbors.clone(),
            "show bgp community-info" => sets.clone(),
            _ if command.starts_with("autocomplete ") => {
                vty_reply(2, "% [BGP] Unknown command: autocomplete")
            }
            _ if command.ends_with("summary json") => vty_reply(0, r#"{"tableVersion": 1}"#),
            _ => {
                count.fetch_add(1, Ordering::Relaxed);
                vty_reply(0, TABLE)
            }
        };
        stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(reply)));
        assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Good, "{case}");
        asked.store(0, Ordering::Relaxed);
        assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Good, "{case}");
        assert_eq!(asked.load(Ordering::Relaxed), asked_again, "{case}");
    }
}

/// What a later release of the conductor's half may configure is taken, and what has no effect yet is named.
#[test]
fn leaves_without_effect() {
    const TABLE: &str = "BGP table version is 1, local router ID is 192.0.2.1\n   Network          Next Hop\n\
                         *> 10.0.0.0/8       192.0.2.2\n\nDisplayed  1 routes and 1 total paths\n";
    let scene = Scene::new();
    let reply = |command: &str| match command {
        "show bgp neighbors json" | "show bgp community-info" => {
            vty_reply(2, "% [BGP] Unknown command: show bgp")
        }
        _ if command.ends_with("summary json") => vty_reply(0, r#"{"tableVersion": 1}"#),
        _ => vty_reply(0, TABLE),
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(reply)));
    assert_eq!(scene.ask_bgpd().0.warnings, Vec::<String>::new());
    scene.edit("config.json", |configuration| {
        let application = &mut configuration["applications"][0];
        application["description"] = json!("for people");
        application["within"] = json!(["10.0.0.0/8", "::/0"]);
        configuration["largest-loss"] = json!(50);
        configuration["shortest-ipv4-prefix"] = json!(8);
    });
    let name = scene.json("config.json")["applications"][0]["application-name"].as_str().unwrap().to_owned();
    assert_eq!(
        scene.ask_bgpd().0.warnings,
        [format!(
            "configured, but this release does not act on it: within of application {name} and largest-loss"
        )]
    );
}

/// On the node of a pair where the routing engine is not active there is no bgpd, and nothing behind the HTTP API. A
/// router of one node has no such excuse.
#[test]
fn standby() {
    const GOOD: &str = r#"{"routes": {"10.0.0.0/8": [{"valid": true}]}}"#;
    const BAD_GATEWAY: &[u8] = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
    const GARBAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]";
    let before_and_after = |pair: bool, gateway: &[u8]| {
        let scene = Scene::new();
        scene.edit("config.json", |configuration| configuration["high-availability"] = json!(pair));
        let socket = scene.path("bgpd.vty").into_os_string().into_string().unwrap();
        let gateway = stand_in::http(Answer::ThenClose(gateway.to_vec()));
        let auto = ["--bgpd-socket", &socket, "--routing-manager-url", &gateway];
        let never_active = scene.run(&auto);

        stand_in::vty(&scene.path("bgpd.vty"), Answer::Bytes(vty_reply(0, GOOD)));
        let (state, good) = scene.run(&auto);
        assert_eq!(state.outcome, Outcome::Good);
        // A bgpd that ends leaves its socket, and whoever ends it may clear it away.
        fs::remove_file(&socket).unwrap();
        drop(UnixListener::bind(&socket).unwrap());
        let left_behind = scene.run(&auto);
        assert_eq!(
            left_behind.0.outcome == Outcome::Standby,
            pair,
            "nobody listens: {:?}",
            left_behind.0.error
        );
        fs::remove_file(&socket).unwrap();
        let later = [0, 100_000].map(|age| {
            scene.edit("state/last-run.json", |state| {
                state["last-good"]["time"] = json!(state["last-good"]["time"].as_u64().unwrap() - age);
            });
            let (state, file) = scene.run(&auto);
            (state, file == good)
        });
        let named = scene.run(&["--source", "bgpd", "--bgpd-socket", &socket]);
        assert_ne!(named.0.outcome, Outcome::Standby, "what is named explicitly has to be there");
        (never_active, later)
    };

    // Nothing tells a node that never had an answer from a failure.
    let ((state, file), later) = before_and_after(true, BAD_GATEWAY);
    assert_eq!(state.outcome, Outcome::Failed);
    assert_eq!(
        file,
        scene::file_with("HTTPError: 502 Bad Gateway on application ExchangeOnline and community 12076:5010")
    );
    for (state, as_before) in later {
        assert_eq!((state.outcome, state.error, as_before), (Outcome::Standby, None, true));
        assert!(state.warnings[0].contains("not active on this node") && state.warnings[0].contains("502"));
    }

    for (pair, gateway, error) in [
        (false, BAD_GATEWAY, "HTTPError: 502 Bad Gateway"),
        (true, GARBAGE, "AttributeError: 'list' object has no attribute 'get'"),
    ] {
        let ((state, file), later) = before_and_after(pair, gateway);
        assert_eq!(state.outcome, Outcome::Failed, "{error}");
        assert!(file.contains(&format!("{error} on application ExchangeOnline")), "{file}");
        let outcomes = later.map(|(state, as_before)| (state.outcome, state.error.is_some(), as_before));
        assert_eq!(outcomes, [(Outcome::Held, true, false), (Outcome::Failed, true, false)], "{error}");
    }
}

/// Nobody answers where other sources should: the documented error.
#[test]
fn nobody_answers() {
    for (source, option, prefix) in
        [("gobgp", "--gobgp-address", ""), ("bagpipe", "--bagpipe-url", "http://")]
    {
        let scene = Scene::new();
        scene.edit("config.json", |config| {
            config["applications"] =
                json!([{"application-name": "Any", "bgp-community": ["target:64512:77"]}]);
        });
        let address = format!("127.0.0.1:{}", free_port());
        let (state, file) = scene.run(&["--source", source, option, &format!("{prefix}{address}")]);
        let error =
            "URLError: [Errno 111] Connection refused on application Any and community target:64512:77";
        assert_eq!((state.outcome, file), (Outcome::Failed, scene::file_with(error)), "{source}");
        let doctor = scene.answer(&["doctor", "--source", source, option, &format!("{prefix}{address}")]);
        assert!(doctor.contains("check that ") && !doctor.contains("routingManager"), "{doctor}");
    }
}

/// A source that answers does not make up for a configuration that is missing.
#[test]
fn explained_without_a_configuration() {
    let scene = Scene::new();
    fs::remove_file(scene.path("config.json")).unwrap();
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Bytes(vty_reply(0, scene::EMPTY)));
    let ended = scene.command(&["explain", "12076:5010"]).output().unwrap();
    let printed = String::from_utf8_lossy(&ended.stdout);
    assert!(printed.contains("cannot tell which applications list it"), "{printed}");
    assert!(printed.contains("no path carries it"), "{printed}");
    assert_eq!(ended.status.code(), Some(2), "{printed}");
}
