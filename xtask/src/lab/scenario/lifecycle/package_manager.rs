//! rpm and dnf, asked for the same transactions.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::lab::Lab;
use crate::lab::error::LabError;
use crate::lab::host::Host;
use crate::package;

/// One of the packages that the lab builds.
pub struct Package {
    /// RPM name.
    pub name: &'static str,
    /// Without the release.
    pub version: String,
    /// Of the distribution.
    pub tag: &'static str,
}

impl Package {
    fn full_name(&self) -> String {
        format!("{}-{}-{}.{}", self.name, self.version, bgpcs::RELEASE, self.tag)
    }

    fn file(&self, lab: &Lab) -> PathBuf {
        let packages = &lab.packages;
        let directory = if self.version == bgpcs::VERSION { &packages.current } else { &packages.next };
        directory.join(format!("{}.{}.rpm", self.full_name(), package::ARCHITECTURE))
    }
}

/// Who carries out a transaction.
#[derive(Debug, Clone, Copy)]
pub enum Manager {
    /// rpm itself, with a file.
    Rpm,
    /// dnf, with a name, from the repository.
    Dnf,
}

impl Manager {
    /// A package that is not there comes.
    pub fn install(self, lab: &Lab, host: &Host, package: &Package) -> Result<(), LabError> {
        self.transact(lab, host, package, &["--install"], "install")
    }

    /// A later version or release takes the place of an earlier one.
    pub fn upgrade(self, lab: &Lab, host: &Host, package: &Package) -> Result<(), LabError> {
        self.transact(lab, host, package, &["--upgrade"], "upgrade")
    }

    /// An earlier version takes the place of a later one.
    pub fn downgrade(self, lab: &Lab, host: &Host, package: &Package) -> Result<(), LabError> {
        self.transact(lab, host, package, &["--upgrade", "--oldpackage"], "downgrade")
    }

    /// A version takes its own place.
    pub fn reinstall(self, lab: &Lab, host: &Host, package: &Package) -> Result<(), LabError> {
        self.transact(lab, host, package, &["--upgrade", "--replacepkgs"], "reinstall")
    }

    /// A package goes.
    pub fn remove(self, host: &Host, name: &str) -> Result<(), LabError> {
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
        package: &Package,
        by_rpm: &[&str],
        by_dnf: &str,
    ) -> Result<(), LabError> {
        match self {
            Self::Rpm => rpm(lab, host, package, by_rpm),
            Self::Dnf => host.run("dnf", &["--quiet", "--assumeyes", by_dnf, &package.full_name()]).map(drop),
        }
    }
}

/// The host has a shell, which scriptlets need, but no package of it.
const AS_FILE: [&str; 2] = ["--nodeps", "--nosignature"];

fn rpm(lab: &Lab, host: &Host, package: &Package, arguments: &[&str]) -> Result<(), LabError> {
    let file = package.file(lab);
    host.run("rpm", &[arguments, &AS_FILE, &[&file.to_string_lossy()]].concat()).map(drop)
}

/// Puts a version in the place of whatever is there, by force, as one does after an interrupted transaction.
pub fn repair(lab: &Lab, host: &Host, package: &Package) -> Result<(), LabError> {
    rpm(lab, host, package, &["--upgrade", "--force"])
}

/// Begins an upgrade and kills rpm; whether it came to its end before is left open.
pub fn kill_upgrade_after(
    lab: &Lab,
    host: &Host,
    package: &Package,
    milliseconds: u32,
) -> Result<(), LabError> {
    let file = package.file(lab);
    let limit = format!("0.{milliseconds:03}");
    let killed = ["--signal=KILL", &limit, "rpm", "--upgrade", "--force"];
    host.succeeds("timeout", &[&killed, &AS_FILE[..], &[&file.to_string_lossy()]].concat())?;
    // rpm names what it unpacks after the second in which it began, and stumbles over what a killed one left of the
    // same second.
    thread::sleep(Duration::from_millis(1100));
    Ok(())
}
