//! The scriptlets of the conductor's package, run below a directory with a generator that fails.

mod units;

use std::path::{Path, PathBuf};
use std::process::Command;

use bgpcs::paths;
use fs_err as fs;
use task::workspace;
use tera::Context;

use super::spec::{self, Scriptlets};

/// A conductor below a directory, with the paths that the package knows.
struct Conductor {
    root: tempfile::TempDir,
    scriptlets: Scriptlets,
}

impl Conductor {
    /// With a generator that is this shell script, or damaged.
    fn new(generator: &str) -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        let mut variables = Context::new();
        for (name, value) in paths::template_variables() {
            let value = match value.starts_with('/') {
                true => format!("{}{value}", root.path().display()),
                false => value.to_owned(),
            };
            variables.insert(name, &value);
        }
        let path = workspace::root().join("rpm-specs/conductor.yaml");
        let scriptlets = spec::read(&path, &variables).expect("the spec can be read").scriptlets;
        let conductor = Self { root, scriptlets };
        conductor.write(paths::GENERATOR, generator);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(conductor.path(paths::GENERATOR), mode).expect("permissions can be set");
        conductor
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a directory can be created");
        fs::write(path, text).expect("a file can be written");
    }

    /// Runs a scriptlet as rpm does, and gives what it said.
    fn run(scriptlet: Option<&String>, argument: &str) -> String {
        let script = scriptlet.expect("the package has the scriptlet");
        let output =
            Command::new("sh").args(["-c", script, "scriptlet", argument]).output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "a scriptlet that fails would end the transaction: {said}");
        said
    }
}

#[test]
fn an_installation_says_what_it_could_not_do() {
    let conductor = Conductor::new("#!/bin/sh\nexit 1\n");
    conductor.write(paths::RUNNING_CONFIGURATION, "{}");
    let said = Conductor::run(conductor.scriptlets.posttrans.as_ref(), "1");
    for line in ["not listed in ", "run: generate_pillar top-file add", "not every pillar is up to date"] {
        assert!(said.contains(line), "{said}");
    }
    let conductor = Conductor::new("#!/bin/sh\nexit 0\n");
    assert_eq!(Conductor::run(conductor.scriptlets.posttrans.as_ref(), "1"), "");
}

#[test]
fn a_removal_with_a_damaged_generator_names_what_is_left() {
    let conductor = Conductor::new("\u{0}damaged");
    let top = format!("{}/top.sls", paths::SALT_STATES_ROOT);
    conductor.write(&top, "plugins:\n  # BEGIN bgp-community-services (managed by the package)\n");
    conductor.write(&format!("{}/top.sls", paths::SALT_PILLAR_ROOT), "plugins:\n  '*': [other]\n");
    conductor.write(
        &format!("{}/a.sls", paths::PILLAR_DIR),
        "#!yaml\n# pillar of asset-id \"a\", written by generate_pillar, which overwrites and removes it\n",
    );
    conductor.write(&format!("{}/operators.sls", paths::PILLAR_DIR), "{}");
    let said = Conductor::run(conductor.scriptlets.preun.as_ref(), "0");
    let left = |path: &str| format!("still listed in {}, ", conductor.path(path).display());
    assert!(said.contains(&left(&top)), "{said}");
    assert_eq!(said.matches("still listed in ").count(), 1, "{said}");
    assert!(said.contains("number of pillar files that are left: 1; "), "{said}");

    // Nothing is left, and in an upgrade nothing is tried.
    let conductor = Conductor::new("#!/bin/sh\nexit 0\n");
    assert_eq!(Conductor::run(conductor.scriptlets.preun.as_ref(), "0"), "");
    let conductor = Conductor::new("\u{0}damaged");
    assert_eq!(Conductor::run(conductor.scriptlets.preun.as_ref(), "1"), "");
}
