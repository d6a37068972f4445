//! The work of a release engineer: sign, create repositories, verify, and install from them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::succeed;

/// A directory of signed packages, with their key in a keyring of its own.
struct Signed {
    directory: tempfile::TempDir,
}

impl Signed {
    fn build() -> Self {
        let signed = Self { directory: tempfile::tempdir().unwrap() };
        fs::create_dir(signed.keyring()).unwrap();
        let key =
            "%no-protection\nKey-Type: RSA\nKey-Length: 2048\nName-Real: Test\nExpire-Date: 0\n%commit\n";
        let parameters = signed.directory.path().join("key");
        fs::write(&parameters, key).unwrap();
        // The packages have the time of the commit, and a signature must not be older than its key.
        let generate = ["--batch", "--faked-system-time", "1000000000", "--generate-key"];
        succeed(signed.command("gpg").args(generate).arg(&parameters));
        let public = succeed(signed.command("gpg").args(["--armor", "--export", "Test"]));
        fs::write(signed.public_key(), public).unwrap();
        succeed(signed.xtask().args(["dist", "--sign", "Test", "--repo", "--out"]).arg(signed.packages()));
        signed
    }

    fn keyring(&self) -> PathBuf {
        self.directory.path().join("gnupg")
    }

    fn public_key(&self) -> PathBuf {
        self.directory.path().join("public.asc")
    }

    fn packages(&self) -> PathBuf {
        self.directory.path().join("packages")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("GNUPGHOME", self.keyring()).env("LC_ALL", "C");
        command
    }

    fn xtask(&self) -> Command {
        self.command(env!("CARGO_BIN_EXE_xtask"))
    }

    fn verify(&self, directory: &Path) -> Output {
        self.xtask().arg("verify").arg(directory).arg("--key").arg(self.public_key()).output().unwrap()
    }
}

impl Drop for Signed {
    fn drop(&mut self) {
        // gpg leaves an agent behind that runs as long as its keyring exists; it may have ended already.
        let _ = self.command("gpgconf").args(["--kill", "gpg-agent"]).output();
    }
}

fn the_package(directory: &Path, start: &str, tag: &str) -> PathBuf {
    directory.join(format!("{start}-{}-{}.{tag}.x86_64.rpm", bgpcs::VERSION, bgpcs::RELEASE))
}

#[test]
fn signed_packages_verify_and_any_fault_is_named() {
    let signed = Signed::build();
    let good = signed.verify(&signed.packages());
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stdout));

    let router = |directory: &Path| the_package(directory, bgpcs::ROUTER_PACKAGE, "el7");
    let conductor = |directory: &Path| the_package(directory, bgpcs::CONDUCTOR_PACKAGE, "el9");
    type Spoil<'a> = &'a dyn Fn(&Path);
    let faults: [(&str, Spoil); 6] = [
        ("which is not the one in SHA256SUMS", &|directory| {
            let mut content = fs::read(router(directory)).unwrap();
            *content.last_mut().unwrap() ^= 1;
            fs::write(router(directory), content).unwrap();
        }),
        ("is not signed", &|directory| {
            succeed(signed.command("rpmsign").arg("--delsign").arg(router(directory)));
            resum(&signed, directory);
        }),
        ("is not signed by the key", &|directory| {
            let sums = fs::read_to_string(directory.join("SHA256SUMS")).unwrap();
            fs::write(directory.join("SHA256SUMS"), sums.repeat(2)).unwrap();
        }),
        ("says that it is", &|directory| {
            fs::copy(conductor(directory), router(directory)).unwrap();
            resum(&signed, directory);
        }),
        ("No such file", &|directory| fs::remove_file(conductor(directory)).unwrap()),
        ("does not belong here", &|directory| {
            fs::copy(conductor(directory), directory.join("other.rpm")).unwrap();
        }),
    ];
    for (expected, spoil) in faults {
        let copy = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(signed.packages()).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_file() {
                fs::copy(&entry, copy.path().join(entry.file_name().unwrap())).unwrap();
            }
        }
        spoil(copy.path());
        let verdict = signed.verify(copy.path());
        let report = String::from_utf8_lossy(&verdict.stdout);
        let named = report.lines().any(|line| line.starts_with("FAILED") && line.contains(expected));
        assert!(!verdict.status.success() && named, "expected {expected:?} in:\n{report}");
    }

    // dnf takes the packages from the repository, by name, and checks the signature itself.
    let root = tempfile::tempdir().unwrap();
    let repository = format!("lab,file://{}", signed.packages().join("repository/el9").display());
    let mut dnf = signed.command("dnf");
    dnf.arg("--installroot").arg(root.path()).args([
        "--assumeyes",
        "--quiet",
        "--releasever=9",
        "--disablerepo=*",
    ]);
    dnf.arg("--repofrompath").arg(repository).args(["--enablerepo=lab", "--setopt=lab.gpgcheck=1"]);
    dnf.arg(format!("--setopt=lab.gpgkey=file://{}", signed.public_key().display()));
    succeed(dnf.args(["--setopt=tsflags=noscripts", "install", bgpcs::ROUTER_PACKAGE]));
    assert!(root.path().join(bgpcs::paths::MODULE.trim_start_matches('/')).is_file());
}

/// Writes checksums and their signature again, so that only the changed package is wrong.
fn resum(signed: &Signed, directory: &Path) {
    let names = fs::read_to_string(directory.join("SHA256SUMS")).unwrap();
    let names = names.lines().map(|line| line.split_once("  ").unwrap().1);
    let sums = succeed(Command::new("sha256sum").current_dir(directory).args(names));
    fs::write(directory.join("SHA256SUMS"), sums).unwrap();
    let mut gpg = signed.command("gpg");
    succeed(gpg.args(["--batch", "--yes", "--armor", "--detach-sign"]).arg(directory.join("SHA256SUMS")));
}

#[test]
fn two_builds_in_different_places_give_the_same_bytes() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    for name in succeed(Command::new("git").current_dir(here).args(list)).lines() {
        let copy = elsewhere.path().join(name);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        if here.join(name).is_file() {
            fs::copy(here.join(name), copy).unwrap();
        }
    }
    let build = |root: &Path, target: &Path| {
        let out = tempfile::tempdir().unwrap();
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        xtask.env("CARGO_MANIFEST_DIR", root.join("xtask")).env("CARGO_TARGET_DIR", target);
        succeed(xtask.env("SOURCE_DATE_EPOCH", "1700000000").arg("dist").arg("--out").arg(out.path()));
        fs::read_to_string(out.path().join("SHA256SUMS")).unwrap()
    };
    let usual_target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    assert_eq!(build(here, usual_target), build(elsewhere.path(), &elsewhere.path().join("elsewhere")));
}
