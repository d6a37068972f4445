//! The packages with each release of rpm that there is, signed and not, and what a changed byte is to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bgpcs_testing::releases::{Rpm, rpms};

use super::fixture::{PACKAGES, Signed, file_name, packages, query};
use crate::succeed;

/// Keys and installed packages of one release, below a directory.
struct Machine<'a> {
    rpm: &'a Rpm,
    root: tempfile::TempDir,
}

impl<'a> Machine<'a> {
    fn new(rpm: &'a Rpm) -> Self {
        Self { rpm, root: tempfile::tempdir().unwrap() }
    }

    /// A program that works below the directory, where there is no shell for scriptlets; the lab runs them.
    fn command(&self, program: &str) -> Command {
        let mut command = self.rpm.command(program);
        command.arg("--root").arg(self.root.path()).args(["--dbpath", "/var/lib/rpm"]);
        command
    }

    /// What `rpm -K` says of a package, and whether it is good.
    fn check(&self, package: &Path) -> (bool, String) {
        let output = self.command("rpmkeys").args(["--checksig", "--verbose"]).arg(package).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Reads, checks, installs, verifies and erases a package.
    fn live_through(&self, package: &Path, name: &str, is_signed: bool) {
        let who = format!("rpm {}, {}, signed: {is_signed}", self.rpm.version, package.display());
        let format = "%{NAME} %{ARCHIVESIZE}";
        let read = succeed(self.command("rpm").args(["-qp", "--qf", format]).arg(package));
        assert_eq!(read, format!("{name} {}", archive_size(package)), "{who}");

        let (is_good, report) = self.check(package);
        let ok = |what: &str| report.lines().any(|line| line.contains(what) && line.ends_with(": OK"));
        assert!(is_good && ok("MD5 digest") && ok("Payload SHA256 digest"), "{who}:\n{report}");
        assert_eq!(ok("Header V4 RSA/SHA256 Signature"), is_signed, "{who}:\n{report}");

        let quiet = ["--noscripts", "--nodeps"];
        let progress = succeed(self.command("rpm").args(["-ivh"]).args(quiet).arg(package));
        // The progress has an end: a line to prepare and one for the package, of some tens of marks each.
        assert!(progress.len() < 1000, "{who}: {} bytes of progress", progress.len());
        let differences = succeed(self.command("rpm").args(["-V", "--nodeps", name]));
        assert_eq!(differences, "", "{who}");
        let files = query(package, "[%{FILEFLAGS:fflags}|%{FILENAMES}\n]");
        let files: Vec<PathBuf> = files
            .lines()
            .filter_map(|line| line.strip_prefix("|/"))
            .map(|path| self.root.path().join(path))
            .collect();
        assert!(files.iter().all(|path| path.symlink_metadata().is_ok()), "{who}: not all files are there");
        succeed(self.command("rpm").arg("-e").args(quiet).arg(name));
        assert!(files.iter().all(|path| path.symlink_metadata().is_err()), "{who}: not all files are gone");
    }
}

/// The length of the uncompressed archive.
fn archive_size(package: &Path) -> u64 {
    let archive = tempfile::NamedTempFile::new().unwrap();
    let output = fs::File::create(archive.path()).unwrap();
    assert!(Command::new("rpm2cpio").arg(package).stdout(output).status().unwrap().success());
    archive.path().metadata().unwrap().len()
}

#[test]
fn each_release_reads_checks_installs_verifies_and_erases_each_package() {
    let signed = Signed::shared();
    for rpm in rpms() {
        let machine = Machine::new(&rpm);
        let unsigned = PACKAGES.map(|(name, tag)| (name, packages().join(file_name(name, tag))));
        for (name, package) in &unsigned {
            machine.live_through(package, name, false);
        }
        succeed(machine.command("rpmkeys").arg("--import").arg(signed.public_key()));
        for (name, tag) in PACKAGES {
            machine.live_through(&signed.packages().join(file_name(name, tag)), name, true);
        }
    }
}

/// rpm 4.11 knows nothing of a payload but the MD5 over it and the header; `rpm -K` of later releases names it.
#[test]
fn each_release_refuses_a_changed_byte() {
    let signed = Signed::shared();
    let (name, tag) = (bgpcs::ROUTER_PACKAGE, "el9");
    for rpm in rpms() {
        let machine = Machine::new(&rpm);
        succeed(machine.command("rpmkeys").arg("--import").arg(signed.public_key()));
        for directory in [packages().to_owned(), signed.packages()] {
            let content = fs::read(directory.join(file_name(name, tag))).unwrap();
            let scratch = tempfile::tempdir().unwrap();
            // In the middle of the payload, and in the text of the header's summary.
            let summary = b"Prefixes by application";
            let in_header = content.windows(summary.len()).position(|window| window == summary).unwrap();
            for (place, fault) in [
                (content.len() / 2, "MD5 digest: BAD"),
                (content.len() / 2, "Payload SHA256 digest: BAD"),
                (in_header, "Header SHA256 digest: BAD"),
            ] {
                let mut changed = content.clone();
                changed[place] ^= 1;
                let package = scratch.path().join("changed.rpm");
                fs::write(&package, changed).unwrap();
                let (is_good, report) = machine.check(&package);
                assert!(!is_good && report.contains(fault), "rpm {}: {fault}\n{report}", rpm.version);
            }
        }
    }
}
