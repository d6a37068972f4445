//! Every source of plain routes gives the same file for the same announcements, whoever keeps the routes.
//!
//! Each directory of `tests/data/conformance`, in the order of their names, is a step: what the peers do, and the file
//! that every source has to lead to. `BLESS=1` writes what bgpd leads to.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use bgpcs_testing::{BagpipeBgp, Bgpd, ExaBgp, Gobgpd, Listener, Peer, eventually};
use serde_json::Value;

use crate::scene::Scene;

const PEERS: [Peer; 2] = [Peer(1), Peer(2)];

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/conformance")
}

/// A scene with the scenario's configuration.
fn scene() -> Scene {
    let scene = Scene::new();
    fs::copy(data().join("config.json"), scene.path("config.json")).unwrap();
    scene
}

/// Those who announce: plain routes, or what of them can be a VPN's.
trait Speakers {
    fn announce(&mut self, peer: Peer, route: &str);
    fn withdraw(&mut self, peer: Peer, prefix: &str);
    fn lose(&mut self, peer: Peer);
}

struct Plain([Option<ExaBgp>; 2]);

impl Plain {
    /// Speakers to what listens at this port.
    fn to(port: u16) -> Self {
        Self(PEERS.map(|peer| Some(ExaBgp::start_at(peer, port, &[]))))
    }

    fn of(&mut self, peer: Peer) -> &mut Option<ExaBgp> {
        &mut self.0[usize::from(peer.0) - 1]
    }
}

impl Speakers for Plain {
    fn announce(&mut self, peer: Peer, route: &str) {
        self.of(peer).as_mut().unwrap().announce(peer, route);
    }

    fn withdraw(&mut self, peer: Peer, prefix: &str) {
        self.of(peer).as_mut().unwrap().withdraw(peer, prefix);
    }

    fn lose(&mut self, peer: Peer) {
        *self.of(peer) = None;
    }
}

/// The VPN of a peer has its number. BaGPipe-BGP has no VPN routes of IPv6, and nothing but route targets selects.
impl Speakers for BagpipeBgp {
    fn announce(&mut self, peer: Peer, route: &str) {
        let (prefix, communities) = route.split_once(' ').unwrap_or((route, ""));
        if !prefix.contains(':') {
            let targets = communities.split(' ').filter_map(|word| word.strip_prefix("target:"));
            Self::announce(self, peer, peer.0.into(), prefix, &targets.collect::<Vec<_>>());
        }
    }

    fn withdraw(&mut self, peer: Peer, prefix: &str) {
        if !prefix.contains(':') {
            Self::withdraw(self, peer, peer.0.into(), prefix);
        }
    }

    fn lose(&mut self, peer: Peer) {
        Self::lose(self, peer);
    }
}

/// Plays the scenario; `output` gives the file that the module has written, of which `applications` are compared.
fn plays(
    source: &str,
    speakers: &mut dyn Speakers,
    applications: &dyn Fn(&str) -> bool,
    output: &mut dyn FnMut() -> String,
) {
    let mut steps: Vec<_> = fs::read_dir(data()).unwrap().map(|entry| entry.unwrap().path()).collect();
    steps.retain(|path| path.is_dir());
    steps.sort();
    let of_interest = |text: &str| {
        let mut file: Value = serde_json::from_str(text).unwrap_or_default();
        if let Some(services) = file["services"].as_object_mut() {
            services.retain(|name, _| applications(name));
        }
        file
    };
    for step in steps {
        for event in fs::read_to_string(step.join("events")).unwrap().lines() {
            let (number, event) = event.split_once(' ').unwrap();
            let peer = Peer(number.parse().unwrap());
            match event.split_once(' ') {
                Some(("announce", route)) => speakers.announce(peer, route),
                Some(("withdraw", prefix)) => speakers.withdraw(peer, prefix),
                _ => speakers.lose(peer),
            }
        }
        let path = step.join("output.json");
        if std::env::var_os("BLESS").is_some() && source == "bgpd" {
            sleep(Duration::from_secs(15));
            fs::write(&path, output()).unwrap();
        }
        let expected = of_interest(&fs::read_to_string(&path).unwrap());
        eventually(&format!("{source}: {}", path.display()), || of_interest(&output()) == expected);
    }
}

fn all(_: &str) -> bool {
    true
}

#[test]
fn bgpd() {
    let (scene, bgpd) = (scene(), Bgpd::start(&PEERS));
    let socket = bgpd.socket().into_os_string().into_string().unwrap();
    plays("bgpd", &mut Plain::to(bgpd.port), &all, &mut || {
        scene.run(&["--source", "bgpd", "--bgpd-socket", &socket]).1
    });
}

#[test]
fn gobgp() {
    for source in ["gobgp", "gobgp-adj-in"] {
        let (scene, gobgpd) = (scene(), Gobgpd::start(&PEERS));
        let address = gobgpd.api.to_string();
        let options = ["--source", source, "--gobgp-address", &address];
        plays(source, &mut Plain::to(gobgpd.port), &all, &mut || scene.run(&options).1);
    }
}

#[test]
fn exabgp() {
    for exabgp in bgpcs_testing::exabgp_releases() {
        let scene = scene();
        let exabgp = exabgp.to_str().unwrap();
        let listener = Listener::start(exabgp, &scene.path(""), &PEERS, &scene.exabgp_program());
        plays(exabgp, &mut Plain::to(listener.port), &all, &mut || {
            fs::read_to_string(scene.path("output.json")).unwrap_or_default()
        });
    }
}

/// Those applications that list route targets only.
#[test]
fn bagpipe() {
    let scene = scene();
    scene.edit("config.json", |config| {
        config["applications"].as_array_mut().unwrap().retain(|application| {
            let communities = application["bgp-community"].as_array().unwrap();
            communities.iter().all(|community| community.as_str().unwrap().starts_with("target:"))
        });
    });
    let left = scene.json("config.json")["applications"].as_array().unwrap().clone();
    let mut bagpipe = BagpipeBgp::start(&PEERS);
    let url = bagpipe.url();
    let applications = |name: &str| left.iter().any(|application| application["application-name"] == name);
    plays("bagpipe", &mut bagpipe, &applications, &mut || {
        scene.run(&["--source", "bagpipe", "--bagpipe-url", &url]).1
    });
}
