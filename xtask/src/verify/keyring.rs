//! The signatures by one key.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use task::command;

/// A keyring with only one public key.
pub struct Keyring {
    directory: tempfile::TempDir,
}

impl Keyring {
    /// Imports a file with an ASCII-armored public key.
    pub fn import(key: &Path) -> Result<Self> {
        let keyring = Self { directory: tempfile::tempdir()? };
        command::read(keyring.rpmkeys().arg("--import").arg(key))?;
        command::read(keyring.gpg().arg("--import").arg(key))?;
        Ok(keyring)
    }

    fn rpmkeys(&self) -> Command {
        let mut rpmkeys = Command::new("rpmkeys");
        rpmkeys.env("LC_ALL", "C").arg("--dbpath").arg(self.directory.path());
        rpmkeys
    }

    fn gpg(&self) -> Command {
        let mut gpg = Command::new("gpg");
        gpg.args(["--batch", "--quiet", "--homedir"]).arg(self.directory.path());
        gpg
    }

    /// Whether the header of a package is signed, and everything in it is as it says.
    pub fn check_package(&self, path: &Path) -> Result<()> {
        let report = command::read(self.rpmkeys().args(["--checksig", "--verbose"]).arg(path));
        let report = report.context("is not signed by the key")?;
        // An unsigned package passes rpm's own check, so there must be a line about a good signature.
        let signed = |line: &str| line.contains("Header V4 RSA/SHA256 Signature") && line.ends_with(": OK");
        ensure!(report.lines().any(signed), "is not signed");
        Ok(())
    }

    /// Whether a file has a signature beside it.
    pub fn check_file(&self, path: &Path) -> Result<()> {
        let mut signature = path.as_os_str().to_owned();
        signature.push(".asc");
        let signature = Path::new(&signature);
        ensure!(signature.exists(), "is not signed, {} is missing", signature.display());
        let verified = command::read(self.gpg().arg("--verify").arg(signature).arg(path));
        verified.map(drop).context("is not signed by the key")
    }
}
