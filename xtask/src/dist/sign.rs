//! Signing with the release engineer's own key, which stays where gpg keeps it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{self, CommandError};

/// The number by which OpenPGP knows RSA, RFC 4880 section 9.1.
const RSA: &str = "1";

/// A key in gpg's keyring, by whatever names it there: fingerprint, key id, user id.
#[derive(Debug, Clone)]
pub struct SigningKey {
    name: String,
    /// Signatures tell their time; this one, in seconds since 1970, keeps two builds of one commit the same.
    time: u32,
}

impl SigningKey {
    /// Finds the key; EL7's rpm checks RSA signatures only, so another kind of key is refused.
    pub fn find(name: &str, time: u32) -> Result<Self, SignError> {
        let mut gpg = Command::new("gpg");
        let listing =
            match command::read(gpg.args(["--batch", "--with-colons", "--list-secret-keys"]).arg(name)) {
                // gpg fails when no key fits, and tells that in its own words and language.
                Err(CommandError::Failed { .. }) => String::new(),
                listing => listing?,
            };
        let key = listing.lines().find(|line| line.starts_with("sec:"));
        match key.and_then(|line| line.split(':').nth(3)) {
            Some(RSA) => Ok(Self { name: name.to_owned(), time }),
            Some(_) => Err(SignError::NotRsa { name: name.to_owned() }),
            None => Err(SignError::NoKey { name: name.to_owned() }),
        }
    }

    /// Signs the headers of packages in place, as `rpm --addsign` does.
    pub fn sign_packages(&self, packages: &[PathBuf]) -> Result<(), SignError> {
        // Where rpm expects gpg differs between distributions, and rpm does not look further.
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

    /// Leaves a signature of a file beside it, in a file of the same name with `.asc` at its end.
    pub fn sign_file(&self, file: &Path) -> Result<(), SignError> {
        let mut gpg = Command::new("gpg");
        gpg.args(["--batch", "--yes", "--armor", "--digest-algo", "SHA256", "--local-user", &self.name]);
        gpg.arg("--faked-system-time").arg(format!("{}!", self.time));
        command::read(gpg.arg("--detach-sign").arg(file))?;
        Ok(())
    }
}

/// Something that could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// gpg or rpmsign failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// gpg does not have the key.
    #[error("gpg has no secret key {name}; `gpg --list-secret-keys` shows those it has")]
    NoKey {
        /// As it was asked for.
        name: String,
    },
    /// The key is of another kind.
    #[error(
        "key {name} is not an RSA key, expected one because rpm on Oracle Linux 7 checks no other signature"
    )]
    NotRsa {
        /// As it was asked for.
        name: String,
    },
}
