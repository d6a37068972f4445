//! Every way in which a route source can fail, and the words that support staff search for.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use bgp_community_services::collect::state::{Outcome, State};
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use rustix::net::{self, AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use crate::scene::{EMPTY, Scene, file_with};

const PLACE: &str = " on application ExchangeOnline and community 12076:5010";
const REFUSED: &str = "URLError: [Errno 111] Connection refused";
const MISSING: &str = "URLError: [Errno 2] No such file or directory";
const TIMED_OUT: &str = "URLError: timed out";
const CLOSED: &str = "URLError: Remote end closed connection without response";
const TOO_LONG: &str = "URLError: response exceeds 1048576 bytes";
const TEXT: &str = "AttributeError: 'str' object has no attribute 'get'";
const LIST: &str = "AttributeError: 'list' object has no attribute 'get'";
const NUMBER: &str = "AttributeError: 'int' object has no attribute 'get'";
const FRACTION: &str = "AttributeError: 'float' object has no attribute 'get'";
const BOOLEAN: &str = "AttributeError: 'bool' object has no attribute 'get'";
const NOTHING: &str = "AttributeError: 'NoneType' object has no attribute 'get'";

/// A scene that waits briefly if it waits in vain.
fn scene_for(error: &str) -> Scene {
    let mut scene = Scene::new();
    if error == TIMED_OUT {
        scene.patience = Duration::from_millis(300);
    }
    scene
}

#[track_caller]
fn assert_error(case: &str, (state, file): (State, String), error: &str) {
    assert_eq!(file, file_with(&format!("{error}{PLACE}")), "{case}");
    let failure = state.error.unwrap();
    assert_eq!(state.outcome, Outcome::Failed, "{case}");
    assert!(!failure.causes.is_empty(), "{case}: nothing is said of what is behind it");
}

/// The JSON blocks of the plugin's documentation, in its order: connection refused, 502, text, no match.
#[test]
fn documented_files() {
    let documentation = include_str!("../data/documented-output.txt");
    let blocks: Vec<&str> = documentation
        .match_indices("{\n  \"module-name\"")
        .map(|(start, _)| &documentation[start..start + documentation[start..].find("\n}\n").unwrap() + 3])
        .collect();
    let nobody = "http://127.0.0.1:1/{family}/{community}";
    let bad_gateway = stand_in::http(http("502 Bad Gateway", "<html>"));
    let text = stand_in::http(http("200 OK", "\"BGP is not running\""));
    let empty = stand_in::http(http("200 OK", EMPTY));
    let written = [nobody, &bad_gateway, &text, &empty]
        .map(|url| Scene::new().run(&["--source", "routing-manager", "--routing-manager-url", url]).1);
    assert_eq!(written, blocks[..]);
}

fn http(status: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::ThenClose(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes())
}

fn raw(text: &str) -> Answer {
    Answer::ThenClose(text.as_bytes().to_vec())
}

#[test]
fn http_replies() {
    let headers = "HTTP/1.1 200 OK\r\n\r\n";
    let cases: Vec<(&str, Answer, &str)> = vec![
        ("not found", http("404 Not Found", EMPTY), "HTTPError: 404 Not Found"),
        ("unavailable", http("503 Service Unavailable", ""), "HTTPError: 503 Service Unavailable"),
        ("an unknown status", http("599 Odd", ""), "HTTPError: 599 Unknown"),
        ("no content", raw("HTTP/1.1 204 No Content\r\n\r\n"), "HTTPError: 204 No Content"),
        (
            "a redirect",
            raw("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"),
            "HTTPError: 302 Found",
        ),
        ("a page", http("200 OK", "<!DOCTYPE html><title>SSR</title>"), TEXT),
        ("nothing", http("200 OK", ""), TEXT),
        ("a broken object", http("200 OK", r#"{"routes": {"10.0.0.0/8": ["#), TEXT),
        ("text before the JSON", http("200 OK", &format!("ok {EMPTY}")), TEXT),
        ("two objects", http("200 OK", &format!("{EMPTY}{EMPTY}")), TEXT),
        ("text", http("200 OK", "\"down\""), TEXT),
        ("a list", http("200 OK", "[]"), LIST),
        ("a number", http("200 OK", "-1"), NUMBER),
        ("a fraction", http("200 OK", "0.5"), FRACTION),
        ("a truth value", http("200 OK", "true"), BOOLEAN),
        ("null", http("200 OK", "null"), NOTHING),
        ("no routes", http("200 OK", r#"{"warning": "Default BGP instance not found"}"#), NOTHING),
        ("routes that are null", http("200 OK", r#"{"routes": null}"#), NOTHING),
        ("routes that are a list", http("200 OK", r#"{"routes": []}"#), LIST),
        ("paths that are a number", http("200 OK", r#"{"routes": {"10.0.0.0/8": 1}}"#), NUMBER),
        ("paths that are an object", http("200 OK", r#"{"routes": {"10.0.0.0/8": {"valid": true}}}"#), TEXT),
        ("a path that is text", http("200 OK", r#"{"routes": {"10.0.0.0/8": ["valid"]}}"#), TEXT),
        ("no HTTP", raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"), TEXT),
        ("broken chunks", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}"), TEXT),
        ("closed at once", raw(""), CLOSED),
        ("closed in the headers", raw("HTTP/1.1 200 OK\r\nContent-"), CLOSED),
        ("closed in the body", raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"routes\""), CLOSED),
        ("silence", Answer::ThenSilence(Vec::new()), TIMED_OUT),
        ("silence in the body", Answer::ThenSilence(headers.into()), TIMED_OUT),
        ("slow headers", Answer::Drip("HTTP/1.1 200 OK\r\n".into(), "a: b\r\n".into()), TIMED_OUT),
        ("a slow body", Answer::Drip(headers.into(), " ".into()), TIMED_OUT),
        ("an endless body", Answer::Endless(headers.into(), vec![b'\n'; 4096]), TEXT),
        (
            "endless routes",
            Answer::Endless([headers, "{\"a\": [0"].concat().into(), r#", "0", 0"#.into()),
            TOO_LONG,
        ),
        ("endless brackets", Answer::Endless([headers, "{\"a\": "].concat().into(), r#"["", "#.into()), TEXT),
        ("an endless string", Answer::Endless([headers, "{\"a\": \""].concat().into(), "\\\"x".into()), TEXT),
    ];
    for (case, answer, error) in cases {
        let url = stand_in::http(answer);
        let ended = scene_for(error).run(&["--source", "routing-manager", "--routing-manager-url", &url]);
        assert_error(case, ended, error);
    }
}

#[test]
fn http_replies_that_are_fine() {
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"r\r\nb\r\noutes\": {}}\r\n0\r\n\r\n";
    for answer in
        [raw(chunked), Answer::Split(chunked.into()), raw(&format!("HTTP/1.0 200 OK\r\n\r\n \r\n{EMPTY} "))]
    {
        let scene = Scene::new();
        let socket = scene.path("web.sock");
        stand_in::http_at(&socket, answer);
        let socket = socket.into_os_string().into_string().unwrap();
        let (state, _) = scene.run(&["--routing-manager-socket", &socket, "--source", "routing-manager"]);
        assert_eq!(state.outcome, Outcome::Good, "{:?}", state.error);
    }
}

#[test]
fn bgpd_replies() {
    let no_bgp = r#"{"warning":"Default BGP instance not found"}"#;
    let cases: Vec<(&str, Answer, &str)> = vec![
        ("no BGP", Answer::Bytes(vty_reply(1, no_bgp)), NOTHING),
        ("malformed", Answer::Bytes(vty_reply(1, "% Community malformed: 99999:1")), TEXT),
        ("unknown command", Answer::Bytes(vty_reply(2, "% [BGP] Unknown command: show bgp")), TEXT),
        ("a status that does not fit", Answer::Bytes(vty_reply(1, EMPTY)), TEXT),
        ("text before the JSON", Answer::Bytes(vty_reply(0, &format!("% warning\n{EMPTY}"))), TEXT),
        ("two objects", Answer::Bytes(vty_reply(0, &format!("{EMPTY}\n{EMPTY}"))), TEXT),
        ("a list", Answer::Bytes(vty_reply(0, "[]")), LIST),
        ("broken off", Answer::ThenClose(br#"{"routes": {"10.0"#.to_vec()), CLOSED),
        ("broken off in the end", Answer::ThenClose([EMPTY.as_bytes(), &[0, 0]].concat()), CLOSED),
        ("no end", Answer::ThenSilence(EMPTY.into()), TIMED_OUT),
        ("another end", Answer::Bytes([EMPTY.as_bytes(), &[0, 1, 2, 0]].concat()), TEXT),
        ("more after the end", Answer::Bytes(vty_reply(0, &format!("{EMPTY}\0\0\0\0{EMPTY}"))), TEXT),
        ("closed at once", Answer::ThenClose(Vec::new()), CLOSED),
        ("silence", Answer::ThenSilence(Vec::new()), TIMED_OUT),
        ("slow", Answer::Drip(Vec::new(), b" ".to_vec()), TIMED_OUT),
        ("endless", Answer::Endless(b"{\"a\": [0".to_vec(), br#", "0", 0"#.to_vec()), TOO_LONG),
    ];
    for (case, answer, error) in cases {
        let scene = scene_for(error);
        stand_in::vty(&scene.path("bgpd.vty"), answer);
        assert_error(case, scene.ask_bgpd(), error);
    }
}

#[test]
fn a_reply_in_pieces_is_whole() {
    let scene = Scene::new();
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Split(vty_reply(0, EMPTY)));
    assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Good);
}

#[test]
fn sockets() {
    assert_error("no socket", Scene::new().ask_bgpd(), MISSING);
    let crashed = Scene::new();
    drop(std::os::unix::net::UnixListener::bind(crashed.path("bgpd.vty")).unwrap());
    assert_error("a crashed bgpd's socket", crashed.ask_bgpd(), REFUSED);
    let file = Scene::new();
    fs::write(file.path("bgpd.vty"), "").unwrap();
    assert_error("a file instead of a socket", file.ask_bgpd(), REFUSED);
    let hung = scene_for(TIMED_OUT);
    let _listener = std::os::unix::net::UnixListener::bind(hung.path("bgpd.vty")).unwrap();
    assert_error("a bgpd that accepts nothing", hung.ask_bgpd(), TIMED_OUT);
    let full = scene_for(TIMED_OUT);
    let _listener = full_listener(&full.path("bgpd.vty"));
    assert_error("a bgpd whose queue of connections is full", full.ask_bgpd(), TIMED_OUT);
}

/// A listener to which nobody can connect any more, and those who could.
fn full_listener(path: &Path) -> Vec<OwnedFd> {
    let socket = |flags| net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).unwrap();
    let address = SocketAddrUnix::new(path).unwrap();
    let listener = socket(SocketFlags::empty());
    net::bind(&listener, &address).unwrap();
    net::listen(&listener, 0).unwrap();
    let mut sockets = vec![listener];
    loop {
        let client = socket(SocketFlags::NONBLOCK);
        match net::connect(&client, &address) {
            Ok(()) => sockets.push(client),
            Err(_) => return sockets,
        }
    }
}
