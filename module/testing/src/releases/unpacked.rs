//! Packages of a suite, whose programs run with the libraries of this machine.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

use super::apt;
use super::error::ReleaseError;
use super::machine::{file_error, run};
use super::suite::Suite;

/// Packages, without what they need.
pub(super) struct Packages {
    suite: Suite,
    names: &'static [&'static str],
}

/// systemd 247: the oldest whose programs find the libraries that they need.
pub(super) const SYSTEMD: Packages = Packages { suite: Suite::Bullseye, names: &["systemd"] };

/// node_exporter 1.5 and promtool 2.42, which are not to be installed: they would be services.
pub(super) const MONITORING: Packages =
    Packages { suite: Suite::Bookworm, names: &["prometheus", "prometheus-node-exporter"] };

impl Packages {
    /// Unpacks them, unless that was done.
    pub(super) fn bring(&self, directory: &Path) -> Result<(), ReleaseError> {
        if directory.exists() {
            return Ok(());
        }
        let fresh = directory.with_extension("new");
        match fs::remove_dir_all(&fresh) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(file_error(&fresh, cause)),
            _ => {}
        }
        let root = fresh.join("root");
        for package in apt::fetch_alone(self.suite, &fresh.join("apt"), self.names)? {
            run(self.suite, Command::new("dpkg-deb").arg("--extract").arg(package).arg(&root))?;
        }
        fs::rename(&root, directory).map_err(|cause| file_error(directory, cause))?;
        fs::remove_dir_all(&fresh).map_err(|cause| file_error(&fresh, cause))
    }
}
