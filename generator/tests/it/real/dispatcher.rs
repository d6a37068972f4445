//! What the dispatcher gives each minion.

use std::process::Command;

use bgpcs::{PLUGIN, paths};
use serde_json::{Value, json};

use super::python::interpreter;
use super::templates::{Machine, Release};

/// Runs the dispatcher as the py renderer does, for each minion id of standard input.
const RUN: &str = "
import json, sys
path, ids = sys.argv[1], json.loads(sys.argv[2])
code = compile(open(path, encoding='utf-8').read(), path, 'exec')
pillars = []
for minion_id in ids:
    names = {'__opts__': {'id': minion_id}, '__name__': 'dispatcher'}
    exec(code, names)
    names.update(dict.fromkeys(['salt', 'grains', 'opts', 'pillar', 'env', 'saltenv', 'sls', 'context', 'data', 'path']))
    pillars.append(names['run']())
print(json.dumps(pillars))
";

/// The value of the plugin's key for each id, under a locale.
fn pillars(machine: &Machine, ids: &[&str], locale: &[(&str, &str)]) -> Vec<Value> {
    let dispatcher = machine.path(&format!("{}/{PLUGIN}.sls", paths::SALT_PILLAR_ROOT));
    let mut python = Command::new(interpreter());
    // In ASCII, since Python reads its arguments in the locale.
    let ids = serde_json::to_string(ids).unwrap().replace('ü', "\\u00fc");
    python.args(["-c", RUN]).arg(dispatcher).arg(ids);
    let output = python.envs(locale.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let documents: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    documents
        .into_iter()
        .map(|document| {
            assert_eq!(document.as_object().unwrap().keys().collect::<Vec<_>>(), [PLUGIN]);
            document[PLUGIN].clone()
        })
        .collect()
}

fn error(pillar: &Value) -> &str {
    assert_eq!(pillar.as_object().unwrap().len(), 1, "{pillar}");
    pillar["error"].as_str().unwrap()
}

fn file_of(id: &str) -> String {
    format!("{}/{id}.sls", paths::PILLAR_DIR)
}

fn document(router: &str) -> String {
    format!("#!yaml\n# a comment\n{}", json!({PLUGIN: {"router": router}}))
}

#[test]
fn only_the_marker_makes_a_missing_file_mean_no_profile() {
    let machine = Machine::new(Release::Current, Release::Current);
    machine.write(&file_of("with"), &document("r1"));
    let ids = ["with", "without", ".hidden", "a/b", ""];
    let unmarked = pillars(&machine, &ids, &[]);
    assert_eq!(unmarked[0], json!({"router": "r1"}));
    for pillar in &unmarked[1..] {
        let said = error(pillar);
        assert!(
            said.contains("/.complete does not exist, so generate_pillar has not read the whole"),
            "{said}"
        );
        assert!(said.ends_with("; run generate_pillar on the conductor"), "{said}");
    }
    machine.write(paths::PILLAR_MARKER, r#"{"undecided": ["in error"]}"#);
    let marked = pillars(&machine, &["with", "without", ".hidden", "a/b", "", "in error"], &[]);
    assert_eq!(marked[0], json!({"router": "r1"}));
    for pillar in &marked[1..5] {
        assert_eq!(*pillar, json!({"profile": null}));
    }
    assert!(error(&marked[5]).contains("its configuration is in error"), "{}", marked[5]);
    for damaged in ["", "[]", "{}", "\u{0}"] {
        machine.write(paths::PILLAR_MARKER, damaged);
        let [damaged] = &pillars(&machine, &["without"], &[])[..] else { panic!("one id, one pillar") };
        assert!(error(damaged).contains("expected an object with the key undecided"), "{damaged}");
    }
}

#[test]
fn what_is_no_pillar_file_is_an_error_and_keeps_nobody_waiting() {
    let machine = Machine::new(Release::Current, Release::Current);
    machine.write(paths::PILLAR_MARKER, r#"{"undecided": []}"#);
    std::fs::create_dir(machine.path(&file_of("directory"))).unwrap();
    assert!(Command::new("mkfifo").arg(machine.path(&file_of("pipe"))).status().unwrap().success());
    std::os::unix::fs::symlink("loop.sls", machine.path(&file_of("loop"))).unwrap();
    machine.write(&file_of("half"), &document("r1")[..40]);
    machine.write(&file_of("list"), "[]");
    machine.write(&file_of("other"), r#"{"other-plugin": {}}"#);
    std::fs::write(machine.path(&file_of("latin")), b"{\"\xfc\": 1}").unwrap();
    let ids = ["directory", "pipe", "loop", "half", "list", "other", "latin"];
    for (id, pillar) in ids.iter().zip(pillars(&machine, &ids, &[])) {
        let start = format!("cannot read pillar file {}: ", machine.path(&file_of(id)).display());
        assert!(error(&pillar).starts_with(&start), "{pillar}");
    }
}

#[test]
fn the_locale_of_the_master_does_not_matter() {
    let machine = Machine::new(Release::Current, Release::Current);
    machine.write(paths::PILLAR_MARKER, r#"{"undecided": []}"#);
    let id = "Nürnberg-1";
    machine.write(&file_of(id), &document("Nürnberg"));
    let locales = machine.path("/locales");
    std::fs::create_dir(&locales).unwrap();
    let built = Command::new("localedef")
        .args(["--inputfile=en_US", "--charmap=ISO-8859-1"])
        .arg(locales.join("en_US.ISO-8859-1"))
        .output()
        .unwrap();
    let mut encodings = vec![("C", "ascii")];
    match built.status.success() {
        true => encodings.push(("en_US.ISO-8859-1", "iso8859-1")),
        false => println!("ISO-8859-1 did not run: this machine has no sources of locales"),
    }
    for (locale, encoding) in encodings {
        let environment = [
            ("LC_ALL", locale),
            ("LOCPATH", locales.to_str().unwrap()),
            ("PYTHONCOERCECLOCALE", "0"),
            ("PYTHONUTF8", "0"),
        ];
        let mut python = Command::new(interpreter());
        python.args(["-c", "import sys; print(sys.getfilesystemencoding())"]).envs(environment);
        assert_eq!(String::from_utf8(python.output().unwrap().stdout).unwrap().trim(), encoding);
        assert_eq!(pillars(&machine, &[id], &environment), [json!({"router": "Nürnberg"})], "{locale}");
    }
}
