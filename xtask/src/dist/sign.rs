//! Signing with the release engineer's own key, which stays in gpg's keyring.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail, ensure};
use bgpcs::UnixTime;
use bgpcs_display::time;
use task::command;

/// The number of RSA in OpenPGP, RFC 4880 section 9.1.
const RSA: &str = "1";

/// A key in gpg's keyring.
#[derive(Debug, Clone)]
pub struct SigningKey {
    /// The fingerprint of its primary key: rpm on Oracle Linux 7 knows no signature of a subkey.
    fingerprint: String,
    /// The time of the signatures, in seconds since 1970; a fixed one keeps two builds of a commit the same.
    time: u32,
}

impl SigningKey {
    /// Finds the key by its fingerprint, key id or user id, and tries it. The signatures get the time `commit`, or that of the
    /// key if it was made later, since no signature is older than its key. It is an error if the key cannot sign now, or if
    /// rpm on Oracle Linux 7 cannot check what it signs.
    pub fn find(name: &str, commit: u32) -> Result<Self> {
        let mut gpg = gpg();
        // gpg fails if it has no such key, and says so in the operator's language; then there is no line of a key.
        let output = command::output(
            gpg.args(["--with-colons", "--with-keygrip", "--list-secret-keys", "--"]).arg(name),
        )?;
        let keys = Listed::parse(&String::from_utf8_lossy(&output.stdout));
        let key = match keys.as_slice() {
            [key] => key,
            [] => bail!("gpg has no secret key {name}; `gpg --list-secret-keys` shows its keys"),
            keys => {
                let fingerprints: Vec<&str> = keys.iter().map(|key| key.fingerprint.as_str()).collect();
                bail!(
                    "{name} fits more than one key of gpg's keyring; give the fingerprint of one: {}",
                    fingerprints.join(", ")
                )
            }
        };
        let now = UNIX_EPOCH.elapsed().context("the clock of this machine is before 1970")?;
        key.check(name, now.as_secs())?;
        let found = Self { fingerprint: key.fingerprint.clone(), time: commit.max(key.created) };
        found.sign_nothing().with_context(|| match key.is_protected() {
            true => format!(
                "key {name} needs its passphrase, which gpg cannot ask for here; unlock it first, as with \
                 `gpg --local-user {} --clearsign`, and try again while gpg-agent remembers it",
                key.fingerprint
            ),
            false => format!("gpg cannot sign with key {name}"),
        })?;
        Ok(found)
    }

    /// Signs no byte at all, which fails as every other signature would. The signature goes to a pipe: gpg removes a file
    /// that it could not write to its end, even if that is a device.
    fn sign_nothing(&self) -> Result<()> {
        command::read(self.gpg().arg("--detach-sign").stdin(Stdio::null())).map(drop)
    }

    fn gpg(&self) -> Command {
        let mut gpg = gpg();
        gpg.args(["--digest-algo", "SHA256", "--local-user", &self.exact_name()]);
        gpg.arg("--faked-system-time").arg(format!("{}!", self.time));
        gpg
    }

    /// With the mark, gpg takes this key and none of its subkeys.
    fn exact_name(&self) -> String {
        format!("{}!", self.fingerprint)
    }

    /// Signs the headers of packages in place, as `rpm --addsign` does.
    pub fn sign_packages(&self, packages: &[PathBuf]) -> Result<()> {
        // rpm expects gpg at a path that differs between distributions, and does not search for it.
        let gpg = command::read(Command::new("sh").args(["-c", "command -v gpg"]))?;
        let mut rpmsign = Command::new("rpmsign");
        rpmsign.arg("--define").arg(format!("__gpg {}", gpg.trim()));
        rpmsign.arg("--define").arg(format!("_gpg_name {}", self.exact_name()));
        rpmsign.args(["--define", "_gpg_digest_algo sha256"]);
        rpmsign
            .arg("--define")
            .arg(format!("_gpg_sign_cmd_extra_args --batch --faked-system-time {}!", self.time));
        command::read(rpmsign.arg("--addsign").args(packages))?;
        Ok(())
    }

    /// Writes the signature of a file beside it, to a file of the same name with `.asc` at the end.
    pub fn sign_file(&self, file: &Path) -> Result<()> {
        command::read(self.gpg().args(["--yes", "--armor", "--detach-sign"]).arg(file))?;
        Ok(())
    }
}

fn gpg() -> Command {
    let mut gpg = Command::new("gpg");
    gpg.arg("--batch");
    gpg
}

/// What gpg says of a primary key, in its format of colons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Listed {
    validity: String,
    algorithm: String,
    /// In seconds since 1970.
    created: u32,
    /// In seconds since 1970; none if it does not expire.
    expires: Option<UnixTime>,
    /// What the primary key itself can do, in small letters; in capitals, what it can with its subkeys.
    capabilities: String,
    fingerprint: String,
    keygrip: String,
    /// Whether only its subkeys have a secret part here.
    is_stub: bool,
}

