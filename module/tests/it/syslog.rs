//! What syslog is told, on a real socket.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bgp_community_services::collect::sessions::{InstanceSession, SessionState};
use bgp_community_services::collect::state::{Outcome, SyslogRate};
use bgp_community_services::publish::syslog::{MOST_LINES, SyslogEvent, WINDOW, send};
use bgp_community_services::source::summary::Session;
use bgpcs::Health;
use bgpcs_testing::eventually;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::json;

use crate::scene::{EMPTY, Scene};

/// A syslog daemon's socket.
pub struct Daemon(UnixDatagram);

impl Daemon {
    pub fn of(scene: &Scene) -> Self {
        let socket = UnixDatagram::bind(scene.path("log")).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self(socket)
    }

    /// The lines that arrived: priority and text, each with the tag and this process's id.
    pub fn lines(&self) -> Vec<String> {
        let mut buffer = [0; 4096];
        let mut lines = Vec::new();
        while let Ok(length) = self.0.recv(&mut buffer) {
            let line = std::str::from_utf8(&buffer[..length]).unwrap();
            assert!(line.len() <= 1024 && !line.contains(char::is_control), "{line:?}");
            let tag = format!("bgp-community-services[{}]: ", std::process::id());
            let (priority, text) = line.split_once(&tag).unwrap_or_else(|| panic!("{line}"));
            lines.push(format!("{priority} {text}"));
        }
        lines
    }
}

#[test]
fn of_runs() {
    let scene = Scene::new();
    scene.install();
    // All of what is configured has prefixes.
    scene.edit("config.json", |value| value["applications"].as_array_mut().unwrap().truncate(1));
    let daemon = Daemon::of(&scene);
    let world = Arc::new(Mutex::new((true, "10.1.0.0/16")));
    let known = Arc::clone(&world);
    let answer = move |command: &str| {
        let (is_up, prefix) = *known.lock().unwrap();
        match command {
            command if command.contains("summary") => vty_reply(0, "{}"),
            "show bgp neighbors json" => vty_reply(
                0,
                &json!({"192.0.2.2": {
                    "bgpState": if is_up { "Established" } else { "Active" },
                    "bgpTimerUpMsec": 100_000, "bgpTimerUpEstablishedEpoch": 1_795_252_138,
                    "bgpInUpdateElapsedTimeMsecs": 100_000, "connectionsEstablished": 1,
                    "messageStats": {"updatesRecv": 8},
                    "neighborCapabilities": {
                        "multiprotocolExtensions": {"ipv4Unicast": {"advertisedAndReceived": true}},
                    },
                    "addressFamilyInfo": {"ipv4Unicast": {"acceptedPrefixCounter": 3}},
                }})
                .to_string(),
            ),
            command if is_up && command.contains("ipv4") && command.contains("12076:5010") => {
                vty_reply(0, &json!({"routes": {prefix: [{"valid": true}]}}).to_string())
            }
            _ => vty_reply(0, EMPTY),
        }
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(answer)));
    let after = |is_up: bool, prefix: &'static str, outcome: Outcome| {
        *world.lock().unwrap() = (is_up, prefix);
        assert_eq!(scene.ask_bgpd().0.outcome, outcome);
        daemon.lines()
    };
    assert_eq!(
        after(true, "10.1.0.0/16", Outcome::Good),
        [
            "<29> event=health health=healthy outcome=good",
            "<29> event=session peer=192.0.2.2 state=established",
            "<29> event=prefixes application=ExchangeOnline prefixes=1 gained=1 gained-why=configuration",
        ]
    );
    assert_eq!(after(true, "10.1.0.0/16", Outcome::Good), [""; 0]);
    assert_eq!(
        after(true, "10.2.0.0/16", Outcome::Good),
        ["<29> event=prefixes application=ExchangeOnline prefixes=1 gained=1 gained-why=announced lost=1 \
          lost-why=withdrawn"]
    );
    assert_eq!(
        after(false, "10.2.0.0/16", Outcome::Held),
        [
            "<28> event=health health=degraded was=healthy outcome=held findings=sessions-none error=\"SessionError: no BGP session is \
             established on application ExchangeOnline and community 12076:5010\"",
            "<28> event=session peer=192.0.2.2 state=lost",
        ]
    );
    assert_eq!(after(false, "10.2.0.0/16", Outcome::Held), [""; 0], "a second run that finds the same");
    scene.edit("state/last-run.json", |state| state["last-good"]["time"] = json!(1));
    assert_eq!(
        after(false, "10.2.0.0/16", Outcome::Failed)[1..],
        ["<29> event=prefixes application=ExchangeOnline prefixes=0 lost=1 lost-why=released"]
    );
    assert_eq!(
        after(true, "10.2.0.0/16", Outcome::Good),
        [
            "<29> event=health health=healthy was=broken outcome=good",
            "<29> event=session peer=192.0.2.2 state=established",
            "<29> event=prefixes application=ExchangeOnline prefixes=1 gained=1 gained-why=session",
        ]
    );
}

