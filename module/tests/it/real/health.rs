//! The table of states: what each fault of a router is called, with which exit status and which advice, at a real bgpd; and
//! that it is healthy again when the cause is gone.

mod states;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;

use bgp_community_services::clock::now;
use bgp_community_services::collect::state::Outcome;
use bgp_community_services::health::Code;
use bgp_community_services::operator::printed::Printed;
use bgp_community_services_cli::exit::Exit;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use bgpcs_testing::{Bgpd, Capabilities, Peer, Session, Signal, eventually, show};
use serde_json::{Value, json};

use crate::real::schemas::Outputs;
use crate::scene::Scene;
use states::STATES;

const ROUTES: [&str; 5] = [
    "198.51.100.0/26 12076:5010",
    "198.51.100.64/26 12076:5010",
    "198.51.100.128/26 12076:5010",
    "203.0.113.0/25 12076:5020",
    "203.0.113.128/25 12076:5021",
];

/// Where the module's files are.
const LINK: &str = "root/etc/128technology/application-modules/bgp-community-services";
const EXECUTABLE: &str = "root/etc/128technology/application-modules/defaults/bgp-community-services";
const REGISTRATION: &str = "root/etc/128technology/application-modules/services/bgp-community-services";
const RUNNING: &str = "root/var/run/128technology/config.json";

/// A router with everything that the plugin installs, a bgpd, and two neighbors: one with routes, one without.
struct Router {
    scene: Scene,
    bgpd: Bgpd,
    sessions: Vec<Option<Session>>,
    service: Option<Child>,
}

impl Router {
    fn healthy() -> Self {
        let bgpd = Bgpd::start(&[Peer(1), Peer(2)]);
        let scene = Scene::new();
        let mut router = Self { scene, bgpd, sessions: vec![None, None], service: None };
        router.mend();
        router
    }

    /// Brings everything to the state that is healthy, and runs the module.
    fn mend(&mut self) {
        self.end_service();
        fs::remove_file(self.scene.path("bgpd.vty")).ok();
        symlink(self.bgpd.socket(), self.scene.path("bgpd.vty")).unwrap();
        self.scene.install();
        self.configure(&json!({"applications": [
            {"application-name": "ExchangeOnline", "bgp-community": ["12076:5010"]},
            {"application-name": "SharePointOnline", "bgp-community": ["12076:5020", "12076:5021"]},
        ]}));
        self.connect();
        self.announce(&ROUTES);
        self.run();
    }

    fn configure(&self, configuration: &Value) {
        fs::write(self.scene.path("config.json"), configuration.to_string()).unwrap();
    }

    /// Establishes the sessions that are not, with neighbors that have sent all their routes.
    fn connect(&mut self) {
        for (session, peer) in self.sessions.iter_mut().zip([Peer(1), Peer(2)]) {
            let connect = || Session::connect(peer, self.bgpd.port, &Capabilities::default());
            session.get_or_insert_with(connect).end_of_rib();
        }
        let established = || {
            let neighbors: Value = serde_json::from_str(&self.bgpd.show("show bgp neighbors json")).unwrap();
            neighbors.as_object().unwrap().values().all(|one| one["bgpState"] == "Established")
        };
        eventually("both sessions are established", established);
    }

    /// Announces routes, and withdraws all others.
    fn announce(&mut self, routes: &[&str]) {
        let session = self.sessions[0].as_mut().unwrap();
        let prefix = |route: &str| route.split(' ').next().unwrap().to_owned();
        let others = ["0.0.0.0/0", "10.0.0.0/8"].into_iter().chain(ROUTES).map(prefix);
        for other in others.filter(|other| routes.iter().all(|route| prefix(route) != *other)) {
            session.withdraw(&other);
        }
        routes.iter().for_each(|route| session.announce(route));
        // What it has been announced last is not enough: what was withdrawn has to be gone.
        self.bgpd.await_prefixes(Peer(1), routes.len() as u64);
        let carried = |community: &str| routes.iter().filter(|route| route.contains(community)).count();
        for community in ["12076:5010", "12076:5020", "12076:5021", "12067:5010"] {
            eventually(&format!("bgpd has the routes with {community}"), || {
                let table = self.bgpd.show(&format!("show bgp ipv4 unicast community {community} json"));
                let table: Value = serde_json::from_str(&table).unwrap_or_default();
                table["routes"].as_object().map_or(0, serde_json::Map::len) == carried(community)
            });
        }
    }

