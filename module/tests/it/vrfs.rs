//! VRFs that are not there, and sources and numbers of VRFs that cannot be.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bgp_community_services::collect::guard::Guard;
use bgp_community_services::collect::state::{Outcome, State};
use bgp_community_services::instance::Instance;
use bgpcs::VrfName;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::syslog::Daemon;

const ROUTES: &str = r#"{"routes": {"10.0.0.0/8": [{"valid": true, "bestpath": true}]}}"#;
const SESSION: &str = r#"{"192.0.2.2": {"bgpState": "Established", "bgpTimerUpMsec": 100000,
    "bgpTimerUpEstablishedEpoch": 1795252138, "bgpInUpdateElapsedTimeMsecs": 100000, "connectionsEstablished": 1,
    "neighborCapabilities": {"multiprotocolExtensions": {"ipv4Unicast": {"advertisedAndReceived": true}}},
    "messageStats": {"updatesRecv": 8}}}"#;

/// A scene whose applications are these, with these VRFs.
fn scene(applications: &[(&str, &[String])]) -> Scene {
    let scene = Scene::new();
    scene.edit("config.json", |config| {
        let application = |(name, vrfs): &(&str, &[String])| {
            json!({"application-name": name, "bgp-community": ["12076:5010"], "vrf": vrfs})
        };
        config["applications"] = applications.iter().map(application).collect();
    });
    scene
}

/// bgpd with the default instance and the VRF `red`, at the scene's socket.
fn serve(scene: &Scene) {
    let reply = |command: &str| {
        let is_here = !command.contains(" vrf ") || command.contains(" vrf red ");
        match command {
            _ if command.starts_with("autocomplete ") || command.ends_with("community-info") => {
                vty_reply(2, "")
            }
            _ if !is_here && (command.ends_with("summary json") || command.ends_with("neighbors json")) => {
                vty_reply(1, "{}\n")
            }
            _ if !is_here && command.ends_with("json") => {
                vty_reply(1, "{\n  \"warning\":\"View\\/Vrf is unknown\"\n}\n")
            }
            _ if !is_here => vty_reply(1, "View/Vrf blue is unknown\n"),
            _ if command.ends_with("summary json") => vty_reply(0, r#"{"tableVersion": 1}"#),
            _ if command.ends_with("neighbors json") => vty_reply(0, SESSION),
            _ => vty_reply(0, ROUTES),
        }
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(reply)));
}

fn answer(scene: &Scene, words: &[&str]) -> String {
    let socket = scene.path("bgpd.vty").into_os_string().into_string().unwrap();
    scene.answer(&[words, &["--source", "bgpd", "--bgpd-socket", &socket]].concat())
}

#[test]
fn not_on_this_router() {
    let [red, blue] = ["red", "blue"].map(|name| vec![name.to_owned()]);
    let scene = scene(&[("Plain", &[]), ("Red", &red), ("Blue", &blue)]);
    serve(&scene);
    let (state, file) = scene.ask_bgpd();
    assert_eq!((state.outcome, state.error, state.warnings), (Outcome::Good, None, vec![]));
    let services = &serde_json::from_str::<Value>(&file).unwrap()["services"];
    let entries = json!([{"ip-prefix": "10.0.0.0/8"}]);
    assert_eq!(*services, json!({"Plain": entries, "Red": entries}));

    let status: Value = serde_json::from_str(&answer(&scene, &["status", "--json"])).unwrap();
    let vrf = |index: usize| status["applications"][index]["vrf"].clone();
    assert_eq!([vrf(0), vrf(1), vrf(2)], [Value::Null, json!(["red"]), json!(["blue"])]);
    assert_eq!(
        status["source"]["vrfs"],
        json!([
            {"vrf": "red", "present": true, "sessions": 1, "established": 1},
            {"vrf": "blue", "present": false, "sessions": 0, "established": 0}
        ])
    );
    let doctor = answer(&scene, &["doctor"]);
    assert!(doctor.contains("1 of 1 in vrf red; vrf blue is not on this router"), "{doctor}");
    assert!(doctor.contains("Blue has no prefixes: this router has none of its VRFs"), "{doctor}");
    let explained = answer(&scene, &["explain", "12076:5010"]);
    assert!(explained.contains("vrf blue is not on this router"), "{explained}");
    assert!(explained.contains("listed by Plain, Red in vrf red, Blue in vrf blue"), "{explained}");
    let shown: Value = serde_json::from_str(&answer(&scene, &["show", "--json"])).unwrap();
    assert_eq!(shown["prefixes"][0].get("vrf"), None);
    assert_eq!(shown["prefixes"][1]["vrf"], json!(["red"]));
}

