//! What a run leaves in the log, in each form. The expected lines are the files `tests/commands/log-*`; `BLESS=1`
//! rewrites them. The guide shows them too, and says what each key means.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use bgpcs_testing::guide;

use crate::conductor::{Conductor, outcome};
use crate::golden;

/// Routers with one node each, named after their router, and the profile that each has.
fn authority(routers: &[(&str, Option<&str>)], community: &str) -> String {
    let router = |(name, profile): &(&str, Option<&str>)| {
        let mut router = json!({"name": name, "node": [{"name": "node1", "asset-id": format!("{name}-1")}],
            "application-identification": {"mode": ["module"]}});
        if let Some(profile) = profile {
            router["bgp-community-services-profile"] = json!(profile);
        }
        router
    };
    let application =
        |community: &str| json!([{"application-name": "ExchangeOnline", "bgp-community": [community]}]);
    let profiles = json!([{"name": "O365", "application": application("12076:5010")},
        {"name": "Test", "application": application(community)}]);
    let services = json!([{"name": "MSEX", "application-name": ["ExchangeOnline"]}]);
    let routers: Vec<_> = routers.iter().map(router).collect();
    json!({"authority": {"router": routers, "bgp-community-services-profile": profiles, "service": services}})
        .to_string()
}

/// Everything that can happen to a pillar file, in one run; what the log says of it.
fn log(arguments: &[&str]) -> String {
    let conductor = Conductor::new();
    let configuration = conductor.path("config.json");
    let before = [
        ("boston", Some("O365")),
        ("gone", Some("O365")),
        ("kept", Some("O365")),
        ("lima", Some("O365")),
        ("oslo", Some("Test")),
        ("without", Some("O365")),
    ];
    fs::write(&configuration, authority(&before, "12076:5020")).unwrap();
    assert_eq!(conductor.generate(&configuration).status, 0);
    fs::set_permissions(conductor.pillar_dir().join("lima-1.sls"), fs::Permissions::from_mode(0o644))
        .unwrap();
    fs::remove_file(conductor.path("generator.log")).unwrap();
    let after = [
        ("boston", Some("O365")),
        ("kept", Some("O356")),
        ("lima", Some("O365")),
        ("new", Some("O365")),
        ("oslo", Some("Test")),
        ("without", None),
    ];
    fs::write(&configuration, authority(&after, "12076:5030")).unwrap();
    let run = outcome(conductor.command().arg("--whole").arg("--config").arg(&configuration).args(arguments));
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    let log = conductor.log();
    let on_standard_error = |line: &str| run.stderr.contains(line.split_once([' ', ',']).unwrap().1);
    let shown = log.lines().filter(|line| on_standard_error(line)).count();
    let expected = if arguments.contains(&"--verbose") { log.lines().count() } else { 1 };
    assert_eq!((shown, run.stderr.lines().count()), (expected, expected), "{}", run.stderr);
    fs::write(&configuration, "{").unwrap();
    assert_eq!(
        outcome(conductor.command().arg("--whole").arg("--config").arg(&configuration).args(arguments))
            .status,
        2
    );
    let path = configuration.to_str().unwrap();
    conductor.log().lines().map(|line| timeless(line).replace(path, "config.json") + "\n").collect()
}

/// A line with the same time and duration whenever it was written.
fn timeless(line: &str) -> String {
    const TIME: &str = "2027-01-15T08:00:00Z";
    if let Ok(mut object) = serde_json::from_str::<serde_json::Map<String, Value>>(line) {
        let time = object.insert("time".into(), TIME.into()).unwrap();
        assert_eq!(time.as_str().unwrap().len(), TIME.len());
        if let Some(seconds) = object.get_mut("seconds") {
            assert!(seconds.is_f64());
            *seconds = json!(0.004);
        }
        return Value::Object(object).to_string();
    }
    let (time, text) = line.split_once(' ').unwrap();
    assert_eq!(time.len(), TIME.len());
    match text.rsplit_once("; ") {
        Some((start, seconds)) if start.starts_with("done: ") && seconds.ends_with(" s") => {
            format!("{TIME} {start}; 0.004 s")
        }
        _ => format!("{TIME} {text}"),
    }
}

