//! The service mode, against a real bgpd and as systemd sees it.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixDatagram;
use std::process::Child;
use std::thread::sleep;
use std::time::Duration;

use bgpcs_testing::releases::{self, Engine};
use bgpcs_testing::{Bgpd, ExaBgp, Peer, Signal, Speaker, eventually, signal};
use serde_json::json;

use crate::scene::Scene;

const ONE: Peer = Peer(1);

/// The service, started as systemd would start it, and ended with this value.
struct Service {
    child: Child,
    manager: UnixDatagram,
}

impl Service {
    fn start(scene: &Scene) -> Self {
        let socket = scene.path("notify");
        fs::remove_file(&socket).ok();
        let manager = UnixDatagram::bind(&socket).unwrap();
        manager.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let child = scene.command(&["watch"]).env("NOTIFY_SOCKET", &socket).spawn().unwrap();
        Self { child, manager }
    }

    fn signal(&self, which: Signal) {
        signal(which, self.child.id());
    }

    fn await_message(&self, wanted: &str) {
        eventually(&format!("systemd receives {wanted}"), || {
            let mut message = [0; 100];
            let length = self.manager.recv(&mut message).unwrap();
            &message[..length] == wanted.as_bytes()
        });
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_service() {
    let bgpd = Bgpd::start(&[ONE]);
    let mut one = ExaBgp::start(ONE, &bgpd, &["10.1.0.0/16 community [ 12076:5010 ]"]);
    bgpd.await_prefixes(ONE, 1);
    let scene = Scene::new();
    symlink(bgpd.socket(), scene.path("bgpd.vty")).unwrap();
    let has =
        |text: &str| fs::read_to_string(scene.path("output.json")).is_ok_and(|file| file.contains(text));
    let inode = || fs::metadata(scene.path("output.json")).unwrap().ino();

    let mut service = Service::start(&scene);
    service.await_message("READY=1");
    assert!(has("10.1.0.0/16"), "ready means that the file is there");
    service.await_message("WATCHDOG=1");

    one.announce(ONE, "10.2.0.0/16 community [ 12076:5020 ]");
    eventually("a new prefix is in the file", || has("10.2.0.0/16"));

    let before = inode();
    one.announce(ONE, "10.3.0.0/16");
    bgpd.await_prefixes(ONE, 3);
    let refreshed = || scene.json("state/last-run.json")["last-good"]["survey"]["ipv4"]["version"].clone();
    eventually("the service has refreshed", || refreshed() == bgpd.table_version("ipv4"));
    assert_eq!(inode(), before, "a file with the same content is not replaced");

    let ended = scene.command(&["run"]).output().unwrap();
    assert!(ended.status.success());
    assert!(String::from_utf8_lossy(&ended.stderr).contains("another process uses"));
    assert_eq!(inode(), before, "a run by SSR leaves the file to the service");

    scene.edit("config.json", |config| config["duration"] = json!(99));
    eventually("another configuration is in force", || has("\"duration\": 99"));

    fs::remove_file(scene.path("output.json")).unwrap();
    eventually("a file that was removed is written again", || has("10.2.0.0/16"));

    service.signal(Signal::TERM);
    service.await_message("STOPPING=1");
    assert!(service.child.wait().unwrap().success(), "ended by SIGTERM");
    assert!(has("10.2.0.0/16"), "the file stays");
}

/// The end does not cut a reply, which bgpd 10.3 would not survive.
#[test]
fn ended_during_a_query() {
    const ROUTES: u32 = 100_000;
    for release in releases::of(Engine::Bgpd) {
        let bgpd = Bgpd::start_program(&release.program, &Bgpd::configuration(&[ONE]));
        let mut one = Speaker::connect(ONE, bgpd.port);
        one.announce(0..ROUTES, Some((12076, 5010)));
        bgpd.await_received(ONE, ROUTES.into());
        let scene = Scene::new();
        symlink(bgpd.socket(), scene.path("bgpd.vty")).unwrap();
        for path_selection in ["best", "any"] {
            let mut service = Service::start(&scene);
            service.await_message("READY=1");
            let before = bgpd.processor_seconds();
            scene.edit("config.json", |config| config["path-selection"] = json!(path_selection));
            eventually("bgpd is at work", || bgpd.processor_seconds() > before + 0.02);
            service.signal(Signal::TERM);
            service.await_message("STOPPING=1");
            assert!(service.child.wait().unwrap().success(), "{release}");
            assert_eq!(bgpd.received().len(), 1, "{release} should live");
            let prefixes = scene.json("output.json")["services"]["ExchangeOnline"].as_array().map(Vec::len);
            assert_eq!(prefixes, Some(ROUTES as usize), "{release}");
        }
    }
}

/// A routing engine that was slow once is not left alone for long, and waiting for it does not delay the end.
#[test]
fn a_slow_routing_engine() {
    let mut bgpd = Bgpd::start(&[ONE]);
    let _one = ExaBgp::start(ONE, &bgpd, &["10.1.0.0/16 community [ 12076:5010 ]"]);
    bgpd.await_prefixes(ONE, 1);
    let scene = Scene::new();
    symlink(bgpd.socket(), scene.path("bgpd.vty")).unwrap();
    let file = || fs::read_to_string(scene.path("output.json")).unwrap_or_default();
    let mut service = Service::start(&scene);
    service.await_message("READY=1");

    bgpd.signal(Signal::STOP);
    scene.edit("config.json", |config| config["duration"] = json!(3600));
    sleep(Duration::from_secs(5));
    bgpd.signal(Signal::CONT);
    eventually("the configuration is in force", || file().contains("\"duration\": 3600"));
    fs::remove_file(scene.path("output.json")).unwrap();
    eventually("the file is written again", || file().contains("10.1.0.0/16"));
    bgpd.kill();
    eventually("the end of bgpd is noticed", || file().contains("[Errno 111] Connection refused"));
    bgpd.restart();
    eventually("it is queried again", || file().contains("no BGP session") || !file().contains("error"));

    bgpd.signal(Signal::STOP);
    sleep(Duration::from_secs(1));
    let before = file();
    scene.edit("config.json", |config| config["duration"] = json!(99));
    sleep(Duration::from_secs(2));
    service.signal(Signal::TERM);
    service.child.wait().unwrap();
    assert_eq!(file(), before, "the end is no error of the routing engine");
}
