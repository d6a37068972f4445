//! The program as a process of a real ExaBGP that has its routes from real BGP peers.

use bgpcs_testing::{ExaBgp, Listener, Peer, Signal, eventually};

use crate::exabgp::prefixes;
use crate::scene::Scene;

const ONE: Peer = Peer(1);
const TWO: Peer = Peer(2);

/// The program dies: ExaBGP starts it again and tells it nothing, yet it comes to know everything again, and what it
/// knew stays in the file meanwhile.
#[test]
fn a_program_that_dies() {
    for exabgp in bgpcs_testing::exabgp_releases() {
        let scene = Scene::new();
        let listener =
            Listener::start(exabgp.to_str().unwrap(), &scene.path(""), &[ONE, TWO], &scene.exabgp_program());
        let of_one = ["10.1.0.0/16 community [ 12076:5010 ]", "10.2.0.0/16 community [ 12076:5020 ]"];
        let mut one = ExaBgp::start_at(ONE, listener.port, &of_one);
        let _two = ExaBgp::start_at(TWO, listener.port, &["10.3.0.0/16 community [ 12076:5010 ]"]);
        eventually("all prefixes", || prefixes(&scene, "ExchangeOnline") == ["10.1.0.0/16", "10.3.0.0/16"]);
        bgpcs_testing::signal(Signal::KILL, listener.child());
        one.withdraw(ONE, "10.2.0.0/16");
        eventually("the withdrawal is known, and nothing else is lost", || {
            assert_eq!(prefixes(&scene, "ExchangeOnline"), ["10.1.0.0/16", "10.3.0.0/16"]);
            prefixes(&scene, "SharePointOnline").is_empty()
        });
        eventually("the state tells", || {
            scene.json("state/last-run.json")["warnings"].to_string().contains("2 BGP sessions")
        });
        drop(one);
        eventually("a lost session is reported", || prefixes(&scene, "ExchangeOnline") == ["10.3.0.0/16"]);
    }
}

/// Routes that never settle do not keep the others out of the file.
#[test]
fn churn() {
    let [exabgp, _] = bgpcs_testing::exabgp_releases();
    let scene = Scene::new();
    let listener =
        Listener::start(exabgp.to_str().unwrap(), &scene.path(""), &[ONE, TWO], &scene.exabgp_program());
    let mut restless = ExaBgp::start_at(ONE, listener.port, &["10.2.0.0/16 community [ 12076:5020 ]"]);
    eventually("its session", || prefixes(&scene, "SharePointOnline") == ["10.2.0.0/16"]);
    let _calm = ExaBgp::start_at(TWO, listener.port, &["10.1.0.0/16 community [ 12076:5010 ]"]);
    let mut number = 0;
    eventually("what is at rest, while another is not", || {
        number += 1;
        restless.announce(ONE, &format!("10.3.0.0/16 community [ 64512:{number} ]"));
        prefixes(&scene, "ExchangeOnline") == ["10.1.0.0/16"]
    });
}

/// What operators ask beside the program: its sessions, what its last refresh found, and that it was not queried.
#[test]
fn operators_beside_the_program() {
    let [exabgp, _] = bgpcs_testing::exabgp_releases();
    let scene = Scene::new();
    let listener =
        Listener::start(exabgp.to_str().unwrap(), &scene.path(""), &[ONE, TWO], &scene.exabgp_program());
    let _one = ExaBgp::start_at(ONE, listener.port, &["10.1.0.0/16 community [ 12076:5010 ]"]);
    eventually("the prefix", || prefixes(&scene, "ExchangeOnline") == ["10.1.0.0/16"]);
    let mut answer = String::new();
    eventually("status", || {
        answer = scene.answer(&["status"]);
        answer.contains("answers; 1 of 1 BGP sessions established")
    });
    assert!(answer.lines().any(|line| line.contains("Source ") && line.contains("ExaBGP")), "{answer}");
    for (subject, parts) in [
        ("12076:5010", ["listed by ExchangeOnline", "it selected 1 IPv4 prefix and 0 IPv6 prefixes"]),
        ("10.1.2.3", ["in application ExchangeOnline by 10.1.0.0/16", "exabgpcli show adj-rib in"]),
    ] {
        let answer = scene.answer(&["explain", subject]);
        let told = "sends its routes to its own process only, so it was not queried";
        assert!(parts.iter().all(|part| answer.contains(part)) && answer.contains(told), "{answer}");
    }
    drop(listener);
    eventually("nobody is asked who is not there", || {
        scene.answer(&["status", "--source", "exabgp"]).contains("does not answer")
    });
    let silent = scene.answer(&["doctor", "--source", "exabgp"]);
    assert!(silent.contains("ExaBGP runs no process bgp-community-services exabgp"), "{silent}");
}