/// A source without VRFs is an error of that application alone.
#[test]
fn of_a_source_without_them() {
    let red = vec!["red".to_owned()];
    let scene = scene(&[("Plain", &[]), ("Red", &red)]);
    let http = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{ROUTES}", ROUTES.len());
    let url = stand_in::http(Answer::ThenClose(http.into_bytes()));
    let of = |url: &str| scene.run(&["--source", "routing-manager", "--routing-manager-url", url]);
    let (state, file) = of(&url);
    let error = format!(
        "SelectionError: routingManager at {url} has no routes of VRFs, expected vrf default or none on application Red and \
         community 12076:5010 in vrf red"
    );
    assert_eq!((state.outcome, state.error.map(|error| error.text)), (Outcome::Partial, Some(error)));
    assert!(file.contains("\"Plain\"") && !file.contains("\"Red\""), "{file}");

    let (state, file) = of(&format!("{url}/{{vrf}}"));
    assert_eq!(state.outcome, Outcome::Good, "{:?}", state.error);
    assert!(file.contains("\"Plain\"") && file.contains("\"Red\""), "{file}");
}

#[test]
fn more_than_are_queried() {
    let names: Vec<String> = (0..70).map(|index| format!("vrf-{index}")).collect();
    let scene = scene(&[("Plain", &[]), ("Many", &names)]);
    serve(&scene);
    let (state, file) = scene.ask_bgpd();
    assert_eq!((state.outcome, state.failures.len()), (Outcome::Partial, 7));
    assert!(file.contains("10.0.0.0/8"), "{file}");
    assert_eq!(
        state.error.unwrap().text,
        "SelectionError: expected at most 64 VRFs in all applications together on application Many and community 12076:5010 \
         in vrf vrf-63"
    );
}

#[test]
fn guards_of_a_union() {
    let both = ["default", "red"].map(str::to_owned);
    let scene = scene(&[("Both", &both)]);
    serve(&scene);
    scene.edit("config.json", |config| config["shortest-ipv4-prefix"] = json!(9));
    let (state, _) = scene.ask_bgpd();
    let told: Vec<_> = state.left_out.iter().map(|left_out| (left_out.guard, left_out.count)).collect();
    // bgpd answers the same in the IPv6 table here.
    let expected = [(Guard::ShortestIpv4Prefix, 1), (Guard::Ipv4Mapped, 1)];
    assert_eq!(told, expected, "a prefix of two VRFs is told of once");
}

/// The loss of a VRF is measured against what the application has from all of its VRFs.
#[test]
fn losses_of_a_union() {
    for (largest, expected) in [(60, "10.0.0.0/8 | "), (40, "10.0.0.0/8 11.0.0.0/8 | ")] {
        let both = ["default", "red"].map(str::to_owned);
        let scene = scene(&[("ExchangeOnline", &both)]);
        let is_gone = Arc::new(AtomicBool::new(false));
        let gone = Arc::clone(&is_gone);
        let reply = move |command: &str| {
            let (is_red, is_gone) = (command.contains(" vrf red "), gone.load(Ordering::SeqCst));
            match command {
                _ if command.starts_with("autocomplete ") || command.ends_with("community-info") => {
                    vty_reply(2, "")
                }
                _ if command.ends_with("summary json") && is_red && is_gone => {
                    vty_reply(0, r#"{"tableVersion": 2}"#)
                }
                _ if command.ends_with("summary json") => vty_reply(0, r#"{"tableVersion": 1}"#),
                _ if command.ends_with("neighbors json") => vty_reply(0, SESSION),
                _ if is_red && is_gone => vty_reply(0, r#"{"routes": {}}"#),
                _ if is_red => vty_reply(0, &ROUTES.replace("10.", "11.")),
                _ => vty_reply(0, ROUTES),
            }
        };
        stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(reply)));
        scene.edit("config.json", |config| config["largest-loss"] = json!(largest));
        scene.ask_bgpd();
        assert_eq!(scene.prefixes(), "10.0.0.0/8 11.0.0.0/8 | ");
        is_gone.store(true, Ordering::SeqCst);
        scene.ask_bgpd();
        assert_eq!(scene.prefixes(), expected, "largest-loss {largest}");
    }
}

/// What a bgpd with the VRF `red` replies there: to the neighbors, and to queries; and to queries elsewhere.
type Replies = Arc<Mutex<[(u8, String); 3]>>;

/// A scene with such a bgpd, whose application has the routes of both.
fn with_replies() -> (Scene, Replies) {
    let both = ["default", "red"].map(str::to_owned);
    let scene = scene(&[("ExchangeOnline", &both)]);
    let red = ROUTES.replace("10.", "11.");
    let replies = Replies::new(Mutex::new([(0, SESSION.to_owned()), (0, red), (0, ROUTES.to_owned())]));
    let known = Arc::clone(&replies);
    let reply = move |command: &str| {
        let [neighbors, of_red, elsewhere] = known.lock().unwrap().clone();
        let (status, text) = match command {
            _ if command.starts_with("autocomplete ") || command.ends_with("community-info") => {
                (2, String::new())
            }
            _ if command.ends_with("summary json") => (0, "{}".to_owned()),
            _ if command.ends_with("neighbors json") && command.contains(" vrf red ") => neighbors,
            _ if command.ends_with("neighbors json") => (0, SESSION.to_owned()),
            _ if command.contains(" vrf red ") => of_red,
            _ => elsewhere,
        };
        vty_reply(status, &text)
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(reply)));
    (scene, replies)
}

