//! What Salt itself makes of the pillar files.

use serde_json::{Value, json};

use super::python::python;
use crate::conductor::Conductor;

/// Names that mean something to Jinja, to YAML 1.1 or to a terminal; an application may have any of them.
const NAMES: &[&str] = &[
    "{{ salt['cmd.run']('touch INJECTED') }}",
    "{% set x = salt['cmd.run']('touch INJECTED') %}",
    "{# comment #}",
    "'single' \"double\" `back`",
    "# no comment",
    "key: value",
    "a\nb\r\nc\n",
    "\ttab\t",
    "\u{0}\u{1}\u{7}\u{b}\u{1b}[31m\u{1f}",
    "\u{7f}\u{80}\u{85}\u{9f}\u{a0}",
    "\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}\u{fffd}",
    "grüße 北京 \u{1F600}\u{10FFFF}",
    "64512:30",
    "1:2:3",
    "on",
    "No",
    "~",
    "null",
    "1e3",
    "1_000",
    "0x1f",
    "0o17",
    "2026-01-01",
    "=",
    "<<",
    "!!python/object/apply:os.system [id]",
    "&a *a",
    "- item",
    "%YAML 1.1",
    "---",
    "...",
    "@at `tick",
    " leading and trailing ",
    "\\u0041 \\n \\",
    "}",
    "]",
];

/// Compiles each file that standard input names as the Salt master does.
const COMPILE: &str = "
import json, sys
import salt.config, salt.loader, salt.template
opts = dict(salt.config.DEFAULT_MINION_OPTS)
renderers = salt.loader.render(opts, salt.loader.minion_mods(opts))
compiled = [
    salt.template.compile_template(path, renderers, 'jinja|yaml', [], [])
    for path in json.load(sys.stdin)
]
json.dump(compiled, sys.stdout)
";

#[test]
fn every_name_arrives_in_salt_as_it_was_written() {
    let mut names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    names.push("x".repeat(5000));
    let applications: Vec<Value> = names
        .iter()
        .map(|name| json!({"application-name": name, "bgp-community": ["64512:30", "1:2:3", "no-export"]}))
        .collect();
    let asset_ids = ["minion.example", "sp ace # ' \" {{ 7*7 }}", "line\u{2028}break"];
    let nodes: Vec<Value> =
        asset_ids.iter().map(|id| json!({"name": format!("{{{{ {id} }}}}"), "asset-id": id})).collect();
    let config = json!({"authority": {
        "bgp-community-services-profile": {"name": "on", "application": applications},
        "router": {"name": "=", "bgp-community-services-profile": "on", "node": nodes},
    }});
    let conductor = Conductor::new();
    assert_eq!(conductor.generate_from(config.to_string().as_bytes()).status, 0);

    let paths: Vec<_> = asset_ids.iter().map(|id| conductor.pillar_dir().join(format!("{id}.sls"))).collect();
    let compiled = python(COMPILE, &serde_json::to_string(&paths).unwrap());
    let compiled: Vec<Value> = serde_json::from_str(&compiled).unwrap();
    for (node, pillar) in nodes.iter().zip(compiled) {
        let pillar = &pillar["bgp-community-services"];
        assert_eq!(pillar["node"], node["name"]);
        assert_eq!((&pillar["router"], &pillar["profile"]), (&json!("="), &json!("on")));
        assert_eq!(pillar["config"]["applications"], Value::from(applications.clone()));
        assert_eq!(pillar["config"]["duration"], 60);
    }
    assert!(!std::path::Path::new("INJECTED").exists());
}
