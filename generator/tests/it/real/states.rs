//! The states, applied by each release of Salt that is at hand, below a directory instead of to the machine.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use bgpcs::{PLUGIN, paths};
use serde_json::{Value, json};

use super::python::interpreter;
use super::templates::{Machine, Release};

/// Applies states for each minion that a line of standard input describes, and prints what became of each state.
const APPLY: &str = "
import json, logging, os, sys, warnings
warnings.simplefilter('ignore')
import salt.config, salt.client, salt.loader
logging.basicConfig(level=logging.ERROR)
GRAINS = {'os': 'OEL', 'os_family': 'RedHat', 'osmajorrelease': 9, 'kernel': 'Linux', 'osarch': 'x86_64',
    'shell': '/bin/sh'}
# Finding them out takes longer than everything else.
salt.loader.grains = lambda *args, **kwargs: dict(GRAINS)
for line in sys.stdin:
    minion = json.loads(line)
    root = minion['root']
    opts = salt.config.DEFAULT_MINION_OPTS.copy()
    opts.update({
        'id': minion['id'], '__role': 'minion', 'file_client': 'local', 'root_dir': root, 'conf_file': root + '/minion',
        'cachedir': root + '/cache', 'pki_dir': root + '/pki', 'sock_dir': root + '/sock',
        'extension_modules': root + '/ext', 'log_file': root + '/log', 'states_dirs': [root + '/states'],
        'file_roots': {'plugins': [minion['states']]}, 'pillar_roots': {'plugins': [minion['pillar']]},
        'saltenv': 'plugins', 'pillarenv': 'plugins', 'grains': dict(GRAINS),
    })
    for name in ['cache', 'pki', 'sock', 'ext']:
        os.makedirs(os.path.join(root, name), exist_ok=True)
    os.environ['PATH'] = minion['path']
    caller = salt.client.Caller(mopts=opts)
    states = caller.cmd('state.sls', minion['sls'], saltenv='plugins')
    print('APPLIED ' + json.dumps(states), flush=True)
";

/// Packages, without a package manager.
const PACKAGES: &str = "
def installed(name, pkgs=None, **kwargs):
    return {'name': name, 'result': True, 'changes': {}, 'comment': 'installed {}'.format([dict(p) for p in pkgs])}

def removed(name, **kwargs):
    return {'name': name, 'result': True, 'changes': {}, 'comment': 'removed ' + name}
";

/// A release of Salt, ready to apply states.
struct Salt {
    release: String,
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
}

/// Every release of Salt that is installed in `target/lab/salt`, and the lab's own; each is started when it is its turn.
fn releases() -> impl Iterator<Item = Salt> {
    let mut found = vec![("of the lab", interpreter())];
    let others = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/lab/salt");
    for release in ["2019.2", "3000", "3002", "3004", "3006.1", "3008"] {
        let python = others.join(release).join("bin/python");
        match python.exists() {
            true => found.push((release, python)),
            false => println!("Salt {release} did not run: it is not in target/lab/salt"),
        }
    }
    found.into_iter().map(|(release, python)| Salt::start(release, &python))
}

/// What became of the states.
struct Applied(Vec<Value>);

impl Salt {
    fn start(release: &str, python: &Path) -> Self {
        let mut command = Command::new(python);
        command.args(["-c", APPLY]).env("LC_ALL", "C.UTF-8").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { release: release.to_owned(), process, output }
    }

    fn apply(&mut self, machine: &Machine, id: &str, sls: &str) -> Applied {
        machine.write("/minion/states/pkg.py", PACKAGES);
        // What says the tag of a node's distribution.
        machine.write("/bin/rpm", "#!/bin/sh\necho .el7.centos\n");
        let rpm = machine.path("/bin/rpm");
        fs::set_permissions(&rpm, PermissionsExt::from_mode(0o755)).unwrap();
        let mut minion = machine.minion(id);
        minion["sls"] = json!(sls);
        minion["path"] = json!(format!("{}:{}", rpm.parent().unwrap().display(), env!("PATH")));
        writeln!(self.process.stdin.as_mut().unwrap(), "{minion}").unwrap();
        let line = self
            .output
            .by_ref()
            .map(Result::unwrap)
            .find_map(|line| Some(line.strip_prefix("APPLIED ")?.to_owned()));
        let line = line.unwrap_or_else(|| panic!("Salt {} ended", self.release));
        match serde_json::from_str(&line).unwrap() {
            Value::Object(states) => Applied(states.into_values().collect()),
            refused => panic!("Salt {} applied no state: {refused}", self.release),
        }
    }
}

