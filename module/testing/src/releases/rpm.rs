//! The package manager of each suite: rpm 4.16 is also that of Oracle Linux 9.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ReleaseError;
use super::root;
use super::suite::Suite;
use crate::installed::target;

/// One release of rpm, on this machine.
#[derive(Debug, Clone)]
pub struct Rpm {
    /// What it says of its version.
    pub version: String,
    /// Where its programs are; none for those of the machine.
    bin: Option<PathBuf>,
}

impl Rpm {
    fn in_suite(target: &Path, suite: Suite) -> Result<Self, ReleaseError> {
        let bin = (!suite.is_own()).then(|| directory(target, suite).join("bin"));
        let mut rpm = Self { version: String::new(), bin };
        let program = rpm.program("rpm");
        let output = rpm.command("rpm").arg("--version").output();
        let output = match output {
            Ok(output) => output,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                return Err(ReleaseError::Missing { suite, program });
            }
            Err(cause) => return Err(ReleaseError::File { path: program, cause }),
        };
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        match printed.trim().strip_prefix("RPM version ") {
            Some(version) => version.clone_into(&mut rpm.version),
            None => return Err(ReleaseError::NoVersion { program, printed }),
        }
        Ok(rpm)
    }

    fn program(&self, name: &str) -> PathBuf {
        self.bin.as_ref().map_or_else(|| name.into(), |bin| bin.join(name))
    }

    /// A command of one of its programs, `rpm` or `rpmkeys`.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.program(program));
        command.env("LC_ALL", "C");
        command
    }
}

/// Beside the suite's routing engines.
fn directory(target: &Path, suite: Suite) -> PathBuf {
    target.join("lab/suites").join(format!("{}-rpm", suite.name()))
}

/// Brings rpm of these suites below `target` as far as it is not there, except for the suite that the machine runs itself.
///
/// # Errors
/// When one cannot be had.
pub fn bring_rpm(target: &Path, suites: &[Suite]) -> Result<(), ReleaseError> {
    let absolute = std::path::absolute(target);
    let target = absolute.map_err(|cause| ReleaseError::File { path: target.to_owned(), cause })?;
    let foreign = suites.iter().filter(|suite| !suite.is_own());
    foreign.copied().try_for_each(|suite| root::bring(suite, &directory(&target, suite), &root::RPM))
}

/// The rpm of each suite on which tests are to pass. With `OFFLINE` one that is missing is said and left out.
///
/// # Panics
/// When one is not there.
pub fn rpms() -> Vec<Rpm> {
    let target = target();
    let in_suite = |suite: &Suite| match Rpm::in_suite(&target, *suite) {
        Ok(rpm) => Some(rpm),
        Err(error @ ReleaseError::Missing { .. }) if env::var_os("OFFLINE").is_some() => {
            println!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    };
    Suite::GATING.iter().filter_map(in_suite).collect()
}
