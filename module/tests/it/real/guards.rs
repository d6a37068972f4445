//! The guards, and a loss that comes one by one, with a real bgpd.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Child;

use bgp_community_services::clock::now;
use bgp_community_services::collect::state::Outcome;
use bgpcs_testing::{Bgpd, ExaBgp, Peer, eventually};
use serde_json::{Value, json};

use crate::scene::Scene;

const ONE: Peer = Peer(1);

/// A module with a bgpd, and a neighbor that announces these routes.
fn scene(routes: &[&str]) -> (Bgpd, ExaBgp, Scene) {
    let bgpd = Bgpd::start(&[ONE]);
    let neighbor = ExaBgp::start(ONE, &bgpd, routes);
    bgpd.await_prefixes(ONE, routes.len() as u64);
    let scene = Scene::new();
    symlink(bgpd.socket(), scene.path("bgpd.vty")).unwrap();
    (bgpd, neighbor, scene)
}

fn answer(scene: &Scene, words: &[&str]) -> String {
    let socket = scene.path("bgpd.vty").into_os_string().into_string().unwrap();
    scene.answer(&[words, &["--source", "bgpd", "--bgpd-socket", &socket]].concat())
}

#[test]
fn left_out_by_whom() {
    let (_bgpd, _neighbor, scene) = scene(&[
        "10.1.0.0/16 community [ 12076:5010 ]",
        "0.0.0.0/0 community [ 12076:5010 ]",
        "0.0.0.0/1 community [ 12076:5010 ]",
        "128.0.0.0/1 community [ 12076:5010 ]",
        "192.0.2.0/24 community [ 12076:5020 ]",
        "10.2.0.0/16 community [ 12076:5020 ]",
        "127.0.0.0/8 community [ 12076:5010 ]",
        "2001:db8:1::/48 community [ 12076:5010 ]",
        "2000::/12 community [ 12076:5010 ]",
    ]);
    scene.edit("config.json", |config| {
        config["path-selection"] = json!("best");
        config["applications"][1]["within"] = json!(["10.0.0.0/8", "2001:db8::/32"]);
    });
    let (state, _) = scene.ask_bgpd();
    assert_eq!(
        (state.outcome, scene.prefixes().as_str()),
        (Outcome::Good, "10.1.0.0/16 2001:db8:1::/48 | 10.2.0.0/16")
    );
    let neighbor = "127.0.0.2";
    let doctor = answer(&scene, &["doctor"]);
    for expected in [
        format!(
            "(shorter than shortest-ipv4-prefix 8): 0.0.0.0/0 from {neighbor}, 0.0.0.0/1 from {neighbor}"
        ),
        format!(
            "left out 1 prefix of ExchangeOnline (shorter than shortest-ipv6-prefix 16): 2000::/12 from {neighbor}"
        ),
        format!("left out 1 prefix of SharePointOnline (outside of within): 192.0.2.0/24 from {neighbor}"),
        format!("left out 1 prefix of ExchangeOnline (loopback addresses): 127.0.0.0/8 from {neighbor}"),
    ] {
        assert!(doctor.contains(&expected), "{expected}: {doctor}");
    }
    let status: Value = serde_json::from_str(&answer(&scene, &["status", "--json"])).unwrap();
    assert_eq!(status["left-out"][0]["prefixes"][0]["neighbors"], json!([neighbor]), "{status:#}");

    let explained = answer(&scene, &["explain", "12076:5010"]);
    let expected =
        format!("ExchangeOnline leaves out 3 prefixes from {neighbor} (shorter than shortest-ipv4-prefix 8)");
    assert!(explained.contains(&expected), "{explained}");
    let explained = answer(&scene, &["explain", "192.0.2.0/24"]);
    let expected = "SharePointOnline leaves 192.0.2.0/24 out (outside of within)";
    assert!(
        explained.contains(expected) && explained.contains("change within in the profile"),
        "{explained}"
    );

    // The answers are kept as they were, so that another guard needs no query.
    let queried = now() - 100;
    scene.edit("state/last-run.json", |state| state["last-good"]["looked"] = json!(queried));
    scene.edit("config.json", |config| {
        config["shortest-ipv4-prefix"] = json!(0);
        config["applications"][1]["within"] = json!(["192.0.0.0/16"]);
    });
    let (state, _) = scene.ask_bgpd();
    assert_eq!(
        scene.prefixes(),
        "0.0.0.0/0 0.0.0.0/1 10.1.0.0/16 128.0.0.0/1 2001:db8:1::/48 | 192.0.2.0/24"
    );
    assert_eq!(state.last_good.unwrap().refreshed, queried, "nothing was queried");
}

/// Ended with this value.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A neighbor withdraws one prefix after another: the first few are believed, then all of them stay for
/// `stale-path-time`, beyond a restart of the service, and then the new state is taken.
#[test]
fn a_loss_one_by_one() {
    let announced: Vec<String> =
        (0..6).map(|number| format!("10.{number}.0.0/16 community [ 12076:5010 ]")).collect();
    let (bgpd, mut neighbor, scene) = scene(&announced.iter().map(String::as_str).collect::<Vec<_>>());
    scene.edit("config.json", |config| {
        config["largest-loss"] = json!(50);
        config["stale-path-time"] = json!(3600);
    });
    let count = || {
        let prefixes = scene.prefixes();
        prefixes.split_once(" | ").map_or(0, |(first, _)| first.split_whitespace().count())
    };
    let error = || scene.json("output.json")["error"].as_str().unwrap_or_default().to_owned();
    let start = || Service(scene.command(&["watch"]).spawn().unwrap());
    let service = start();
    eventually("all of them are there", || scene.path("output.json").exists() && count() == 6);
    for (number, left) in [(0, 5), (1, 4), (2, 3)] {
        neighbor.withdraw(ONE, &format!("10.{number}.0.0/16"));
        eventually("a loss that is believed", || count() == left);
        assert_eq!(error(), "");
    }
    neighbor.withdraw(ONE, "10.3.0.0/16");
    eventually("a loss that is not", || count() == 6);
    assert!(error().starts_with("LossError: more than largest-loss 50 percent"), "{}", error());
    // The state is written after the output file.
    let begun = || scene.json("state/last-run.json")["kept"][0]["since"].as_u64();
    eventually("the state says since when", || begun().is_some());
    let begun = begun().unwrap();

    drop(service);
    let service = start();
    neighbor.withdraw(ONE, "10.4.0.0/16");
    bgpd.await_prefixes(ONE, 1);
    let lost = || scene.json("state/last-run.json")["kept"][0]["loss"]["lost"].as_u64();
    eventually("the next one is noticed", || lost() == Some(5));
    assert_eq!(count(), 6);

    // A shorter time is obeyed, and its end is noticed without any sign from bgpd.
    let stale_path_time = now() - begun + 5;
    scene.edit("config.json", |config| config["stale-path-time"] = json!(stale_path_time));
    eventually("the new state is taken", || count() == 1);
    assert!(now() >= begun + stale_path_time, "it stayed for stale-path-time");
    assert_eq!(error(), "");
    drop(service);
    assert!(fs::read_to_string(scene.path("state/recent.json")).unwrap().contains("10.5.0.0/16"));
}