impl Listed {
    /// The keys of a listing, see `doc/DETAILS` of GnuPG.
    fn parse(listing: &str) -> Vec<Self> {
        let mut keys: Vec<Self> = Vec::new();
        let mut is_primary = false;
        for line in listing.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            let field = |number: usize| fields.get(number - 1).copied().unwrap_or_default().to_owned();
            match (field(1).as_str(), keys.last_mut()) {
                ("sec", _) => {
                    is_primary = true;
                    keys.push(Self {
                        validity: field(2),
                        algorithm: field(4),
                        created: field(6).parse().unwrap_or_default(),
                        expires: field(7).parse().ok(),
                        capabilities: field(12),
                        is_stub: field(15) == "#",
                        ..Self::default()
                    });
                }
                ("ssb", _) => is_primary = false,
                ("fpr", Some(key)) if is_primary => key.fingerprint = field(10),
                ("grp", Some(key)) if is_primary => key.keygrip = field(10),
                (_, _) => {}
            }
        }
        keys
    }

    /// Whether it can sign at a time, in seconds since 1970, what every rpm checks.
    fn check(&self, name: &str, now: UnixTime) -> Result<()> {
        ensure!(
            self.algorithm == RSA,
            "key {name} is no RSA key; use one, since rpm on Oracle Linux 7 checks no other signature"
        );
        ensure!(self.validity != "r", "key {name} is revoked; use another one");
        ensure!(!self.capabilities.contains('D'), "key {name} is disabled in gpg's keyring; use another one");
        if let Some(expired) = self.expires.filter(|expires| *expires <= now) {
            let at = time::at(expired);
            let day = at.split_once('T').map_or(at.as_str(), |(day, _)| day);
            bail!(
                "key {name} expired on {day}; extend it with `gpg --quick-set-expire {} 1y`, or use another one",
                self.fingerprint
            );
        }
        ensure!(
            self.capabilities.contains('s'),
            "key {name} cannot sign itself; use one whose primary key can, since rpm on Oracle Linux 7 knows no subkeys"
        );
        ensure!(
            !self.is_stub,
            "the secret part of key {name} is not in this keyring, at most that of its subkeys; use the keyring that has it"
        );
        Ok(())
    }

    /// Whether the agent has it only under a passphrase.
    fn is_protected(&self) -> bool {
        let mut agent = Command::new("gpg-connect-agent");
        let said = command::read(agent.arg(format!("keyinfo {}", self.keygrip)).arg("/bye"));
        // S KEYINFO <keygrip> <type> <serial> <id> <cached> <protection> …
        let said = said.unwrap_or_default();
        let line = said.lines().find_map(|line| line.strip_prefix("S KEYINFO "));
        line.and_then(|line| line.split(' ').nth(5)) == Some("P")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "DC4E4C2DB9CD8F5C3E3B8FEA5D0F2B8E1A2B3C4D";

    fn key(start: &str, capabilities: &str, token: &str) -> String {
        format!(
            "{start}:::::{capabilities}:::{token}:::23::0:\nfpr:::::::::{FINGERPRINT}:\ngrp:::::::::A1:\n\
             uid:u::::1::B2::Test::::::::::0:\nssb:u:3072:1:99:1::::::e:::+:::23:\nfpr:::::::::99:\ngrp:::::::::B1:\n"
        )
    }

    #[test]
    fn each_key_that_cannot_sign_has_its_sentence() {
        for (start, capabilities, token, expected) in [
            ("sec:u:3072:1:5D:100:", "escESC", "+", None),
            ("sec:u:3072:1:5D:100:1001", "escESC", "+", None),
            ("sec:u:255:22:5D:100:", "scESC", "+", Some("key K is no RSA key; use one")),
            ("sec:r:3072:1:5D:100:", "scESC", "+", Some("key K is revoked")),
            ("sec:u:3072:1:5D:100:", "scESCD", "+", Some("key K is disabled")),
            (
                "sec:e:3072:1:5D:100:1000",
                "sc",
                "+",
                Some("key K expired on 1970-01-01; extend it with `gpg "),
            ),
            ("sec:u:3072:1:5D:100:", "cESC", "+", Some("key K cannot sign itself")),
            ("sec:u:3072:1:5D:100:", "scESC", "#", Some("the secret part of key K is not in this keyring")),
        ] {
            let keys = Listed::parse(&key(start, capabilities, token));
            let [key] = keys.as_slice() else { panic!("one key in {start}, found {keys:?}") };
            assert_eq!(
                (key.fingerprint.as_str(), key.keygrip.as_str(), key.created),
                (FINGERPRINT, "A1", 100)
            );
            let fault = key.check("K", 1000).err().map(|error| error.to_string());
            match expected {
                None => assert_eq!(fault, None),
                Some(expected) => {
                    assert!(fault.clone().unwrap_or_default().starts_with(expected), "{fault:?}")
                }
            }
        }
        assert_eq!(Listed::parse("tru::1:1:0:3:1:5\n"), []);
    }
}
