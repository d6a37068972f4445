//! Only a configuration that is the whole authority says that a router does not exist, and that a node without a pillar file
//! has no profile.

use std::fs;

use serde_json::{Value, json};

use crate::conductor::{Conductor, Outcome, outcome};

/// Routers of one node, whose asset id is the router's name and 1, and the profile of each.
fn authority(routers: &[(&str, Option<&str>)]) -> Vec<u8> {
    let router = |(name, profile): &(&str, Option<&str>)| {
        let mut router = json!({"name": name, "node": [{"name": "node1", "asset-id": format!("{name}1")}]});
        if let Some(profile) = profile {
            router["bgp-community-services-profile"] = json!(profile);
        }
        router
    };
    let profile = json!({"name": "P", "application": [{"application-name": "a", "bgp-community": ["1:1"]}]});
    let routers: Vec<Value> = routers.iter().map(router).collect();
    json!({"authority": {"bgp-community-services-profile": [profile], "router": routers}}).to_string().into()
}

fn three() -> Vec<u8> {
    authority(&[("a", Some("P")), ("b", Some("P")), ("c", Some("P"))])
}

/// A run on a configuration by hand, which may be a part of the authority.
fn by_hand(conductor: &Conductor, config: &[u8], options: &[&str]) -> Outcome {
    let path = conductor.path("by-hand");
    fs::write(&path, config).unwrap();
    outcome(conductor.command().arg("--config").arg(path).args(options))
}

fn names(conductor: &Conductor) -> Vec<String> {
    conductor.files().into_keys().collect()
}

const WARNING: &str = "generate_pillar: warning 2 pillar files kept: their routers are not in this configuration, which may \
                       be a part of the authority: b1.sls and c1.sls; run generate_pillar without --config, or add --whole \
                       if this is the whole authority\n";

#[test]
fn a_part_of_the_authority_takes_no_router_away() {
    let conductor = Conductor::new();
    assert_eq!(conductor.generate_from(&three()).status, 0);
    let one = authority(&[("a", Some("P"))]);
    let before = conductor.files();
    for options in [&["--dry-run"][..], &[]] {
        let run = by_hand(&conductor, &one, options);
        assert_eq!(run.status, 1);
        assert!(run.stderr.contains(WARNING), "{}", run.stderr);
        assert_eq!(conductor.files(), before);
    }
    assert!(
        conductor.log().contains("0 kept for nodes in error, 2 kept for absent routers; 1 router"),
        "{}",
        conductor.log()
    );
    // Standard input may be a part of it too.
    let mut from_input = conductor.command();
    from_input.args(["--config", "-"]).stdin(fs::File::open(conductor.path("by-hand")).unwrap());
    assert_eq!(outcome(&mut from_input).status, 1);
    assert_eq!(conductor.files(), before);
    assert_eq!(by_hand(&conductor, &one, &["--whole"]).status, 0);
    assert_eq!(names(&conductor), ["a1.sls"]);
}

#[test]
fn a_router_that_is_there_loses_its_own_pillars() {
    let conductor = Conductor::new();
    assert_eq!(conductor.generate_from(&three()).status, 0);
    let run = by_hand(&conductor, &authority(&[("a", Some("P")), ("b", None)]), &[]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert_eq!(names(&conductor), ["a1.sls", "c1.sls"]);
    // Also the pillar of an asset id that its node does not have any more.
    let renamed = String::from_utf8(authority(&[("a", Some("P")), ("c", Some("P"))])).unwrap();
    let run = by_hand(&conductor, renamed.replace("\"c1\"", "\"c9\"").as_bytes(), &[]);
    assert_eq!(
        (run.status, names(&conductor)),
        (0, vec!["a1.sls".to_owned(), "c9.sls".to_owned()]),
        "{}",
        run.stderr
    );
}

#[test]
fn only_a_run_on_the_whole_authority_leaves_the_marker() {
    let conductor = Conductor::new();
    assert_eq!(by_hand(&conductor, &three(), &[]).status, 0);
    assert_eq!(conductor.marker(), None);
    assert!(
        conductor.log().contains("note nodes without a pillar file are not cleaned: "),
        "{}",
        conductor.log()
    );
    assert_eq!(by_hand(&conductor, &three(), &["--whole", "--dry-run"]).status, 0);
    assert_eq!(by_hand(&conductor, b"{", &["--whole"]).status, 2);
    assert_eq!(conductor.marker(), None);
    assert_eq!(conductor.generate_from(&three()).status, 0);
    assert_eq!(conductor.marker().as_deref(), Some("{\"undecided\":[]}\n"));
    assert_eq!(outcome(conductor.command().args(["purge", "--dry-run"])).status, 0);
    assert!(conductor.marker().is_some());
    assert_eq!(outcome(conductor.command().arg("purge")).status, 0);
    assert_eq!((conductor.marker(), conductor.files().len()), (None, 0));
}

#[test]
fn the_marker_names_the_nodes_in_error_that_have_no_pillar() {
    let conductor = Conductor::new();
    assert_eq!(conductor.generate_from(&three()).status, 0);
    let in_error = authority(&[("a", Some("X")), ("b", Some("P")), ("d", Some("X")), ("e", Some("P"))]);
    // A pillar that cannot be written is not there either.
    fs::create_dir_all(conductor.pillar_dir().join(".e1.sls.partial")).unwrap();
    assert_eq!(conductor.generate_from(&in_error).status, 1);
    fs::remove_dir(conductor.pillar_dir().join(".e1.sls.partial")).unwrap();
    assert_eq!(names(&conductor), ["a1.sls", "b1.sls"]);
    assert_eq!(conductor.marker().as_deref(), Some("{\"undecided\":[\"d1\",\"e1\"]}\n"));
    assert_eq!(conductor.generate_from(&authority(&[("a", Some("P"))])).status, 0);
    assert_eq!(conductor.marker().as_deref(), Some("{\"undecided\":[]}\n"));
}
