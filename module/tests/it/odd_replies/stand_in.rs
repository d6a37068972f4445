//! A bgpd that has odd replies, and what the module makes of them.

use super::*;

/// A bgpd that has these replies, with their status, and none to any other command.
struct StandIn {
    directory: tempfile::TempDir,
    commands: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    fn new(replies: &[(&str, u8, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("bgpd.vty")).unwrap();
        let own = |(command, status, text): &(&str, u8, &str)| {
            ((*command).to_owned(), (*status, (*text).to_owned()))
        };
        let replies: BTreeMap<String, (u8, String)> = replies.iter().map(own).collect();
        let commands = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&commands);
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &replies, &asked);
            }
        });
        Self { directory, commands }
    }

    fn bgpd(&self) -> Bgpd {
        Bgpd::new(&self.directory.path().join("bgpd.vty"), Deadlines::begin(Limits::default()))
    }

    fn commands(&self) -> Vec<String> {
        std::mem::take(&mut *self.commands.lock().unwrap())
    }
}

fn serve(mut stream: UnixStream, replies: &BTreeMap<String, (u8, String)>, asked: &Mutex<Vec<String>>) {
    loop {
        let mut command = Vec::new();
        let mut byte = [0];
        while command.last() != Some(&0) {
            if stream.read_exact(&mut byte).is_err() {
                return;
            }
            command.push(byte[0]);
        }
        command.pop();
        let command = String::from_utf8(command).unwrap();
        let (status, text) = replies
            .get(&command)
            .cloned()
            .unwrap_or_else(|| (2, format!("% [BGP] Unknown command: {command}\n")));
        asked.lock().unwrap().push(command);
        if stream.write_all(&[text.as_bytes(), &[0, 0, 0, status]].concat()).is_err() {
            return;
        }
    }
}

fn answer(bgpd: &mut Bgpd, community: &str) -> Result<Vec<String>, String> {
    let mut items = Vec::new();
    let each = &mut |item| match item {
        QueryItem::Path(MatchedPath { prefix, best, .. }) => {
            items.push(format!("{prefix}{}", if best { " best" } else { "" }));
        }
        QueryItem::Unreadable(prefix) => items.push(unreadable(prefix)),
        QueryItem::StartOver => items.clear(),
    };
    bgpd.query(&query(community), each).map_err(|error| error.to_string())?;
    Ok(items)
}

const SUMMARY: &str = "show bgp ipv4 unicast summary json";

#[test]
fn route_targets_before_8_0() {
    let table = String::from_utf8(seed("table", "10.3")).unwrap();
    let path = r#"{"prefix": "13.107.6.0/24", "paths": [{"valid": true, "bestpath": {"overall": true}, "extendedCommunity": {"string": "RT:64512:77"}}]}"#;
    let look_up = "show bgp ipv4 unicast 13.107.6.0/24 json";
    let cases = [
        (0, path, Ok(vec!["13.107.6.0/24 best".to_owned()])),
        // It was withdrawn in the meantime.
        (0, "{\n}\n", Ok(vec![])),
        (0, "[]", Ok(vec!["unreadable 13.107.6.0/24".to_owned()])),
        (0, "", Ok(vec!["unreadable 13.107.6.0/24".to_owned()])),
    ];
    for (status, reply, expected) in cases {
        let replies = [
            (SUMMARY, 0, "{\"ribCount\": 1}"),
            ("show bgp ipv4 unicast", 0, table.as_str()),
            (look_up, status, reply),
        ];
        assert_eq!(answer(&mut StandIn::new(&replies).bgpd(), "target:64512:77"), expected, "{reply}");
    }
    // Where there are too many, no route is shown at all.
    let large = StandIn::new(&[(SUMMARY, 0, "{\"ribCount\": 1000000}")]);
    let mut bgpd = large.bgpd();
    let error = answer(&mut bgpd, "target:64512:77").unwrap_err();
    assert!(error.starts_with("URLError: ") && error.contains("more than 5000"), "{error}");
    assert_eq!(large.commands(), ["show bgp ipv4 unicast json detail", SUMMARY]);
    assert!(answer(&mut bgpd, "target:64512:78").is_err());
    assert_eq!(large.commands(), [SUMMARY], "the command is known to be unknown");
}

