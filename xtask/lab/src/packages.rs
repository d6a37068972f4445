//! The packages that the lab installs: this version's, and the next version's for upgrades.

use std::env::consts::ARCH;
use std::path::PathBuf;

use bgpcs::{RELEASE, VERSION};

/// The built packages of two versions; every package of a version is in one folder.
#[derive(Debug, Clone)]
pub struct Packages {
    /// The folder of this version.
    pub current: PathBuf,
    /// The folder of [`next_version`], built from the same source.
    pub next: PathBuf,
    /// The folder of the release before, if its packages are built.
    pub before: Option<PathBuf>,
}

impl Packages {
    /// The file of a package, by its version and the tag of its distribution.
    pub fn file(&self, name: &str, version: &str, tag: &str) -> PathBuf {
        let folder = if version == VERSION { &self.current } else { &self.next };
        folder.join(file_name(name, version, tag))
    }
}

/// The name of the file of a package.
pub fn file_name(name: &str, version: &str, tag: &str) -> String {
    format!("{}.{ARCH}.rpm", full_name(name, version, tag))
}

/// The version after this one.
pub fn next_version() -> String {
    let (minor, patch) = VERSION.rsplit_once('.').unwrap_or((VERSION, ""));
    format!("{minor}.{}", patch.parse::<u32>().unwrap_or(0) + 1)
}

/// The name by which dnf knows one version of a package: `NAME-VERSION-RELEASE.TAG`.
pub fn full_name(name: &str, version: &str, tag: &str) -> String {
    format!("{name}-{version}-{RELEASE}.{tag}")
}

/// The full name of a package of this version for the distribution of the conductor.
pub fn current(name: &str) -> String {
    full_name(name, VERSION, "el9")
}
