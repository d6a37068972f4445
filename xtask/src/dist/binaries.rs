//! Building the programs that are packaged.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use task::{command, workspace};

use crate::cargo;

/// The target of the programs. Its C library can be linked statically: the programs need only the kernel of their
/// machine, so one build runs with glibc 2.17 and every later one.
pub const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The crates whose binaries are packaged.
const GENERATOR: &str = "generate-pillar";
const MODULE: &str = "bgp-community-services";

/// Compiler flags for static and small programs. Panics abort, so the unwind tables, a tenth of the program, are left
/// out; relocations are packed. The path of the linker script is relative to the root of the workspace, where the compiler
/// runs: a path that differs from machine to machine would change the crates' hashes.
const FLAGS: [&str; 4] = [
    "target-feature=+crt-static",
    "force-unwind-tables=no",
    "link-arg=-Wl,--no-eh-frame-hdr,-z,pack-relative-relocs",
    "link-arg=-Wl,-T,xtask/src/dist/without-unwind-tables.ld",
];

/// Cargo does not strip a program whose package has an `opt-level` of its own.
const STRIP: &str = "strip=symbols";

/// Builds the static programs once for all distributions, and returns their directory.
///
/// They contain no path of the building machine, so two builds of a commit are the same on every machine.
/// The release that the programs name is compiled in, so another one than usual is given to the compiler.
pub fn build(release: &str, quiet: bool) -> Result<PathBuf> {
    compile(&workspace::target(), &[GENERATOR, MODULE], &[STRIP], |cargo| {
        cargo.args(quiet.then_some("--quiet"));
        if release != bgpcs::RELEASE {
            cargo.env("BGPCS_RELEASE", release);
        }
    })
}

/// Builds the module as it is packaged, but with its symbols, and returns its path.
pub fn build_module_with_symbols() -> Result<PathBuf> {
    let directory = compile(
        &workspace::target().join("sizes"),
        &[MODULE],
        &["strip=none", "symbol-mangling-version=v0"],
        |cargo| {
            cargo.args(["--quiet", "--config", "profile.dist.strip=false"]);
        },
    )?;
    Ok(directory.join(MODULE))
}

/// Builds these crates for the distributions, and returns the directory of their programs.
fn compile(
    target_dir: &Path,
    crates: &[&str],
    flags: &[&str],
    adapt: impl FnOnce(&mut Command),
) -> Result<PathBuf> {
    let mut flags: Vec<String> =
        FLAGS.iter().chain(flags).flat_map(|flag| ["-C".to_owned(), (*flag).to_owned()]).collect();
    let places = [(Some(source(target_dir)), "."), (workspace::cargo_home(), "cargo")];
    for (place, name) in places {
        if let Some(place) = place {
            flags.push(format!("--remap-path-prefix={}={name}", place.display()));
        }
    }
    let mut cargo = cargo::command();
    cargo.args(["build", "--locked", "--profile", "dist", "--target", TARGET]);
    cargo.arg("--config").arg(format!("target.{TARGET}.rustflags={flags:?}"));
    cargo.arg("--target-dir").arg(target_dir);
    adapt(&mut cargo);
    for name in crates {
        cargo.args(["--package", name]);
    }
    command::run(&mut cargo)?;
    Ok(target_dir.join(TARGET).join("dist"))
}

/// The directory whose path the programs must not contain: the root of the workspace. A copy below the target directory, as
/// the lab makes one, takes that of the workspace around it: with the same flags both have the same libraries, which are
/// then built once.
fn source(target_dir: &Path) -> PathBuf {
    let root = workspace::root();
    let around = target_dir.parent().filter(|_| root.starts_with(target_dir));
    around.unwrap_or(root).to_owned()
}
