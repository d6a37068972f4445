//! The installed paths agree with each other, and the crate stays free of what it must not know.

use std::collections::BTreeMap;
use std::process::Command;

use bgpcs::{CONDUCTOR_PACKAGE, PLUGIN, RELEASE, ROUTER_PACKAGE, VERSION, paths};
use serde_json::Value;

#[test]
fn files_lie_directly_in_the_directory_they_belong_to() {
    let members = [
        (paths::PLUGIN_DIR, paths::GENERATOR),
        (paths::PLUGIN_DIR, paths::YANG_DIR),
        (paths::SALT_PILLAR_ROOT, paths::PILLAR_DIR),
        (paths::MODULES_DIR, paths::MODULE_DEFAULTS_DIR),
        (paths::MODULES_DIR, paths::MODULE_LINK),
        (paths::MODULE_DEFAULTS_DIR, paths::MODULE),
        (paths::ROUTER_PLUGINS_DIR, paths::ROUTER_PLUGIN_DIR),
        (paths::ROUTER_PLUGIN_DIR, paths::MODULE_CONFIGURATION),
        (paths::ROUTER_PLUGIN_DIR, paths::MODULE_STATE_DIR),
    ];
    for (directory, member) in members {
        let name = member.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'));
        assert!(name.is_some_and(|name| !name.is_empty() && !name.contains('/')), "{member} in {directory}");
    }
    for named_after_the_plugin in
        [paths::PLUGIN_DIR, paths::PILLAR_DIR, paths::MODULE, paths::MODULE_LINK, paths::ROUTER_PLUGIN_DIR]
    {
        assert!(named_after_the_plugin.ends_with(&format!("/{PLUGIN}")), "{named_after_the_plugin}");
    }
    assert!(paths::MODULE_OUTPUT.ends_with(&format!("/{PLUGIN}.json")));
}

#[test]
fn templates_get_every_path_once_and_the_words() {
    let variables: Vec<(String, &str)> = paths::template_variables().collect();
    let by_name: BTreeMap<String, &str> = variables.iter().cloned().collect();
    assert_eq!(by_name.len(), variables.len());
    for (name, value) in paths::ALL {
        assert_eq!(by_name.get(&name.to_ascii_lowercase()), Some(value));
        assert!(value.starts_with('/') && !value.ends_with('/') && !value.contains("//"), "{name} = {value}");
    }
    for (name, value) in [
        ("plugin", PLUGIN),
        ("conductor_package", CONDUCTOR_PACKAGE),
        ("router_package", ROUTER_PACKAGE),
        ("version", VERSION),
        ("release", RELEASE),
    ] {
        assert_eq!(by_name.get(name), Some(&value));
    }
}

#[test]
fn the_crate_knows_no_network_and_no_command_line() {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == env!("CARGO_PKG_NAME")).unwrap();
    let dependencies = package["dependencies"].as_array().unwrap();
    let mut normal: Vec<&str> = dependencies
        .iter()
        .filter(|dependency| dependency["kind"].is_null())
        .filter_map(|dependency| dependency["name"].as_str())
        .collect();
    normal.sort_unstable();
    assert_eq!(normal, ["rustix", "serde", "sha2", "tempfile", "thiserror"]);
}
