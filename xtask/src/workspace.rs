//! Where things stand in the source tree and where builds leave theirs.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The workspace's root, which holds the folders that `ARCHITECTURE.md` maps: the one in which cargo runs the task, or
/// where cargo does not run it, the one in which it was built.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let crate_dir = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        crate_dir.parent().unwrap_or(Path::new(".")).to_owned()
    })
}

/// What is built, fetched or measured goes below here; git ignores it.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The Python environment in which `cargo xtask setup` installs Salt and pyang.
pub fn python_environment() -> PathBuf {
    target().join("lab/venv")
}

/// Where cargo keeps what it fetched; none when neither it nor a home directory is named.
pub fn cargo_home() -> Option<PathBuf> {
    let named = env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))
}
