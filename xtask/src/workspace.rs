//! Where things stand in the source tree and where builds leave theirs.

use std::path::{Path, PathBuf};

/// The workspace's root, which holds the folders that `ARCHITECTURE.md` maps.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// What is built, fetched or measured goes below here; git ignores it.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The Python environment in which `cargo xtask setup` installs Salt and pyang.
pub fn python_environment() -> PathBuf {
    target().join("lab/venv")
}
