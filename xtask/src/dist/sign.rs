//! Signing with the release engineer's own key, which stays in gpg's keyring.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use task::command;

/// The number of RSA in OpenPGP, RFC 4880 section 9.1.
const RSA: &str = "1";

/// A key in gpg's keyring.
#[derive(Debug, Clone)]
pub struct SigningKey {
    /// Fingerprint, key id or user id.
    name: String,
    /// The time of the signatures, in seconds since 1970; a fixed one keeps two builds of a commit the same.
    time: u32,
}

impl SigningKey {
    /// Finds the key by its fingerprint, key id or user id. EL7's rpm checks only RSA signatures, so another kind of key is
    /// an error.
    pub fn find(name: &str, time: u32) -> Result<Self> {
        let mut gpg = Command::new("gpg");
        // gpg fails if it has no such key, and says so in the operator's language; then there is no line of a key.
        let output = command::output(gpg.args(["--batch", "--with-colons", "--list-secret-keys"]).arg(name))?;
        let listing = String::from_utf8_lossy(&output.stdout);
        let key = listing.lines().find(|line| line.starts_with("sec:"));
        match key.and_then(|line| line.split(':').nth(3)) {
            Some(RSA) => Ok(Self { name: name.to_owned(), time }),
            Some(_) => bail!(
                "key {name} is no RSA key; use one, since rpm on Oracle Linux 7 checks no other signature"
            ),
            None => bail!("gpg has no secret key {name}; `gpg --list-secret-keys` shows its keys"),
        }
    }

    /// Signs the headers of packages in place, as `rpm --addsign` does.
    pub fn sign_packages(&self, packages: &[PathBuf]) -> Result<()> {
        // rpm expects gpg at a path that differs between distributions, and does not search for it.
        let gpg = command::read(Command::new("sh").args(["-c", "command -v gpg"]))?;
        let mut rpmsign = Command::new("rpmsign");
        rpmsign.arg("--define").arg(format!("__gpg {}", gpg.trim()));
        rpmsign.arg("--define").arg(format!("_gpg_name {}", self.name));
        rpmsign.args(["--define", "_gpg_digest_algo sha256"]);
        rpmsign
            .arg("--define")
            .arg(format!("_gpg_sign_cmd_extra_args --batch --faked-system-time {}!", self.time));
        command::read(rpmsign.arg("--addsign").args(packages))?;
        Ok(())
    }

    /// Writes the signature of a file beside it, to a file of the same name with `.asc` at the end.
    pub fn sign_file(&self, file: &Path) -> Result<()> {
        let mut gpg = Command::new("gpg");
        gpg.args(["--batch", "--yes", "--armor", "--digest-algo", "SHA256", "--local-user", &self.name]);
        gpg.arg("--faked-system-time").arg(format!("{}!", self.time));
        command::read(gpg.arg("--detach-sign").arg(file))?;
        Ok(())
    }
}
