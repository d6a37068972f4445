//! The forms of `--json`: each command has a schema in the documents, which its real outputs are held to.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use bgp_community_services_cli::command;
use bgpcs_testing::python_environment;
use serde_json::{Value, json};

fn schemas() -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas")
}

/// Outputs of commands, which are held to the schemas together: to start the validator takes longer than to use it.
#[derive(Default)]
pub struct Outputs(Vec<Value>);

impl Outputs {
    /// Adds what a command printed.
    pub fn add(&mut self, command: &str, printed: &str) {
        let output: Value =
            serde_json::from_str(printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
        self.0.push(json!([command, output]));
    }

    /// Fails where one is not as its schema says.
    pub fn hold(&self) {
        let program = "\
import json, sys
from jsonschema import Draft202012Validator as Validator
validators, wrong = {}, 0
for command, output in json.load(open(sys.argv[2])):
    if command not in validators:
        schema = json.load(open(f'{sys.argv[1]}/{command}.json'))
        Validator.check_schema(schema)
        validators[command] = Validator(schema, format_checker=Validator.FORMAT_CHECKER)
    for error in validators[command].iter_errors(output):
        wrong += 1
        print(command, error.json_path, error.message)
sys.exit(wrong > 0)
";
        let scratch = tempfile::NamedTempFile::new().unwrap();
        fs::write(scratch.path(), Value::from(self.0.clone()).to_string()).unwrap();
        let mut python = Command::new(python_environment("formats").join("bin/python"));
        let ended = python.args(["-c", program]).arg(schemas()).arg(scratch.path()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(ended.status.success(), "{}{}", text(&ended.stdout), text(&ended.stderr));
    }
}

#[test]
fn of_every_command() {
    for below in command().get_subcommands() {
        let has_json = below.get_arguments().any(|argument| argument.get_id() == "json");
        let schema = schemas().join(below.get_name()).with_extension("json");
        assert_eq!(schema.exists(), has_json, "{}", schema.display());
    }
}

/// What the transcripts of all scenarios show.
#[test]
fn of_the_transcripts() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/operator");
    let mut outputs = Outputs::default();
    for scenario in fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path()) {
        let transcript = fs::read_to_string(scenario.join("transcript")).unwrap();
        for block in transcript.split("$ bgp-community-services ").filter(|block| !block.is_empty()) {
            let (line, rest) = block.split_once('\n').unwrap();
            let (printed, _) = rest.rsplit_once("[exit status").unwrap();
            // The conductor's own question is of another form.
            let has = |option: &str| line.split(' ').any(|word| word == option);
            if has("--json") && !has("--brief") && printed.starts_with('{') {
                outputs.add(line.split(' ').next().unwrap(), printed);
            }
        }
    }
    assert!(outputs.0.len() > 5);
    outputs.hold();
}

/// A schema says all of a form: what has a key more, or one less, or a number as a text, is not of it.
#[test]
fn are_strict() {
    let good = json!({"prefixes": [], "notes": []});
    Outputs(vec![json!(["show", good])]).hold();
    for bad in [
        json!({"prefixes": [], "notes": [], "more": 1}),
        json!({"prefixes": []}),
        json!({"prefixes": 1, "notes": []}),
    ] {
        let outputs = Outputs(vec![json!(["show", bad])]);
        assert!(std::panic::catch_unwind(|| outputs.hold()).is_err(), "{bad}");
    }
}