/// A line of a table that does not show the state of its path is looked up; what is not certain is queried as JSON.
#[test]
fn unclear_lines_of_tables() {
    let command = "show bgp ipv4 unicast community 12076:5010";
    let head = String::from_utf8(seed("table", "status-codes")).unwrap();
    let head = head.split(" *>  ").next().unwrap();
    let line = |prefix: &str, status: &str| format!(" {status}  {prefix:<17}192.0.2.2\n");
    let lines = [line("10.0.0.0/8", "*>"), line("10.1.0.0/16", "*u"), line("10.2.0.0/16", "S=")].concat();
    let table = format!("{head}{lines}\nDisplayed 3 routes and 3 total paths\n");
    let path = |prefix: &str, rest: &str| {
        format!(
            r#"{{"prefix": "{prefix}", "paths": [{{"valid": true, "community": {{"string": "12076:5010"}}{rest}}}]}}"#
        )
    };
    let best = path("10.1.0.0/16", r#", "bestpath": {"overall": true}"#);
    let damped = path("10.1.0.0/16", r#", "dampeningSuppressed": true"#);
    let stale = path("10.2.0.0/16", r#", "stale": true"#);
    let json = r#"{"routes": {"10.9.0.0/16": [{"valid": true}]}}"#;
    let in_json = vec!["10.9.0.0/16"];
    let list = aliases::LIST;
    let cases = [
        (list, "", best.as_str(), vec!["10.0.0.0/8 best", "10.1.0.0/16 best", "10.2.0.0/16"]),
        (list, "", &damped, vec!["10.0.0.0/8 best", "10.2.0.0/16"]),
        // A release without aliases.
        ("none", "", &best, vec!["10.0.0.0/8 best", "10.1.0.0/16 best", "10.2.0.0/16"]),
        (list, "12076:5010\n", &best, in_json.clone()),
        (list, "", "[]", in_json),
    ];
    for (list, names, unsorted, expected) in cases {
        let bgpd = StandIn::new(&[
            (command, 0, &table),
            (&format!("{command} json"), 0, json),
            (list, 0, names),
            ("show bgp ipv4 unicast 10.1.0.0/16 json", 0, unsorted),
            ("show bgp ipv4 unicast 10.2.0.0/16 json", 0, &stale),
        ]);
        assert_eq!(answer(&mut bgpd.bgpd(), "12076:5010").unwrap(), expected, "{names} {unsorted}");
    }
}

#[test]
fn communities_in_use_among_names() {
    let listed = "Address Refcnt Community\n[0x55a1] (2) 12076:5010 blackhole\n";
    let wanted =
        ["12076:5010", "64500:666"].map(|text| (&Instance::Default, text.parse::<Community>().unwrap()));
    let cases =
        [("", Some(vec![true, false])), ("blackhole\n", None), ("1:1\nexchange\n", Some(vec![true, false]))];
    for (names, expected) in cases {
        let bgpd = StandIn::new(&[(aliases::LIST, 0, names), ("show bgp community-info", 0, listed)]);
        assert_eq!(bgpd.bgpd().communities_in_use(&wanted), expected, "{names}");
    }
    let refuses = StandIn::new(&[(aliases::LIST, 1, ""), ("show bgp community-info", 0, listed)]);
    assert_eq!(refuses.bgpd().communities_in_use(&wanted), None, "bgpd does not tell the names");
}

/// A table without neighbors has a version all the same.
#[test]
fn tables_without_neighbors() {
    let versioned = String::from_utf8(seed("sessions", "version-in-a-query.json")).unwrap();
    let neighbors = String::from_utf8(seed("sessions", "10.3.json")).unwrap();
    let bgpd = StandIn::new(&[
        (SUMMARY, 0, "{\"tableVersion\": 3, \"ribCount\": 2}"),
        ("show bgp ipv6 unicast summary json", 0, "{}"),
        ("show bgp ipv6 unicast community 65535:65535 json", 0, &versioned),
        ("show bgp neighbors json", 0, &neighbors),
    ]);
    let summary = bgpd.bgpd().summary(&Instance::Default).unwrap();
    assert_eq!((summary.ipv4.version, summary.ipv6.version), (Some(3), Some(7)));
}
