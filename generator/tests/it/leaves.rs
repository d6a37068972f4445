//! Every leaf of a profile arrives in the pillar, is checked, and is explained to the operator.

use std::fs;

use bgpcs::{
    ApplicationLeaf, LargestLoss, MaxPrefixes, ProfileLeaf, RefreshInterval, ShortestIpv4Prefix,
    ShortestIpv6Prefix, StalePathTime, UpdateMode,
};
use serde_json::{Value, json};

use crate::conductor::Conductor;

const GUIDE: &str = include_str!("../../../docs/operator-guide.md");

/// A value that is not the default, the key of `config.json` in which it arrives, and how.
fn value(leaf: ProfileLeaf) -> (&'static str, &'static str, Value) {
    match leaf {
        ProfileLeaf::RefreshInterval => ("90", "duration", json!(90)),
        ProfileLeaf::PathSelection => ("best", "path-selection", json!("best")),
        ProfileLeaf::StalePathTime => ("1000", "stale-path-time", json!(1000)),
        ProfileLeaf::MaxPrefixes => ("7", "max-prefixes", json!(7)),
        ProfileLeaf::AggregatePrefixes => ("true", "aggregate-prefixes", json!(true)),
        ProfileLeaf::UpdateMode => ("watch", "update-mode", json!("watch")),
        ProfileLeaf::ShortestIpv4Prefix => ("0", "shortest-ipv4-prefix", json!(0)),
        ProfileLeaf::ShortestIpv6Prefix => ("32", "shortest-ipv6-prefix", json!(32)),
        ProfileLeaf::LargestLoss => ("30", "largest-loss", json!(30)),
    }
}

/// The default, as the operator's guide writes it.
fn documented_default(leaf: ProfileLeaf) -> String {
    match leaf {
        ProfileLeaf::RefreshInterval => format!("{} s", RefreshInterval::DEFAULT),
        ProfileLeaf::StalePathTime => format!("{} s", StalePathTime::DEFAULT),
        ProfileLeaf::MaxPrefixes => {
            format!("{},{:03}", MaxPrefixes::DEFAULT / 1000, MaxPrefixes::DEFAULT % 1000)
        }
        ProfileLeaf::PathSelection => "`any`".to_owned(),
        ProfileLeaf::AggregatePrefixes => "`false`".to_owned(),
        ProfileLeaf::UpdateMode => format!("`{}`", UpdateMode::default()),
        ProfileLeaf::ShortestIpv4Prefix => format!("{} bits", ShortestIpv4Prefix::DEFAULT),
        ProfileLeaf::ShortestIpv6Prefix => format!("{} bits", ShortestIpv6Prefix::DEFAULT),
        ProfileLeaf::LargestLoss => format!("{} %", LargestLoss::DEFAULT),
    }
}

/// A router with a profile that has this value.
fn configuration(leaf: ProfileLeaf, value: &str) -> String {
    with_profile_line(&format!("{} {value}", leaf.name()))
}

fn with_profile_line(line: &str) -> String {
    let profile = "config authority bgp-community-services-profile P";
    let router = "config authority router r";
    format!(
        "{profile} application a bgp-community 1:1\n{profile} {line}\n{router} routing default-instance vrf blue name blue\n{router} node n asset-id r-1\n\
         {router} bgp-community-services-profile P\n{router} application-identification mode module\n\
         config authority service a application-name a\n"
    )
}

#[test]
fn a_value_arrives_in_the_pillar() {
    for leaf in ProfileLeaf::ALL {
        let (text, key, expected) = value(*leaf);
        let conductor = Conductor::new();
        let run = conductor.generate_from(configuration(*leaf, text).as_bytes());
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", leaf.name());
        assert_eq!(config(&conductor)[key], expected, "{}", leaf.name());
    }
}

/// The `config` of the router's pillar.
fn config(conductor: &Conductor) -> Value {
    let pillar = fs::read_to_string(conductor.pillar_dir().join("r-1.sls")).unwrap();
    let document: String = pillar.lines().filter(|line| !line.starts_with('#')).collect();
    let mut document: Value = serde_json::from_str(&document).unwrap();
    document[bgpcs::PILLAR_KEY]["config"].take()
}

#[test]
fn a_value_of_an_application_arrives_in_the_pillar() {
    for leaf in ApplicationLeaf::ALL {
        let (text, expected) = match leaf {
            ApplicationLeaf::Description => ("\"in words\"", json!("in words")),
            ApplicationLeaf::Vrf => ("blue", json!(["blue"])),
            ApplicationLeaf::Within => {
                ("2001:db8::1/32 0.0.0.0/0 2001:db8::/32", json!(["2001:db8::/32", "0.0.0.0/0"]))
            }
        };
        let conductor = Conductor::new();
        let line = format!("application a {} {text}", leaf.name());
        let run = conductor.generate_from(with_profile_line(&line).as_bytes());
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", leaf.name());
        assert_eq!(config(&conductor)["applications"][0][leaf.name()], expected, "{}", leaf.name());
    }
}

#[test]
fn without_the_new_leaves_a_pillar_is_that_of_release_4_1_0() {
    let conductor = Conductor::new();
    assert_eq!(conductor.generate_from(with_profile_line("largest-loss 100").as_bytes()).status, 0);
    let config = config(&conductor);
    let keys: Vec<&str> = config.as_object().unwrap().keys().map(String::as_str).collect();
    let known = [
        "aggregate-prefixes",
        "applications",
        "duration",
        "max-prefixes",
        "path-selection",
        "stale-path-time",
        "update-mode",
    ];
    assert_eq!(keys, known);
    assert_eq!(config["applications"], json!([{"application-name": "a", "bgp-community": ["1:1"]}]));
}

#[test]
fn a_wrong_value_of_an_application_is_a_finding_that_names_the_leaf() {
    let cases = [
        ("vrf all", "profile P: application a: vrf all is not 1 to 15 letters"),
        ("within 10.0.0.0", "profile P: application a within: 10.0.0.0 is not a prefix such as"),
    ];
    for (line, expected) in cases {
        let configuration = with_profile_line(&format!("application a {line}"));
        let run = Conductor::new().generate_from(configuration.as_bytes());
        assert_eq!(run.status, 1, "{line}");
        assert!(run.stderr.contains(expected), "{line}: {}", run.stderr);
    }
}

#[test]
fn a_wrong_value_is_a_finding_that_names_the_leaf() {
    for leaf in ProfileLeaf::ALL {
        let run = Conductor::new().generate_from(configuration(*leaf, "?").as_bytes());
        let expected = format!("profile P: {}: \"?\" is not ", leaf.name());
        assert_eq!(run.status, 1, "{}", leaf.name());
        assert!(run.stderr.contains(&expected), "{}: {}", leaf.name(), run.stderr);
    }
}

#[test]
fn the_guide_has_a_row_for_each_leaf_of_an_application() {
    for leaf in ApplicationLeaf::ALL {
        let row = format!("| `{}` | ", leaf.name());
        assert!(GUIDE.lines().any(|line| line.starts_with(&row)), "the guide has no row {row}");
    }
}

#[test]
fn the_guide_has_a_row_with_the_default() {
    for leaf in ProfileLeaf::ALL {
        let row = format!("| `{}` | {} | ", leaf.name(), documented_default(*leaf));
        assert!(GUIDE.lines().any(|line| line.starts_with(&row)), "the guide has no row {row}");
    }
}
