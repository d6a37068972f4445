//! Where things are in the source tree, and where builds leave their results.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The root of the workspace, which holds the folders that `ARCHITECTURE.md` describes.
///
/// If cargo runs the task, it is the workspace of the package that cargo runs; otherwise the workspace in which this was
/// built.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let package = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = package.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
        root.unwrap_or(&package).to_owned()
    })
}

/// Everything that is built, downloaded or measured goes below this folder; git ignores it.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The lab's own folder: what its hosts share, and what it is built from.
pub fn lab() -> PathBuf {
    target().join("lab")
}

/// The Python environment in which `cargo xtask setup` installs Salt and pyang.
pub fn python_environment() -> PathBuf {
    lab().join("venv")
}

/// The Python environment of a release of Salt beside the one of [`python_environment`]; it is there if its Python is.
pub fn salt_environment(release: &str) -> PathBuf {
    lab().join("salt").join(release)
}

/// The files of an older systemd than this machine's, which `cargo xtask setup` brings.
pub fn older_systemd() -> PathBuf {
    lab().join("systemd-247")
}

/// The files of node_exporter and Prometheus, which `cargo xtask setup` brings.
pub fn monitoring() -> PathBuf {
    lab().join("monitoring")
}

/// Cargo's own folder, with the downloaded crates; none if neither `CARGO_HOME` nor `HOME` is set.
pub fn cargo_home() -> Option<PathBuf> {
    let named = env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))
}
