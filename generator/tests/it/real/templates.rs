//! The Salt files of a conductor below a directory, so that no test touches the machine: each path that they name begins
//! with that directory.

use std::fs;
use std::path::{Path, PathBuf};

use bgpcs::{PLUGIN, paths};
use serde_json::{Value, json};
use tempfile::TempDir;
use tera::{Context, Tera};

/// The Salt files of which release of the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// This one.
    Current,
    /// 4.1.0, from a copy.
    V410,
}

/// A machine that is conductor and router at once.
pub struct Machine {
    root: TempDir,
}

impl Machine {
    /// With the states of one release and the dispatcher of another, and without any pillar file.
    pub fn new(states: Release, dispatcher: Release) -> Self {
        let machine = Self { root: TempDir::new().unwrap() };
        fs::create_dir_all(machine.path(paths::PILLAR_DIR)).unwrap();
        fs::create_dir_all(machine.path(paths::MODULES_DIR)).unwrap();
        for name in ["init.sls", "install.sls", "clean.sls"] {
            machine.install(&states.file(name), &format!("{}/{PLUGIN}/{name}", paths::SALT_STATES_ROOT));
        }
        machine.install(&dispatcher.file("dispatcher"), &format!("{}/{PLUGIN}.sls", paths::SALT_PILLAR_ROOT));
        machine.list_pillar(true);
        machine
    }

    /// Where a path of the plugin is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }

    /// Writes a file, and the directories above it.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Lists the plugin in the top file of the pillars, or only something else.
    pub fn list_pillar(&self, is_listed: bool) {
        let listed = if is_listed { PLUGIN } else { "other" };
        self.write(
            &format!("{}/top.sls", paths::SALT_PILLAR_ROOT),
            &format!("plugins:\n  '*': [{listed}]\n"),
        );
        self.write(&format!("{}/other.sls", paths::SALT_PILLAR_ROOT), "other: {}\n");
    }

    /// What the tests of states tell Salt about the minion.
    pub fn minion(&self, id: &str) -> Value {
        json!({
            "id": id,
            "states": self.path(paths::SALT_STATES_ROOT),
            "pillar": self.path(paths::SALT_PILLAR_ROOT),
            "root": self.path("/minion"),
        })
    }

    fn install(&self, template: &Path, path: &str) {
        let mut variables = Context::new();
        for (name, value) in paths::template_variables() {
            let value = match value.starts_with('/') {
                true => self.path(value).into_os_string().into_string().unwrap(),
                false => value.to_owned(),
            };
            variables.insert(name, &value);
        }
        // What only 4.1.0 knows.
        variables.insert("registration", "/usr/share/bgp-community-services/registration.json");
        variables.insert("module_registrations_dir", &self.path("/registrations"));
        let text = fs::read_to_string(template).unwrap();
        self.write(path, &Tera::one_off(&text, &variables, false).unwrap());
    }
}

impl Release {
    fn file(self, name: &str) -> PathBuf {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        match (self, name) {
            (Self::Current, "dispatcher") => package.join(format!("../salt/pillar/{PLUGIN}.sls.tera")),
            (Self::Current, _) => package.join(format!("../salt/states/{PLUGIN}/{name}.tera")),
            (Self::V410, "dispatcher") => package.join("tests/releases/4.1.0/dispatcher.sls.tera"),
            (Self::V410, _) => package.join(format!("tests/releases/4.1.0/{name}.tera")),
        }
    }
}