impl Drop for Salt {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

impl Applied {
    /// Asserts that nothing but one state that failed was applied, and gives what Salt shows of it in every release.
    fn only_failure(&self) -> &str {
        let [state] = &self.0[..] else { panic!("more than one state: {:?}", self.0) };
        assert_eq!((&state["result"], &state["changes"]), (&json!(false), &json!({})), "{state}");
        state["name"].as_str().unwrap()
    }

    fn expect_success(&self) {
        assert!(!self.0.is_empty());
        for state in &self.0 {
            assert_eq!(state["result"], json!(true), "{state}");
        }
    }

    fn comments(&self) -> String {
        self.0.iter().map(|state| format!("{}\n", state["comment"])).collect()
    }
}

fn pillar(application: &str) -> Value {
    json!({
        "router": "r1",
        "node": "n1",
        "profile": "O365",
        "package": {"name": "128T-bgp-community-services-router", "version": "4.1.0-1"},
        "config": {"applications": [{"application-name": application, "bgp-community": ["64512:30"]}], "duration": 60},
    })
}

fn file_of(id: &str) -> String {
    format!("{}/{id}.sls", paths::PILLAR_DIR)
}

fn give(machine: &Machine, id: &str, pillar: &Value) {
    machine.write(&file_of(id), &format!("#!yaml\n{}", json!({PLUGIN: pillar})));
}

/// What the plugin has on a node that Salt has brought up: configuration, link, state, output, an old registration.
fn bring_up(machine: &Machine) {
    machine.write(paths::MODULE, "#!/bin/sh\n");
    machine.write(paths::MODULE_CONFIGURATION, "{}");
    machine.write(&format!("{}/routes.json", paths::MODULE_STATE_DIR), "{}");
    machine.write(paths::MODULE_OUTPUT, "{}");
    symlink(machine.path(paths::MODULE), machine.path(paths::MODULE_LINK)).unwrap();
    fs::create_dir_all(machine.path(paths::MODULE_REGISTRATION_LINK).parent().unwrap()).unwrap();
    symlink("/usr/share/registration.json", machine.path(paths::MODULE_REGISTRATION_LINK)).unwrap();
}

fn configuration(machine: &Machine) -> Value {
    serde_json::from_str(&fs::read_to_string(machine.path(paths::MODULE_CONFIGURATION)).unwrap()).unwrap()
}

/// Asserts that the node is as it was brought up.
fn expect_untouched(machine: &Machine) {
    assert_eq!(configuration(machine), json!({}));
    for path in [paths::MODULE_OUTPUT, paths::MODULE_LINK, paths::MODULE_REGISTRATION_LINK] {
        assert!(machine.path(path).symlink_metadata().is_ok(), "{path} is gone");
    }
}

#[test]
fn each_release_of_salt_installs_changes_and_cleans() {
    for mut salt in releases() {
        println!("Salt {}", salt.release);
        let machine = Machine::new(Release::Current, Release::Current);
        bring_up(&machine);
        // A link at the configuration leads to a file of somebody else, and the module's link to another program.
        fs::rename(machine.path(paths::MODULE_CONFIGURATION), machine.path("/elsewhere")).unwrap();
        symlink(machine.path("/elsewhere"), machine.path(paths::MODULE_CONFIGURATION)).unwrap();
        fs::remove_file(machine.path(paths::MODULE_LINK)).unwrap();
        symlink("/bin/true", machine.path(paths::MODULE_LINK)).unwrap();

        let id = "Nürnberg 1, node.a";
        let hostile = "{{ 7*7 }} 'ü'\n\"";
        give(&machine, id, &pillar(hostile));
        let installed = salt.apply(&machine, id, PLUGIN);
        installed.expect_success();
        assert!(
            installed.comments().contains("4.1.0-1.el7\\\"") || installed.comments().contains("4.1.0-1.el7'")
        );
        assert_eq!(configuration(&machine), pillar(hostile)["config"]);
        let metadata = fs::symlink_metadata(machine.path(paths::MODULE_CONFIGURATION)).unwrap();
        assert!(metadata.is_file());
        assert_eq!(fs::read_to_string(machine.path("/elsewhere")).unwrap(), "{}");
        let link = machine.path(paths::MODULE_LINK);
        assert_eq!(fs::read_link(&link).unwrap(), machine.path(paths::MODULE));
        assert!(machine.path(paths::MODULE_REGISTRATION_LINK).symlink_metadata().is_err());

        give(&machine, id, &pillar("Voice"));
        salt.apply(&machine, id, PLUGIN).expect_success();
        assert_eq!(configuration(&machine), pillar("Voice")["config"]);

        // A file of somebody else in place of the link stays.
        fs::remove_file(&link).unwrap();
        fs::write(&link, "somebody's own").unwrap();
        let refused = salt.apply(&machine, id, PLUGIN);
        assert!(refused.0.iter().any(|state| state["result"] == json!(false)), "{}", refused.comments());
        assert_eq!(fs::read_to_string(&link).unwrap(), "somebody's own");
        fs::remove_file(&link).unwrap();
        symlink(machine.path(paths::MODULE), &link).unwrap();

        fs::remove_file(machine.path(&file_of(id))).unwrap();
        machine.write(paths::PILLAR_MARKER, r#"{"undecided": []}"#);
        salt.apply(&machine, id, PLUGIN).expect_success();
        for path in [paths::ROUTER_PLUGIN_DIR, paths::MODULE_OUTPUT, paths::MODULE_LINK] {
            assert!(machine.path(path).symlink_metadata().is_err(), "{path} is left");
        }
    }
}

#[test]
fn nothing_is_removed_without_a_word() {
    for mut salt in releases() {
        println!("Salt {}", salt.release);
        let machine = Machine::new(Release::Current, Release::Current);
        bring_up(&machine);
        let mut expect = |prepare: &dyn Fn(&Machine), cause: &str| {
            prepare(&machine);
            let applied = salt.apply(&machine, "node1", PLUGIN);
            let said = applied.only_failure();
            assert!(said.contains(cause), "{said:?} lacks {cause:?}");
            expect_untouched(&machine);
        };
        expect(
            &|_| (),
            "/.complete does not exist, so generate_pillar has not read the whole running configuration",
        );
        expect(
            &|machine| machine.list_pillar(false),
            "lacks the key bgp-community-services; check on the conductor",
        );
        expect(
            &|machine| {
                machine.list_pillar(true);
                machine.write(&file_of("node1"), "{");
            },
            "cannot read pillar file",
        );
        let mut without_applications = pillar("Voice");
        without_applications["config"] = json!({"duration": 60});
        let mut of_text = pillar("Voice");
        of_text["config"]["applications"] = json!("Voice");
        let mut without_version = pillar("Voice");
        without_version["package"]["version"] = json!("");
        let unusable = [
            json!({"package": {}, "config": {}}),
            json!({}),
            json!({"profile": "O365"}),
            json!({"profile": null, "config": {}}),
            json!({"package": [], "config": "x"}),
            without_applications,
            of_text,
            without_version,
        ];
        for content in unusable {
            expect(&|machine| give(machine, "node1", &content), "has no usable package and config");
        }
        expect(
            &|machine| give(machine, "node1", &json!({"error": "it's: \"hostile\" {{ 7*7 }}\n# x"})),
            "pillar of bgp-community-services: it's: \"hostile\" {{ 7*7 }}\n# x",
        );
    }
}

#[test]
fn neither_order_of_an_upgrade_from_4_1_0_takes_anything() {
    for mut salt in releases() {
        println!("Salt {}", salt.release);
        // New states, and the dispatcher of 4.1.0, which gives a node without a file no key.
        let machine = Machine::new(Release::Current, Release::V410);
        bring_up(&machine);
        let applied = salt.apply(&machine, "node1", PLUGIN);
        assert!(applied.only_failure().contains("lacks the key"), "{}", applied.comments());
        expect_untouched(&machine);
        let mut old = pillar("Voice");
        old.as_object_mut().unwrap().remove("profile");
        give(&machine, "node1", &old);
        salt.apply(&machine, "node1", PLUGIN).expect_success();
        assert_eq!(configuration(&machine), pillar("Voice")["config"]);

        // States of 4.1.0, and the new dispatcher, also with the word that has no meaning for them.
        let machine = Machine::new(Release::V410, Release::Current);
        bring_up(&machine);
        assert_eq!(salt.apply(&machine, "node1", PLUGIN).0.len(), 1);
        expect_untouched(&machine);
        machine.write(paths::PILLAR_MARKER, r#"{"undecided": []}"#);
        let applied = salt.apply(&machine, "node1", PLUGIN);
        applied.only_failure();
        expect_untouched(&machine);
    }
}

#[test]
fn cleaning_by_hand_needs_no_pillar() {
    for mut salt in releases() {
        println!("Salt {}", salt.release);
        let machine = Machine::new(Release::Current, Release::Current);
        bring_up(&machine);
        machine.list_pillar(false);
        salt.apply(&machine, "node1", &format!("{PLUGIN}.clean")).expect_success();
        let left = [
            paths::ROUTER_PLUGIN_DIR,
            paths::MODULE_OUTPUT,
            paths::MODULE_LINK,
            paths::MODULE_REGISTRATION_LINK,
        ];
        for path in left {
            assert!(machine.path(path).symlink_metadata().is_err(), "{path} is left");
        }
    }
}