/// A session with this neighbor.
fn session(peer: &str) -> InstanceSession {
    let session = Session { peer: peer.to_owned(), ..Session::default() };
    InstanceSession { instance: bgp_community_services::instance::Instance::Default, session }
}

/// Text from elsewhere stays within its value, and within the line.
#[test]
fn of_hostile_text() {
    let scene = Scene::new();
    let daemon = Daemon::of(&scene);
    let hostile = "a\n<0>kernel: \u{1b}[31m\u{202e} \"b\" health=healthy";
    let long = "x".repeat(5000);
    for (text, expected) in [
        (hostile, r#""a\n<0>kernel: \u{1b}[31m\u{202e} \"b\" health=healthy""#.to_owned()),
        ("", "\"\"".to_owned()),
        ("fe80::1", "fe80::1".to_owned()),
        (&long, format!("\"{}…\"", "x".repeat(200))),
    ] {
        let event = SyslogEvent::Session { session: &session(text), state: SessionState::Lost };
        send(&scene.path("log"), SyslogRate::default(), 1, &[event]);
        assert_eq!(daemon.lines(), [format!("<28> event=session peer={expected} state=lost")]);
    }
}

/// However much happens, so many lines come, and then how many did not.
#[test]
fn are_limited() {
    let scene = Scene::new();
    let daemon = Daemon::of(&scene);
    // Linux queues few datagrams of a socket, so they are taken while they come.
    let all = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&all);
    let taken = std::thread::spawn(move || {
        daemon.0.set_nonblocking(false).unwrap();
        daemon.0.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut buffer = [0; 4096];
        loop {
            let length = daemon.0.recv(&mut buffer).unwrap();
            let line = String::from_utf8(buffer[..length].to_vec()).unwrap();
            if line.contains("the-end") {
                return;
            }
            lines.lock().unwrap().push(line);
        }
    });
    let lost = session("192.0.2.2");
    let peer = SyslogEvent::Session { session: &lost, state: SessionState::Lost };
    let mut rate = SyslogRate::default();
    let start = 1_800_000_000;
    let (mut passed, mut counted) = (0, 0);
    for (second, count) in [(0, 10), (1, 500), (WINDOW - 1, 1), (WINDOW, 0), (WINDOW + 1, 1), (3 * WINDOW, 0)]
    {
        rate = send(&scene.path("log"), rate, start + second, &vec![peer.clone(); count]);
        passed += count;
        assert!(rate.sent <= MOST_LINES, "{rate:?}");
    }
    // One line at a time, so that the queue of the socket has room.
    for second in 0..200 {
        rate = send(&scene.path("log"), rate, start + 10_000 + second / 100, std::slice::from_ref(&peer));
        passed += 1;
    }
    // Once the daemon has taken what waits, all that was left out is told.
    let mut window = 0;
    eventually("all that was left out is told", || {
        window += WINDOW;
        rate = send(&scene.path("log"), rate, start + 20_000 + window, &[]);
        rate.dropped == 0
    });
    let end = UnixDatagram::unbound().unwrap();
    end.send_to(b"the-end", scene.path("log")).unwrap();
    taken.join().unwrap();
    let lines = all.lock().unwrap();
    for line in lines.iter() {
        if let Some((_, count)) = line.split_once("event=dropped count=") {
            assert!(line.starts_with("<28>"), "{line}");
            counted += count.parse::<usize>().unwrap();
        } else {
            counted += 1;
        }
    }
    assert_eq!(counted, passed, "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("event=dropped")), "{lines:?}");
    assert!(lines.len() < passed / 2, "{} lines", lines.len());
}

/// A daemon that is absent, or takes nothing, costs nothing.
#[test]
fn without_a_daemon() {
    let health = SyslogEvent::Health {
        health: Health::Broken,
        was: None,
        findings: &[],
        outcome: "failed",
        error: Some("x"),
    };
    let scene = Scene::new();
    let rate = send(&scene.path("log"), SyslogRate::default(), 1, std::slice::from_ref(&health));
    assert_eq!(rate.dropped, 0);
    fs::write(scene.path("log"), "a file").unwrap();
    assert_eq!(send(&scene.path("log"), rate, 1, std::slice::from_ref(&health)).dropped, 0);
    fs::remove_file(scene.path("log")).unwrap();
    // Its queue is full: nothing waits, and what it did not take is told when it does.
    let daemon = Daemon::of(&scene);
    let rate = send(&scene.path("log"), SyslogRate::default(), 1, &vec![health; 50]);
    let taken = daemon.lines().len();
    assert_eq!(taken as u64 + rate.dropped, 50);
    send(&scene.path("log"), rate, 1 + WINDOW, &[]);
    let told: Vec<_> = (rate.dropped > 0)
        .then(|| format!("<28> event=dropped count={}", rate.dropped))
        .into_iter()
        .collect();
    assert_eq!(daemon.lines(), told);
}