    fn run(&self) {
        self.scene.ask_bgpd();
    }

    fn ask(&self, words: &[&str]) -> Printed {
        self.try_to_ask(words).unwrap()
    }

    /// None where the command has no result.
    fn try_to_ask(&self, words: &[&str]) -> Option<Printed> {
        let path = |name: &str| self.scene.path(name).into_os_string().into_string().unwrap();
        let (root, socket) = (path("root"), path("bgpd.vty"));
        let files = ["--root", &root, "--source", "bgpd", "--bgpd-socket", &socket];
        self.scene.try_to_answer(&[words, &files].concat()).ok()
    }

    fn start_service(&mut self) {
        self.scene.edit("config.json", |value| value["update-mode"] = json!("watch"));
        self.service = Some(self.scene.command(&["watch"]).spawn().unwrap());
        eventually("the service has the lock", || self.codes() == "");
    }

    fn end_service(&mut self) {
        if let Some(mut service) = self.service.take() {
            service.kill().unwrap();
            service.wait().unwrap();
        }
    }

    fn codes(&self) -> String {
        let status: Value = serde_json::from_str(&self.ask(&["status", "--json"]).text).unwrap();
        let findings = status["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["code"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.scene.path(name)).unwrap();
    }

    /// Lets bgpd refuse the queries for these communities, and the module query all anew.
    fn refuse(&self, communities: &'static [&'static str]) {
        let vty = self.scene.path("bgpd.vty");
        fs::remove_file(&vty).unwrap();
        let socket = self.bgpd.socket();
        let answer = move |command: &str| match communities.iter().any(|one| command.contains(one)) {
            true => vty_reply(2, "% [BGP] Unknown command\n"),
            false => vty_reply(0, &show(&socket, command)),
        };
        stand_in::vty(&vty, Answer::Made(Arc::new(answer)));
        self.remove("state/routes.json");
        fs::write(self.scene.path("output.json"), "{}").ok();
        self.last_run(|state| state["last-good"]["looked"] = json!(0));
    }

    /// Starts bgpd anew; its neighbors come back with one route, and have not sent all of them.
    fn start_anew(&mut self) {
        self.bgpd.kill();
        self.bgpd.restart();
        let connect = |peer| Session::connect(peer, self.bgpd.port, &Capabilities::default());
        self.sessions = [Peer(1), Peer(2)].map(|peer| Some(connect(peer))).into();
        self.sessions[0].as_mut().unwrap().announce(ROUTES[0]);
        self.bgpd.await_prefixes(Peer(1), 1);
    }

    /// Edits the state of the last run.
    fn last_run(&self, change: impl FnOnce(&mut Value)) {
        self.scene.edit("state/last-run.json", change);
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        self.end_service();
    }
}

/// The commands whose form a schema tells.
const JSON: &[&[&str]] = &[
    &["status"],
    &["doctor"],
    &["show"],
    &["explain", "12076:5010"],
    &["explain", "SharePointOnline"],
    &["explain", "198.51.100.1"],
    &["changes"],
    &["communities", "--count"],
    &["preview", "--profile", "O365"],
];

#[test]
fn table_of_states() {
    let mut router = Router::healthy();
    let mut outputs = Outputs::default();
    let healthy = |router: &Router, after: &str| {
        let status = router.ask(&["status"]);
        assert_eq!(Exit::from(status.health), Exit::Healthy, "after {after}: {}", status.text);
    };
    healthy(&router, "the beginning");
    for (state, come_about, codes, exit, advice) in STATES {
        come_about(&mut router);
        let status = router.ask(&["status"]);
        assert_eq!(router.codes(), *codes, "{state}: {}", status.text);
        assert_eq!(Exit::from(status.health), *exit, "{state}: {}", status.text);
        // The same everywhere, and once.
        for words in [&["status"][..], &["status", "--detail"], &["doctor"], &["report", "--html", "-"]] {
            let told = router.ask(words);
            assert_eq!(Exit::from(told.health), *exit, "{state}: {words:?}");
            assert!(
                told.text.contains(codes) && told.text.contains(advice),
                "{state}: {words:?}: {}",
                told.text
            );
        }
        for words in JSON {
            if let Some(told) = router.try_to_ask(&[words, &["--json"][..]].concat()) {
                outputs.add(words[0], &told.text);
            }
        }
        if !codes.is_empty() {
            let lines =
                status.text.lines().filter(|line| line.starts_with("warning ") || line.starts_with("error "));
            assert_eq!(lines.count(), 1, "{state}: {}", status.text);
        }
        if router.bgpd_is_gone() {
            router.bgpd.restart();
        }
        router.mend();
        healthy(&router, state);
    }
    outputs.hold();
}

