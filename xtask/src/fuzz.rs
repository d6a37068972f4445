//! `cargo xtask fuzz`: every fuzz target for a number of inputs, from its seeds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{self, CommandError};
use crate::workspace;

/// The version of cargo-fuzz that runs the targets.
const CARGO_FUZZ: &str = "0.13.2";

/// The crates that have fuzz targets, in `fuzz/fuzz_targets` below their folder.
const CRATES: [&str; 2] = ["generator", "module"];

/// Runs each target on so many inputs, the same ones every time; fails at the first that breaks what the target holds.
pub fn run(inputs: u32) -> Result<(), FuzzError> {
    let root = workspace::target().join("cargo-fuzz");
    let program = root.join("bin/cargo-fuzz");
    if !program.exists() {
        let mut install = Command::new(env!("CARGO"));
        install.args(["install", "--quiet", "--locked", "cargo-fuzz", "--version", CARGO_FUZZ]);
        command::run(install.arg("--root").arg(&root).arg("--target-dir").arg(root.join("target")))?;
    }
    for name in CRATES {
        let folder = workspace::root().join(name);
        for target in targets(&folder.join("fuzz/fuzz_targets"))? {
            fuzz(&program, &folder, &target, inputs)?;
        }
    }
    Ok(())
}

/// The names of the targets, which are their files'.
fn targets(directory: &Path) -> Result<Vec<String>, FuzzError> {
    let fail = |source| FuzzError::Read { path: directory.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn fuzz(program: &Path, folder: &Path, target: &str, inputs: u32) -> Result<(), FuzzError> {
    println!("fuzz {} {target}", folder.display());
    let corpus = folder.join("fuzz/corpus").join(target);
    fs::create_dir_all(&corpus).map_err(|source| FuzzError::Read { path: corpus.clone(), source })?;
    let mut fuzz = Command::new(program);
    // The instrumentation is still behind flags of the compiler; this gives them to a stable one.
    fuzz.current_dir(folder).env("RUSTC_BOOTSTRAP", "1").args(["fuzz", "run", target]);
    fuzz.arg("--target-dir").arg(workspace::target().join("fuzz")).arg(&corpus);
    fuzz.arg(folder.join("fuzz/seeds").join(target));
    command::run(fuzz.args(["--", "-seed=1", "-verbosity=0"]).arg(format!("-runs={inputs}")))?;
    Ok(())
}

/// Targets that could not be run, or do not hold.
#[derive(Debug, thiserror::Error)]
pub enum FuzzError {
    /// cargo-fuzz failed; what it says above names the input.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A directory of targets could not be read or a corpus not made.
    #[error("{}: {source}", .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
