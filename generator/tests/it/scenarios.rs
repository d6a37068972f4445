//! Each directory of `tests/data` is one authority, in one form or in several: every file beside `expected` goes
//! through the command, and all have to give the pillars in `expected/pillar` and the status and messages in
//! `expected/outcome`. Files in `before` are in the pillar directory already. `BLESS=1` writes what came out.

use std::fs;
use std::path::Path;

use bgpcs::Package;

use crate::conductor::{Conductor, Outcome, files};

#[test]
fn every_form_gives_the_expected_pillars() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut scenarios: Vec<_> = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()).collect();
    scenarios.sort();
    assert!(!scenarios.is_empty());
    scenarios.iter().for_each(|scenario| check(scenario));
}

fn check(scenario: &Path) {
    let mut inputs: Vec<_> = fs::read_dir(scenario).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.retain(|path| path.is_file());
    inputs.sort();
    let expected = scenario.join("expected");
    for (index, input) in inputs.iter().enumerate() {
        let conductor = Conductor::new();
        for (name, content) in files(&scenario.join("before")) {
            fs::write(conductor.pillar_dir().join(name), content).unwrap();
        }
        let Outcome { status, stderr, .. } = conductor.generate(input);
        let outcome = format!("{stderr}exit status {status}\n");
        // The version stands in one place only, and not here.
        let version = format!("\"version\": \"{}\"", Package::router().version);
        let pillars: Vec<_> = conductor
            .files()
            .into_iter()
            .map(|(name, text)| (name, text.replace(&version, "\"version\": \"VERSION\"")))
            .collect();
        if index == 0 && std::env::var_os("BLESS").is_some() {
            let _ = fs::remove_dir_all(&expected);
            fs::create_dir_all(expected.join("pillar")).unwrap();
            fs::write(expected.join("outcome"), &outcome).unwrap();
            for (name, text) in &pillars {
                fs::write(expected.join("pillar").join(name), text).unwrap();
            }
        }
        let wanted = fs::read_to_string(expected.join("outcome")).unwrap();
        assert_eq!(outcome, wanted, "outcome of {}", input.display());
        let wanted: Vec<_> = files(&expected.join("pillar")).into_iter().collect();
        assert_eq!(pillars, wanted, "pillars of {}", input.display());
    }
}
