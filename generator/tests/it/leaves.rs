//! Every leaf of a profile arrives in the pillar, is checked, and is explained to the operator.

use std::fs;

use bgpcs::{MaxPrefixes, ProfileLeaf, RefreshInterval, StalePathTime, UpdateMode};
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
    }
}

/// A router with a profile that has this value.
fn configuration(leaf: ProfileLeaf, value: &str) -> String {
    let profile = "config authority bgp-community-services-profile P";
    let router = "config authority router r";
    format!(
        "{profile} application a bgp-community 1:1\n{profile} {} {value}\n{router} node n asset-id r-1\n\
         {router} bgp-community-services-profile P\n{router} application-identification mode module\n\
         config authority service a application-name a\n",
        leaf.name()
    )
}

#[test]
fn a_value_arrives_in_the_pillar() {
    for leaf in ProfileLeaf::ALL {
        let (text, key, expected) = value(*leaf);
        let conductor = Conductor::new();
        let run = conductor.generate_from(configuration(*leaf, text).as_bytes());
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", leaf.name());
        let pillar = fs::read_to_string(conductor.pillar_dir().join("r-1.sls")).unwrap();
        let document: String = pillar.lines().filter(|line| !line.starts_with('#')).collect();
        let document: Value = serde_json::from_str(&document).unwrap();
        assert_eq!(document[bgpcs::PILLAR_KEY]["config"][key], expected, "{}", leaf.name());
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
fn the_guide_has_a_row_with_the_default() {
    for leaf in ProfileLeaf::ALL {
        let row = format!("| `{}` | {} | ", leaf.name(), documented_default(*leaf));
        assert!(GUIDE.lines().any(|line| line.starts_with(&row)), "the guide has no row {row}");
    }
}