/// Where bgpd does not tell the sessions of a VRF, they are unknown, and not lost.
#[test]
fn unknown_is_not_lost() {
    let (scene, replies) = with_replies();
    let daemon = Daemon::of(&scene);
    scene.ask_bgpd();
    let sessions =
        || daemon.lines().into_iter().filter(|line| line.contains("event=session")).collect::<Vec<_>>();
    assert_eq!(sessions().len(), 2);
    let had_signs = |state: &State| {
        let red = Instance::from("red".parse::<VrfName>().unwrap());
        state.last_good.as_ref().unwrap().has_signs([Instance::Default, red].iter())
    };

    replies.lock().unwrap()[0] = (0, "whatever".to_owned());
    replies.lock().unwrap()[1].1 = r#"{"routes": {}}"#.to_owned();
    let (state, _) = scene.ask_bgpd();
    assert_eq!((sessions(), state.sessions().len(), state.sessions.len()), (vec![], 2, 2));
    assert!(had_signs(&state), "those of the run before");
    let changes = scene.answer(&["changes"]);
    assert!(changes.contains("withdrawn") && !changes.contains("session"), "{changes}");

    // What was known of it before is compared with what it tells again.
    replies.lock().unwrap()[0].1 = SESSION.replace("Established", "Active");
    scene.ask_bgpd();
    let told = sessions();
    assert!(told.len() == 1 && told[0].contains("state=lost"), "{told:?}");
    let doctor = answer(&scene, &["doctor"]);
    assert!(
        doctor.contains("the BGP session with 192.0.2.2 in vrf red was established, and is not"),
        "{doctor}"
    );
    assert!(!doctor.contains("session with 192.0.2.2 was established"), "{doctor}");

    // A VRF that no application asks for any more has lost nothing either.
    replies.lock().unwrap()[0].1 = SESSION.to_owned();
    scene.ask_bgpd();
    assert_eq!(sessions().len(), 1);
    scene.edit("config.json", |config| config["applications"][0]["vrf"] = json!([]));
    let (state, _) = scene.ask_bgpd();
    assert_eq!((sessions(), state.sessions().len(), state.sessions.len()), (vec![], 1, 1));
}

/// Signs of a change are those of every instance that counts.
#[test]
fn signs_of_each() {
    let (scene, replies) = with_replies();
    replies.lock().unwrap()[0] = (0, "whatever".to_owned());
    let (state, _) = scene.ask_bgpd();
    let last_good = state.last_good.unwrap();
    let red = Instance::from("red".parse::<VrfName>().unwrap());
    assert!(last_good.has_signs([Instance::Default].iter()));
    assert!(!last_good.has_signs([Instance::Default, red].iter()));
}

/// Prefixes of one VRF that were kept and are answered again are not released because another VRF fails.
#[test]
fn released_where_they_were_kept() {
    let (scene, replies) = with_replies();
    let refused = (2, "% [BGP] Unknown command: show bgp\n".to_owned());
    replies.lock().unwrap()[1] = refused.clone();
    assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Partial);
    replies.lock().unwrap()[1] = (0, ROUTES.replace("10.", "12."));
    replies.lock().unwrap()[2] = refused.clone();
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Partial, "10.0.0.0/8 12.0.0.0/8 | "));
    scene.edit("config.json", |config| config["stale-path-time"] = json!(0));
    replies.lock().unwrap()[1] = refused;
    replies.lock().unwrap()[2] = (0, r#"{"routes": {}}"#.to_owned());
    assert_eq!((scene.ask_bgpd().0.outcome, scene.prefixes().as_str()), (Outcome::Partial, " | "));
    let changes = scene.answer(&["changes", "--json"]);
    assert!(changes.contains("withdrawn") && !changes.contains("released"), "{changes}");
}
