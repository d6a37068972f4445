//! The module against a real BaGPipe-BGP.

use bgp_community_services::collect::state::{Outcome, State};
use bgpcs_testing::{BagpipeBgp, Peer, eventually};
use serde_json::{Value, json};

use crate::scene::{Scene, file_with};

const ONE: Peer = Peer(1);
const TWO: Peer = Peer(2);

fn scene(applications: &Value) -> Scene {
    let scene = Scene::new();
    scene.edit("config.json", |config| config["applications"] = applications.clone());
    scene
}

fn ask(scene: &Scene, bagpipe: &BagpipeBgp) -> (State, Value) {
    let (state, _) = scene.run(&["--source", "bagpipe", "--bagpipe-url", &bagpipe.url()]);
    let services = scene.json("output.json")["services"].clone();
    (state, services)
}

fn entries(prefixes: &[&str]) -> Vec<Value> {
    prefixes.iter().map(|prefix| json!({"ip-prefix": prefix})).collect()
}

/// Prefixes come without their route distinguishers; one that is in two VPNs is one entry, and a warning.
#[test]
fn route_targets_select() {
    let mut bagpipe = BagpipeBgp::start(&[ONE, TWO]);
    let scene = scene(&json!([
        {"application-name": "One", "bgp-community": ["target:64512:77"]},
        {"application-name": "Two", "bgp-community": ["target:64512:79", "target:64512:78"]},
    ]));
    let becomes = |bagpipe: &BagpipeBgp, what: &str, expected: Value| {
        eventually(what, || ask(&scene, bagpipe).1 == expected);
        ask(&scene, bagpipe).0
    };
    bagpipe.announce(ONE, 1, "10.1.0.0/16", &["64512:77", "64512:78"]);
    bagpipe.announce(TWO, 2, "10.2.0.0/16", &["64512:79"]);
    let both = json!({"One": entries(&["10.1.0.0/16"]), "Two": entries(&["10.1.0.0/16", "10.2.0.0/16"])});
    let state = becomes(&bagpipe, "two VPNs", both.clone());
    assert_eq!((state.outcome, state.warnings), (Outcome::Good, vec![]));
    let summary = state.last_good.unwrap().summary.unwrap();
    assert_eq!(summary.sessions.iter().filter(|session| session.since.is_some()).count(), 2);

    bagpipe.announce(TWO, 2, "10.1.0.0/16", &["64512:79"]);
    let mut warnings = Vec::new();
    eventually("the same prefix in both", || {
        warnings = ask(&scene, &bagpipe).0.warnings;
        !warnings.is_empty()
    });
    assert!(warnings[0].starts_with("1 prefix in several VPNs"), "{warnings:?}");
    let explain = |subject: &str| {
        let options = ["--source", "bagpipe", "--bagpipe-url", &bagpipe.url(), "explain", subject];
        scene.answer(&options)
    };
    let address = explain("10.1.2.3");
    for part in [&*ONE.address().to_string(), &TWO.address().to_string(), "target:64512:79", "with 2 paths"] {
        assert!(address.contains(part), "{address}");
    }
    let mistyped = explain("target:64512:80");
    assert!(mistyped.contains("target:64512:77, target:64512:78, target:64512:79"), "{mistyped}");

    bagpipe.withdraw(TWO, 2, "10.1.0.0/16");
    bagpipe.withdraw(ONE, 1, "10.1.0.0/16");
    becomes(&bagpipe, "one VPN left", json!({"Two": entries(&["10.2.0.0/16"])}));
    bagpipe.lose(ONE);
    bagpipe.lose(TWO);
    eventually("it is not believed that there are no routes", || {
        let (state, services) = ask(&scene, &bagpipe);
        assert_eq!(services, json!({"Two": entries(&["10.2.0.0/16"])}));
        state.outcome == Outcome::Held
    });
}

/// Its routes have no other communities: a clear error at the first application that asks for one.
#[test]
fn what_it_cannot_select_by() {
    let bagpipe = BagpipeBgp::start(&[]);
    for community in ["64512:10", "64512:1:2", "no-export"] {
        let scene = scene(&json!([
            {"application-name": "Fine", "bgp-community": ["target:64512:77"]},
            {"application-name": "Asks", "bgp-community": ["target:64512:78", community]},
        ]));
        let (state, file) = scene.run(&["--source", "bagpipe", "--bagpipe-url", &bagpipe.url()]);
        let error = format!(
            "SelectionError: BaGPipe-BGP at {} has no standard or large communities, expected a route target \
             (target:…) on application Asks and community {community}",
            bagpipe.url()
        );
        // The others were answered: there are no such routes.
        assert_eq!((state.outcome, file), (Outcome::Partial, file_with(&error)));
    }
}
