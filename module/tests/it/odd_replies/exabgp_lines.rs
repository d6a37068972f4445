//! Lines of ExaBGP.

use super::*;

/// What ExaBGP's routes and warnings are after some lines, and which sessions had to be restarted.
fn exabgp(name: &str) -> (Vec<String>, Vec<String>, usize) {
    let (mut exabgp, mut restarts) = (ExaBgp::new(1), 0);
    for line in seed("exabgp", name).split(|byte| *byte == b'\n') {
        restarts += usize::from(matches!(exabgp.apply(line), LineEffect::RestartSession(_)));
    }
    let mut found = Vec::new();
    for community in ["12076:5010", "12076:5020"] {
        let each = &mut |item: QueryItem, neighbor: &str| {
            if let QueryItem::Path(path) = item {
                found.push(format!("{} from {neighbor} {community}", path.prefix));
            }
        };
        exabgp.query_with_neighbors(&query(community), each).unwrap();
    }
    (found, exabgp.warnings(), restarts)
}

#[test]
fn lines_of_exabgp() {
    let one = "13.107.6.0/24 from 127.0.0.2 12076:5010";
    let cases: &[(&str, &[&str], &str)] = &[
        // One of two sessions with a neighbor went down.
        ("two-sessions-one-peer", &[one], ""),
        ("direction-send", &[one], ""),
        ("one-bad-line", &[one], "could not read 1 line from ExaBGP"),
        ("encoder-text", &[], "could not read 4 lines from ExaBGP"),
        (
            "without-neighbor-changes",
            &[],
            "ExaBGP reports routes, but no state of their sessions, so the routes do not count: add neighbor-changes to \
             the api section of each neighbor in its configuration; if it is there, restart the sessions",
        ),
        // The route keeps the community that it had, since one that it has now is not known.
        (
            "odd-values",
            &[one, "13.107.6.0/24 from 127.0.0.2 12076:5020"],
            "left out 4 values of updates from ExaBGP that could not be read",
        ),
        ("peer-that-is-no-address", &[], "could not read 1 line from ExaBGP"),
    ];
    for (name, routes, warnings) in cases {
        let (found, said, restarts) = exabgp(name);
        assert_eq!((found, said.join(", "), restarts), (own(routes), (*warnings).to_owned(), 0), "{name}");
    }
}

fn own(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Routes of a session that began unseen need a new session, once, where states are reported.
#[test]
fn sessions_of_exabgp_that_began_unseen() {
    let text = String::from_utf8(seed("exabgp", "two-sessions-one-peer")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut exabgp = ExaBgp::new(1);
    assert_eq!(exabgp.apply(lines[0].as_bytes()), LineEffect::Changed);
    let LineEffect::RestartSession(session) = exabgp.apply(lines[3].as_bytes()) else {
        panic!("the session from 127.0.0.11 was not reported as established");
    };
    assert_eq!(
        (session.local, session.peer.to_string()),
        ("127.0.0.11".parse().ok(), "127.0.0.2".to_owned())
    );
    assert_eq!((exabgp.sessions_with(session.peer), exabgp.session_count()), (2, 2));
    assert_eq!(exabgp.apply(lines[3].as_bytes()), LineEffect::Changed);
}

/// Every line that changes what is reported is a sign of a change.
#[test]
fn signs_of_a_change_from_exabgp() {
    let mut exabgp = ExaBgp::new(1);
    let mut before = exabgp.sessions();
    for line in seed("exabgp", "one-bad-line").split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        assert_eq!(exabgp.apply(line), LineEffect::Changed);
        let now = exabgp.sessions();
        assert!(!now.same_routes(&before), "{}", String::from_utf8_lossy(line));
        before = now;
    }
    assert!(exabgp.sessions().same_routes(&before));
}
