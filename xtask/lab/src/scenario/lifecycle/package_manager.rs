//! The same transactions by rpm and by dnf.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;

use crate::host::Host;
use crate::lab::Lab;
use crate::packages;

/// A version of a package for one distribution.
pub struct Version {
    /// RPM name.
    pub name: &'static str,
    /// Version without release.
    pub version: String,
    /// Tag of the distribution.
    pub tag: &'static str,
}

impl Version {
    fn full_name(&self) -> String {
        packages::full_name(self.name, &self.version, self.tag)
    }

    fn file(&self, lab: &Lab) -> PathBuf {
        lab.packages.file(self.name, &self.version, self.tag)
    }
}

/// The program that performs a transaction.
#[derive(Debug, Clone, Copy)]
pub enum Manager {
    /// rpm itself, with a file.
    Rpm,
    /// dnf, with a name, from the repository.
    Dnf,
}

impl Manager {
    /// Installs a package that is not installed.
    pub fn install(self, lab: &Lab, host: &Host, package: &Version) -> Result<()> {
        self.transact(lab, host, package, &["--install"], "install")
    }

    /// Replaces a version with a later one.
    pub fn upgrade(self, lab: &Lab, host: &Host, package: &Version) -> Result<()> {
        self.transact(lab, host, package, &["--upgrade"], "upgrade")
    }

    /// Replaces a version with an earlier one.
    pub fn downgrade(self, lab: &Lab, host: &Host, package: &Version) -> Result<()> {
        self.transact(lab, host, package, &["--upgrade", "--oldpackage"], "downgrade")
    }

    /// Installs the same version again.
    pub fn reinstall(self, lab: &Lab, host: &Host, package: &Version) -> Result<()> {
        self.transact(lab, host, package, &["--upgrade", "--replacepkgs"], "reinstall")
    }

    /// Removes a package.
    pub fn remove(self, host: &Host, name: &str) -> Result<()> {
        match self {
            Self::Rpm => host.run("rpm", &["--erase", "--nodeps", name])?,
            Self::Dnf => host.run("dnf", &["--quiet", "--assumeyes", "remove", name])?,
        };
        Ok(())
    }

    fn transact(
        self,
        lab: &Lab,
        host: &Host,
        package: &Version,
        by_rpm: &[&str],
        by_dnf: &str,
    ) -> Result<()> {
        match self {
            Self::Rpm => rpm(lab, host, package, by_rpm),
            Self::Dnf => host.run("dnf", &["--quiet", "--assumeyes", by_dnf, &package.full_name()]).map(drop),
        }
    }
}

/// Scriptlets need a shell; the host has one, but no package that provides it.
const AS_FILE: [&str; 2] = ["--nodeps", "--nosignature"];

fn rpm(lab: &Lab, host: &Host, package: &Version, arguments: &[&str]) -> Result<()> {
    let file = package.file(lab);
    host.run("rpm", &[arguments, &AS_FILE, &[&file.to_string_lossy()]].concat()).map(drop)
}

/// Installs a version by force over whatever is installed, as an operator does after an interrupted transaction.
pub fn repair(lab: &Lab, host: &Host, package: &Version) -> Result<()> {
    rpm(lab, host, package, &["--upgrade", "--force"])
}

/// Starts an upgrade and kills rpm after some milliseconds; it may have finished before.
pub fn kill_upgrade_after(lab: &Lab, host: &Host, package: &Version, milliseconds: u32) -> Result<()> {
    let file = package.file(lab);
    let limit = format!("0.{milliseconds:03}");
    let killed = ["--signal=KILL", &limit, "rpm", "--upgrade", "--force"];
    host.succeeds("timeout", &[&killed, &AS_FILE[..], &[&file.to_string_lossy()]].concat())?;
    // rpm names unpacked files after the second of its start, and fails over those of a killed rpm of the same second.
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    thread::sleep(Duration::from_millis(1000 - u64::from(now.subsec_millis())));
    Ok(())
}
