//! The YANG module is accepted by the tools of the trade.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(super) const MODULE: &str = "bgp-community-services.yang";
pub(super) const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// The files with this extension in a folder below the crate's, sorted.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(FOLDER).join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

/// Runs a validator in the crate's folder.
#[track_caller]
pub(super) fn run(command: &mut Command) -> Output {
    let program = command.get_program().to_owned();
    command.current_dir(FOLDER).output().unwrap_or_else(|error| {
        panic!("cannot run {}: {error}; run `cargo xtask setup`", program.display());
    })
}

/// The pyang of the lab's virtual environment.
pub(super) fn pyang() -> Command {
    let python = std::env::var_os("LAB_PYTHON")
        .map_or_else(|| Path::new(FOLDER).join("../target/lab/venv/bin/python"), PathBuf::from);
    let mut command = Command::new(python.with_file_name("pyang"));
    command.args(["-p", ".:stubs"]);
    command
}

fn yanglint(instance: &Path) -> Output {
    let mut command = Command::new("yanglint");
    command.args(["-p", "stubs"]).args(files("stubs", "yang")).arg(MODULE);
    run(command.args(["-t", "config"]).arg(instance))
}

#[test]
fn pyang_finds_nothing_to_complain_of() {
    for module in [vec![PathBuf::from(MODULE)], files("stubs", "yang")].concat() {
        let output = run(pyang().args(["--strict", "--lint"]).arg(&module));
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {complaints}", module.display());
        assert!(module != Path::new(MODULE) || complaints.is_empty(), "{complaints}");
    }
}

#[test]
fn the_tree_is_the_documented_one() {
    let output = run(pyang().args(["-f", "tree", MODULE]));
    let expected = Path::new(FOLDER).join("tests/bgp-community-services.tree");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&expected, &output.stdout).unwrap();
    }
    assert_eq!(String::from_utf8(output.stdout).unwrap(), fs::read_to_string(expected).unwrap());
}

#[test]
fn yanglint_accepts_the_good_instances_and_refuses_each_bad_one_for_its_own_reason() {
    for instance in files("instances/good", "xml") {
        let output = yanglint(&instance);
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {complaints}", instance.display());
    }
    for instance in files("instances/bad", "xml") {
        let text = fs::read_to_string(&instance).unwrap();
        let reason = text.strip_prefix("<!-- refused: ").and_then(|rest| rest.split_once(" -->")).unwrap().0;
        let output = yanglint(&instance);
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{} is accepted", instance.display());
        assert!(complaints.contains(reason), "{}: not {reason}, but {complaints}", instance.display());
    }
}
