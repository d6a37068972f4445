//! What `cargo xtask setup` installs.

use std::path::{Path, PathBuf};

/// Debian's ExaBGP, which is 4.2, and the newest one.
pub fn exabgp_releases() -> [PathBuf; 2] {
    [PathBuf::from("/usr/sbin/exabgp"), python_environment("exabgp").join("bin/exabgp")]
}

/// A Python environment that `cargo xtask setup` makes, by its name.
pub fn python_environment(name: &str) -> PathBuf {
    let environment = target().join("lab").join(name);
    assert!(environment.exists(), "{} is missing; run: cargo xtask setup", environment.display());
    environment
}

/// A program of node_exporter or Prometheus that `cargo xtask setup` brings, by its name.
pub fn monitoring(program: &str) -> PathBuf {
    let program = target().join("lab/monitoring/usr/bin").join(program);
    assert!(program.exists(), "{} is missing; run: cargo xtask setup", program.display());
    program
}

/// Cargo's target directory.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from)
}
