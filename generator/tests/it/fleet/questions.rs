//! `where` and `changes`, with a stand-in for Salt's program.

use std::fs;

use serde_json::{Value, json};

use super::asking::Asked;

/// The lines of Salt for what these nodes print.
fn answers(asked: &Asked, nodes: &[(&str, &str)]) {
    let line = |(id, stdout): &(&str, &str)| {
        json!({(*id): {"pid": 1, "retcode": 0, "stdout": stdout, "stderr": ""}}).to_string() + "\n"
    };
    fs::write(asked.conductor.path("answers"), nodes.iter().map(line).collect::<String>()).unwrap();
}

#[test]
fn where_an_address_goes() {
    let asked = Asked::new("for word; do printf '%s\\n' \"$word\"; done > @DIR@/words; cat @DIR@/answers");
    let found = json!({"prefixes": [{"application-name": "ExchangeOnline", "ip-prefix": "13.107.6.152/31",
        "bgp-community": ["12076:5010"]}], "notes": []})
    .to_string();
    let nowhere = json!({"prefixes": [], "notes": ["nothing"]}).to_string();
    answers(&asked, &[("R2, node 2", &found), ("lima-1", &found), ("oslo-1", "")]);
    let ended = asked.run(&["where", "13.107.6.152"]);
    let expected = "\
================ ================= ============ ======= ==========================
 Application      Prefix            Community    Nodes   Which
================ ================= ============ ======= ==========================
 ExchangeOnline   13.107.6.152/31   12076:5010       2   boston node1 and lima node1

13.107.6.152 on 2 nodes
the module is not on it: 1 node: oslo node1
";
    let rules =
        |text: &str| text.lines().filter(|line| !line.starts_with('=')).collect::<Vec<_>>().join("\n");
    assert_eq!(
        (rules(&ended.stdout).as_str(), ended.status),
        (rules(expected).as_str(), 0),
        "{}",
        ended.stderr
    );
    let words = fs::read_to_string(asked.conductor.path("words")).unwrap();
    let vector: Vec<String> =
        serde_json::from_str(words.lines().find(|word| word.starts_with('[')).unwrap()).unwrap();
    assert_eq!(vector[3..], ["sh", "13.107.6.152"], "an argument beside the script");
    answers(&asked, &[("R2, node 2", &nowhere), ("lima-1", &nowhere), ("oslo-1", "\u{1b}[31m")]);
    let ended = asked.run(&["where", "2001:db8::/32", "--json"]);
    let json: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((ended.status, json["nodes"][1]["router"].as_str()), (1, Some("lima")), "{json:#}");
    assert_eq!(json["no-answer"][0]["asset-id"], "oslo-1");
    answers(&asked, &[]);
    assert_eq!(asked.run(&["where", "13.107.6.152"]).status, 3);
    for nonsense in ["13.107.6", "$(id)", "ExchangeOnline", "10.0.0.0/33"] {
        assert_eq!(asked.run(&["where", nonsense]).status, 2, "{nonsense}");
    }
}

#[test]
fn the_same_change_is_told_once() {
    let asked = Asked::new("cat @DIR@/answers");
    let change = |time: &str, prefix: &str| {
        json!({"time": time, "application": "ExchangeOnline", "prefixes": 7, "lost": null,
            "gained": {"count": 1, "why": "announced", "listed": true, "prefixes": [prefix]}})
    };
    let node = |changes: &[Value]| {
        json!({"recorded-since": "2026-01-01T00:00:00Z", "changes": changes, "left-out": 0, "pauses": []})
            .to_string()
    };
    let early = change("2026-11-01T08:00:00Z", "10.9.0.0/16");
    let one = node(&[early, change("2026-11-01T10:00:00Z", "10.1.0.0/16")]);
    let other =
        node(&[change("2026-11-01T10:00:20Z", "10.1.0.0/16"), change("2026-11-01T11:00:00Z", "10.2.0.0/16")]);
    answers(&asked, &[("R2, node 2", &one), ("lima-1", &other), ("oslo-1", &one[..90])]);
    let ended = asked.run(&["changes", "--since", "2026-11-01T09:00:00Z", "--json"]);
    let json: Value = serde_json::from_str(&ended.stdout).unwrap();
    let changes = json["changes"].as_array().unwrap();
    assert_eq!((ended.status, changes.len()), (0, 2), "{json:#}");
    assert_eq!(
        (&changes[0]["first"], &changes[0]["last"]),
        (&json!("2026-11-01T10:00:00Z"), &json!("2026-11-01T10:00:20Z"))
    );
    assert_eq!(changes[0]["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(changes[1]["gained"]["prefixes"], json!(["10.2.0.0/16"]));
    assert!(json["no-answer"][0]["cause"].as_str().unwrap().contains("more changes than a node sends"));
    let table = asked.run(&["changes", "--since", "2026-11-01T09:00:00Z"]).stdout;
    assert!(table.contains("boston node1 and lima node1") && table.contains("+10.1.0.0/16"), "{table}");
    assert_eq!(asked.run(&["changes", "--since", "yesterday"]).status, 2);
}
