//! `cargo xtask fuzz`: every fuzz target with a number of inputs, from its seeds.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use fs_err as fs;
use task::progress::Verbosity;
use task::{command, workspace};

use crate::cargo;

/// The version of cargo-fuzz that runs the targets.
const CARGO_FUZZ: &str = "0.13.2";

/// The folders of the crates that have fuzz targets, in `fuzz/fuzz_targets`.
const CRATES: [&str; 2] = ["generator", "module"];

/// Runs each target with this number of inputs, always the same ones. The first that fails is the last one.
pub fn run(inputs: u32, verbosity: Verbosity) -> Result<()> {
    let program = cargo::install("cargo-fuzz", CARGO_FUZZ, &[])?;
    let mut all = Vec::new();
    for name in CRATES {
        let folder = workspace::root().join(name);
        let targets = targets(&folder.join("fuzz/fuzz_targets"))?;
        all.extend(targets.into_iter().map(|target| (name, folder.clone(), target)));
    }
    let steps = verbosity.steps("fuzz", all.len());
    all.iter().try_for_each(|(name, folder, target)| {
        steps.begin(&format!("{target} of {name}"));
        fuzz(&program, folder, target, inputs)
    })
}

/// The names of the targets, which are the names of their files.
fn targets(directory: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        names.extend(entry?.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn fuzz(program: &Path, folder: &Path, target: &str, inputs: u32) -> Result<()> {
    let corpus = folder.join("fuzz/corpus").join(target);
    fs::create_dir_all(&corpus)?;
    let mut fuzz = Command::new(program);
    // The instrumentation needs unstable flags; this makes a stable compiler accept them.
    fuzz.current_dir(folder).env("RUSTC_BOOTSTRAP", "1").args(["fuzz", "run", target]);
    fuzz.arg("--target-dir").arg(workspace::target().join("fuzz")).arg(&corpus);
    fuzz.arg(folder.join("fuzz/seeds").join(target));
    command::run(fuzz.args(["--", "-seed=1", "-verbosity=0"]).arg(format!("-runs={inputs}")))
}
