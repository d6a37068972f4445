//! Whom the module asks: processes of another user in a routing engine's place, and the real one's own user.

use std::fs::{self, Permissions};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use bgp_community_services::collect::state::Outcome;
use bgpcs_testing::{Process, alone_in_own_network, eventually};
use serde_json::json;

use crate::scene::Scene;

const ROOT: u32 = 0;
const NOBODY: u32 = 65534;

/// Where routingManager is asked when there is no bgpd.
const PORT: u16 = 31517;

/// An HTTP server that has a route for every question; with a second argument, it stops listening before it answers.
const HTTP: &str = r#"use IO::Socket::IP; $SIG{PIPE} = "IGNORE";
    my $server = IO::Socket::IP->new(LocalAddr => $ARGV[0], Listen => 9, ReuseAddr => 1) or die;
    my $body = "{\"routes\": {\"10.0.0.0/8\": [{\"valid\": true}]}}";
    while (my $client = $server->accept) {
        my $request = "";
        while ($request !~ /\r\n\r\n/) { sysread($client, $request, 4096, length $request) or last }
        if ($request && $ARGV[1]) { close $server }
        print $client "HTTP/1.1 200 OK\r\nContent-Length: ", length $body, "\r\n\r\n", $body; close $client }"#;

/// A daemon's VTY socket, with the same route.
const VTY: &str = r#"use IO::Socket::UNIX; $SIG{PIPE} = "IGNORE";
    my $server = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 9) or die;
    while (my $client = $server->accept) { $client->autoflush(1); local $/ = "\0";
        while (<$client>) { print $client "{\"routes\": {\"10.0.0.0/8\": [{\"valid\": true}]}}\0\0\0\0" } }"#;

fn start(user: u32, script: &str, words: &[&str]) -> Process {
    Process::start(Command::new("perl").args(["-e", script]).args(words).uid(user).gid(user))
}

/// A process of a user that listens at a port.
fn listener(user: u32, address: &str) -> Process {
    let process = start(user, HTTP, &[&format!("{address}:{PORT}")]);
    eventually("it listens", || TcpStream::connect(("127.0.0.1", PORT)).is_ok());
    process
}

/// The options with which there is no bgpd.
fn without_bgpd(scene: &Scene) -> [String; 2] {
    ["--bgpd-socket".to_owned(), scene.path("none.vty").display().to_string()]
}

fn run(scene: &Scene, further: &[&str]) -> (Outcome, String) {
    let bgpd = without_bgpd(scene);
    let options: Vec<&str> = bgpd.iter().map(String::as_str).chain(further.iter().copied()).collect();
    let (state, file) = scene.run(&options);
    (state.outcome, file)
}

#[test]
fn impostors_at_a_port() {
    alone_in_own_network("real::trust::impostors_at_a_port", || {
        for address in ["127.0.0.1", "0.0.0.0", "[::]"] {
            let _impostor = listener(NOBODY, address);
            let scene = Scene::new();
            let (outcome, file) = run(&scene, &[]);
            assert_eq!(outcome, Outcome::Failed, "{address}: {file}");
            let error = "TrustError: 127.0.0.1:31517 is held by user nobody (65534), expected root, nginx, gobgp or \
                         neutron; end that program, or trust the user with --trusted-user on application \
                         ExchangeOnline and community 12076:5010\"";
            assert!(file.contains(error) && file.contains("\"services\": {}"), "{address}: {file}");
            for user in ["nobody", "65534"] {
                assert_eq!(run(&scene, &["--trusted-user", user]).0, Outcome::Good, "{address} {user}");
            }
        }
        for (source, option, prefix) in
            [("gobgp", "--gobgp-address", ""), ("bagpipe", "--bagpipe-url", "http://")]
        {
            let _impostor = listener(NOBODY, "127.0.0.1");
            let scene = Scene::new();
            scene.edit("config.json", |configuration| {
                configuration["applications"] =
                    json!([{"application-name": "Any", "bgp-community": ["target:64512:77"]}]);
            });
            let (outcome, file) =
                run(&scene, &["--source", source, option, &format!("{prefix}127.0.0.1:{PORT}")]);
            assert_eq!(outcome, Outcome::Failed, "{source}: {file}");
            assert!(
                file.contains("TrustError: 127.0.0.1:31517 is held by user nobody (65534)"),
                "{source}: {file}"
            );
        }
    });
}

