//! `cargo xtask fuzz`: every fuzz target with a number of inputs, from its seeds.

use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::Result;
use fs_err as fs;
use task::parallel::{self, Job};
use task::progress::Verbosity;
use task::{command, workspace};
use xtask::cargo;

/// The version of cargo-fuzz that runs the targets.
const CARGO_FUZZ: &str = "0.13.2";

/// The folders of the crates that have fuzz targets, in `fuzz/fuzz_targets`.
const CRATES: [&str; 2] = ["generator", "module"];

/// Runs each target with this number of inputs, always the same ones: as many targets at a time as there are cores. The error
/// has the name and the output of each that fails.
pub fn run(inputs: u32, verbosity: Verbosity) -> Result<()> {
    let program = cargo::install("cargo-fuzz", CARGO_FUZZ, &[])?;
    let program = program.as_path();
    let folders = CRATES.map(|name| workspace::root().join(name));
    let mut jobs = Vec::new();
    for (name, folder) in CRATES.iter().zip(&folders) {
        for target in targets(&folder.join("fuzz/fuzz_targets"))? {
            jobs.push(Job::new(format!("{target} of {name}"), move || {
                fuzz(program, folder, &target, inputs)
            }));
        }
    }
    let steps = verbosity.steps("fuzz", CRATES.len() + jobs.len());
    for (name, folder) in CRATES.iter().zip(&folders) {
        steps.begin(&format!("build of {name}"));
        command::run(&mut cargo_fuzz(program, folder, "build"))?;
    }
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    parallel::run(jobs, cores, &steps)
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
    let mut fuzz = cargo_fuzz(program, folder, "run");
    fuzz.args([Path::new(target), &corpus, &folder.join("fuzz/seeds").join(target)]);
    command::read(fuzz.args(["--", "-seed=1", "-verbosity=0"]).arg(format!("-runs={inputs}"))).map(drop)
}

fn cargo_fuzz(program: &Path, folder: &Path, action: &str) -> Command {
    let mut fuzz = Command::new(program);
    // The instrumentation needs unstable flags; this makes a stable compiler accept them.
    fuzz.current_dir(folder).env("RUSTC_BOOTSTRAP", "1").args(["fuzz", action]);
    // What a sanitizer finds needs unsafe code, which is denied in what is fuzzed; it takes a third of the time to compile.
    fuzz.args(["--sanitizer", "none"]);
    // So few inputs take seconds: with more optimization, compiling would take longer than it saves.
    fuzz.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    fuzz.args(["--codegen-units", "16"]);
    fuzz.arg("--target-dir").arg(workspace::target().join("fuzz"));
    fuzz
}