impl Router {
    fn bgpd_is_gone(&self) -> bool {
        std::os::unix::net::UnixStream::connect(self.bgpd.socket()).is_err()
    }
}

/// A bgpd that accepts connections and answers nothing is told by every command, for as long as the operator waits.
#[test]
fn of_a_frozen_bgpd() {
    let router = Router::healthy();
    router.bgpd.signal(Signal::STOP);
    for (words, exit, says) in [
        (&["status"][..], Exit::Degraded, "source-silent"),
        (&["doctor"], Exit::Degraded, "source-silent"),
        (&["show", "ExchangeOnline"], Exit::Healthy, "does not answer"),
        (&["show", "SharePointOnline"], Exit::Healthy, "timed out"),
        (&["explain", "12076:5010"], Exit::Broken, "timed out"),
        (&["explain", "ExchangeOnline"], Exit::Broken, "timed out"),
        (&["explain", "198.51.100.1"], Exit::Broken, "timed out"),
    ] {
        let told = router.ask(&[words, &["--timeout", "1"]].concat());
        assert_eq!(Exit::from(told.health), exit, "{words:?}: {}", told.text);
        assert!(told.text.contains(says), "{words:?}: {}", told.text);
        // Advice leads to the cause, and not back to a command that has just been asked.
        let leads_back = told.text.contains(&format!("bgp-community-services {}", words[0]));
        assert!(!leads_back, "{words:?}: {}", told.text);
    }
    router.bgpd.signal(Signal::CONT);
    eventually("bgpd answers again", || router.codes().is_empty());
}

#[test]
fn of_near_communities_and_of_none() {
    let mut router = Router::healthy();
    router.announce(&["198.51.100.0/26 12067:5010", "198.51.100.64/26", "203.0.113.0/25 12076:5020"]);
    router.run();
    for (words, exit, says) in [
        (&["explain", "12076:5010"][..], Exit::Degraded, "look nearly the same: 12067:5010"),
        (&["explain", "ExchangeOnline"], Exit::Degraded, "look nearly the same: 12067:5010"),
        (&["explain", "SharePointOnline"], Exit::Degraded, "no path carries 12076:5021"),
        (&["explain", "SharePointOnline"], Exit::Degraded, "12076:5020 is carried by 1 path"),
        (&["explain", "198.51.100.65"], Exit::Healthy, "its path carries no community"),
    ] {
        let told = router.ask(words);
        assert_eq!(Exit::from(told.health), exit, "{words:?}: {}", told.text);
        assert!(told.text.contains(says), "{words:?}: {}", told.text);
    }
}

/// In a terminal, one screen takes the place of the other, and nothing scrolls.
#[test]
fn status_is_drawn_in_place() {
    let router = Router::healthy();
    let command = router.scene.command(&["status", "--watch", "1"]);
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ");
    let screens = router.scene.path("screens");
    let mut script = Command::new("script");
    script.args(["--quiet", "--flush", "--command", &line]).arg(&screens);
    let _terminal = bgpcs_testing::Process::start(&mut script);
    let drawn = || String::from_utf8_lossy(&fs::read(&screens).unwrap_or_default()).into_owned();
    eventually("it is drawn a second time", || drawn().matches("\x1b[HTarget: ").count() >= 2);
}

/// The guide says of every code what it means and what to do.
#[test]
fn every_code_is_in_the_guide() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operator-guide.md");
    let guide = fs::read_to_string(guide).unwrap();
    let lines: Vec<&str> = guide.lines().filter(|line| line.starts_with("| `")).collect();
    for code in Code::ALL {
        let start = format!("| `{code}` | {} | ", code.severity().name());
        assert_eq!(lines.iter().filter(|line| line.starts_with(&start)).count(), 1, "{start}");
    }
}
