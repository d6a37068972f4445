//! Building the programs that are packaged.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, CommandError};
use crate::workspace;

/// The target whose C library can be linked in whole; the packages' programs need nothing of the machine they run on
/// but its kernel, so that one build serves glibc 2.17 and every later one.
pub const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The crates whose binaries are packaged.
const CRATES: [&str; 2] = ["generate-pillar", "bgp-community-services"];

/// Static; and small: nothing unwinds, since panics abort, so the tables for it are left out, a tenth of the program; and
/// the addresses that the kernel's choice of place changes are packed. Cargo does not strip a program whose package has
/// an `opt-level` of its own. The linker script is named from the workspace's root, where the compiler runs: a path that
/// differs from machine to machine would get into the crates' hashes.
const FLAGS: [&str; 5] = [
    "target-feature=+crt-static",
    "force-unwind-tables=no",
    "strip=symbols",
    "link-arg=-Wl,--no-eh-frame-hdr,-z,pack-relative-relocs",
    "link-arg=-Wl,-T,xtask/src/dist/without-unwind-tables.ld",
];

/// Builds the static programs once for all distributions, and gives their directory.
///
/// No path of the building machine gets into them, so that two builds of one commit are the same wherever they run.
pub fn build(quiet: bool) -> Result<PathBuf, CommandError> {
    let target_dir = workspace::target();
    let mut flags: Vec<String> =
        FLAGS.iter().flat_map(|flag| ["-C".to_owned(), (*flag).to_owned()]).collect();
    let places = [(Some(workspace::root().to_owned()), "."), (workspace::cargo_home(), "cargo")];
    for (place, name) in places {
        if let Some(place) = place {
            flags.push(format!("--remap-path-prefix={}={name}", place.display()));
        }
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(workspace::root()).args(["build", "--locked", "--profile", "dist", "--target", TARGET]);
    cargo.arg("--config").arg(format!("target.{TARGET}.rustflags={flags:?}"));
    cargo.arg("--target-dir").arg(&target_dir);
    if quiet {
        cargo.arg("--quiet");
    }
    for name in CRATES {
        cargo.args(["--package", name]);
    }
    command::run(&mut cargo)?;
    Ok(target_dir.join(TARGET).join("dist"))
}
