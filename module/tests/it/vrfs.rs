//! VRFs that are not there, and sources and numbers of VRFs that cannot be.

use std::sync::Arc;

use bgp_community_services::collect::state::Outcome;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::{Value, json};

use crate::scene::Scene;

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