/// Who holds the port for IPv6 alone takes no connection to the other, and stops nobody. Nobody can hold it for both beside
/// the route source: that is what the module builds on.
#[test]
fn a_listener_for_ipv6_alone() {
    const FOR: &str = r#"use IO::Socket::IP;
        my $server = IO::Socket::IP->new(LocalHost => "::", LocalPort => $ARGV[0], V6Only => $ARGV[1], Listen => 9,
            ReuseAddr => 1, ReusePort => 1) or exit 7;
        sleep 3600 if $ARGV[1]"#;
    alone_in_own_network("real::trust::a_listener_for_ipv6_alone", || {
        for address in ["127.0.0.1", "0.0.0.0"] {
            let _own = listener(ROOT, address);
            let mut for_both = Command::new("perl");
            for_both.args(["-e", FOR, &PORT.to_string(), "0"]).uid(NOBODY).gid(NOBODY);
            assert_eq!(for_both.status().unwrap().code(), Some(7), "{address}");
            let _other = start(NOBODY, FOR, &[&PORT.to_string(), "1"]);
            eventually("it listens", || TcpStream::connect(("::1", PORT)).is_ok());
            let (outcome, file) = run(&Scene::new(), &[]);
            assert_eq!(outcome, Outcome::Good, "{address}: {file}");
        }
    });
}

/// On a router alone that is a failure, on a node of a pair as if nobody were there.
#[test]
fn an_impostor_between_two_runs() {
    alone_in_own_network("real::trust::an_impostor_between_two_runs", || {
        for (pair, expected) in [(false, Outcome::Held), (true, Outcome::Standby)] {
            let scene = Scene::new();
            scene.edit("config.json", |configuration| configuration["high-availability"] = json!(pair));
            let own = listener(ROOT, "127.0.0.1");
            assert_eq!(run(&scene, &[]).0, Outcome::Good);
            let before = scene.prefixes();
            assert_eq!(before, "10.0.0.0/8 | 10.0.0.0/8");
            drop(own);
            let impostor = listener(NOBODY, "127.0.0.1");
            let (outcome, file) = run(&scene, &[]);
            assert_eq!((outcome, scene.prefixes()), (expected, before), "{file}");
            assert_eq!(file.contains("TrustError: "), !pair, "{file}");
            drop(impostor);
            let _own = listener(ROOT, "127.0.0.1");
            assert_eq!(run(&scene, &[]).0, Outcome::Good);
        }
    });
}

/// Whoever answers has to be there still when the answer is used.
#[test]
fn gone_before_the_answer() {
    alone_in_own_network("real::trust::gone_before_the_answer", || {
        let scene = Scene::new();
        let _process = start(ROOT, HTTP, &[&format!("127.0.0.1:{PORT}"), "once"]);
        eventually("it listens", || TcpStream::connect(("127.0.0.1", PORT)).is_ok());
        let (outcome, file) = run(&scene, &[]);
        assert_eq!(outcome, Outcome::Failed, "{file}");
        assert!(file.contains("TrustError: the program that listened at 127.0.0.1:31517 has gone"), "{file}");
    });
}

#[test]
fn holders_of_a_socket() {
    alone_in_own_network("real::trust::holders_of_a_socket", || {
        for (case, mode, owner, error) in [
            ("as FRR's own packages have it", 0o755, NOBODY, None),
            ("a group that may write", 0o775, NOBODY, None),
            (
                "root's socket",
                0o755,
                ROOT,
                Some("user nobody (65534), expected root or its owner root (0); end"),
            ),
            ("a directory of all", 0o777, NOBODY, Some("correct that with: chmod o-w")),
            ("one like /tmp", 0o1777, NOBODY, Some("correct that with: chmod o-w")),
        ] {
            let scene = Scene::new();
            fs::set_permissions(scene.path(""), Permissions::from_mode(0o755)).unwrap();
            let directory = scene.path("frr");
            fs::create_dir(&directory).unwrap();
            chown(&directory, Some(NOBODY), Some(NOBODY)).unwrap();
            let socket = directory.join("bgpd.vty");
            let _process = start(NOBODY, VTY, &[socket.to_str().unwrap()]);
            eventually("it listens", || UnixStream::connect(&socket).is_ok());
            fs::set_permissions(&directory, Permissions::from_mode(mode)).unwrap();
            chown(&socket, Some(owner), None).unwrap();
            hold(case, &scene, &socket, error, mode & 0o020 != 0 && mode & 0o002 == 0);
        }
    });
}

#[track_caller]
fn hold(case: &str, scene: &Scene, socket: &Path, error: Option<&str>, warns: bool) {
    let (state, file) = scene.run(&["--bgpd-socket", socket.to_str().unwrap()]);
    match error {
        None => assert_eq!(
            (state.outcome, state.warnings.len()),
            (Outcome::Good, usize::from(warns)),
            "{case}: {file}"
        ),
        Some(error) => {
            assert_eq!(state.outcome, Outcome::Failed, "{case}: {file}");
            assert!(file.contains("TrustError: ") && file.contains(error), "{case}: {file}");
        }
    }
    assert_eq!(
        state.warnings.iter().any(|warning| warning.contains("the group 65534 may write")),
        warns,
        "{case}"
    );
}