#[test]
fn each_form_says_what_is_expected() {
    let forms: [(&str, &[&str]); 3] =
        [("plain", &[]), ("verbose", &["--verbose"]), ("json", &["--verbose", "--json"])];
    for (name, arguments) in forms {
        let log = log(arguments);
        golden::expect(&format!("log-{name}"), &log);
    }
}

#[test]
fn the_guide_shows_the_log_and_names_every_key() {
    let stale = guide::stale("log", |command| match command {
        "cat bgp-community-services-generate-pillar.log" => log(&["--verbose"]),
        other => panic!("{other} is not in this scenario"),
    });
    assert!(stale.is_empty(), "{stale:?}");
    let guide = include_str!("../../../docs/operator-guide.md");
    let mut keys = BTreeSet::new();
    for line in log(&["--verbose", "--json"]).lines() {
        let object: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
        keys.extend(object.keys().cloned());
    }
    for key in keys {
        assert!(guide.contains(&format!("| `{key}` |")), "the guide does not say what {key} is");
    }
}

#[test]
fn no_name_forges_a_line_or_moves_the_cursor() {
    let name = "x\n2026-01-01T00:00:00Z done: 1 written\r\u{1b}[2J\u{9b}2J\u{85}\u{202e}\u{2028}\u{200f}";
    let configuration = json!({"authority": {
        "bgp-community-services-profile": [{"name": name, "application": [{"application-name": name,
            "bgp-community": [name], "vrf": [name], "within": [name]}], name: 1}],
        "service": [{"name": name, "application-name": [name]}],
        "router": [{"name": name, "bgp-community-services-profile": name, "node": [{"name": name, "asset-id": name}]}],
    }});
    let forged = include_str!("../refused/log-injection.xml");
    for (text, lines) in [(configuration.to_string(), 7), (forged.to_owned(), 1)] {
        for arguments in [&["--verbose"][..], &["--verbose", "--json"]] {
            let conductor = Conductor::new();
            fs::write(conductor.path("config"), &text).unwrap();
            let config = conductor.path("config");
            let run = outcome(conductor.command().args(arguments).arg("--config").arg(config));
            for written in [conductor.log(), run.stderr] {
                assert!(written.lines().count() >= lines, "{written:?}");
                for line in written.lines() {
                    assert!(line.chars().all(|c| bgpcs::plain(&c.to_string()) == c.to_string()), "{line:?}");
                    assert!(!line.starts_with("2026-01-01"), "{line:?}");
                    let is_json = serde_json::from_str::<Value>(line).is_ok();
                    assert_eq!(is_json, arguments.contains(&"--json"), "{line:?}");
                }
            }
        }
    }
}

#[test]
fn a_name_of_any_length_is_printed() {
    let name = "n".repeat(100_000);
    let conductor = Conductor::new();
    let communities: Vec<String> = (0..6500).map(|number| format!("64512:{number}")).collect();
    let configuration = json!({"authority": {
        "bgp-community-services-profile": [{"name": "P", "application": [{"application-name": name,
            "bgp-community": communities}]}],
        "router": [{"name": name, "bgp-community-services-profile": "P", "node": [{"name": name, "asset-id": "a"}]}],
    }});
    fs::write(conductor.path("config"), configuration.to_string()).unwrap();
    let run = |arguments: &[&str]| {
        outcome(conductor.command().args(arguments).arg("--config").arg(conductor.path("config")))
    };
    assert_eq!(run(&["--summary"]).status, 0);
    assert_eq!(run(&["--dry-run"]).status, 0);
    let table = run(&["status"]);
    assert!(table.status == 1 && table.stdout.contains("nnn… "), "{}", table.stderr);
    assert!(run(&["status", "--json"]).stdout.contains(&name));
}
