//! Packages of another suite, from the archive that this machine has configured, without a trace in its own state.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ReleaseError;
use super::machine::{self, run};
use super::suite::Suite;

/// With what the archive's signatures are checked, whatever the machine's own sources say.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Fetches these packages of a suite and all that they need, into a scratch directory; returns their files.
pub(super) fn fetch(suite: Suite, scratch: &Path, packages: &[&str]) -> Result<Vec<PathBuf>, ReleaseError> {
    let install = ["install", "--no-install-recommends", "--download-only"];
    fetch_by(suite, scratch, &[&install, packages].concat())
}

/// As [`fetch`], without what they need.
pub(super) fn fetch_alone(
    suite: Suite,
    scratch: &Path,
    packages: &[&str],
) -> Result<Vec<PathBuf>, ReleaseError> {
    fetch_by(suite, scratch, &[&["download"], packages].concat())
}

fn fetch_by(suite: Suite, scratch: &Path, words: &[&str]) -> Result<Vec<PathBuf>, ReleaseError> {
    let mut result = Err(ReleaseError::NoArchive { suite });
    for archive in archives(suite)? {
        result = fetch_from(suite, &archive, scratch, words);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// The archives from which this machine has its own release of Debian; another party's is none for lack of signatures.
fn archives(suite: Suite) -> Result<Vec<String>, ReleaseError> {
    let format = "$(RELEASE) $(COMPONENT) $(IDENTIFIER) $(REPO_URI)";
    let targets = run(suite, Command::new("apt-get").args(["indextargets", "--format", format]))?;
    let mut archives = Vec::new();
    for target in targets.lines() {
        // The updates and the security fixes of a release are no archives of other suites.
        if let [release, "main", "Packages", archive] = target.split_whitespace().collect::<Vec<_>>()[..]
            && !release.contains(['-', '/'])
            && !archives.iter().any(|known| known == archive)
        {
            archives.push(archive.to_owned());
        }
    }
    Ok(archives)
}

fn fetch_from(
    suite: Suite,
    archive: &str,
    scratch: &Path,
    words: &[&str],
) -> Result<Vec<PathBuf>, ReleaseError> {
    let source = format!(
        "Types: deb\nURIs: {archive}\nSuites: {}\nComponents: main\nTargets: Packages\nSigned-By: {KEYRING}\n",
        suite.name()
    );
    machine::write(&scratch.join("sources"), "archive.sources", &source)?;
    machine::write(scratch, "status", "")?;
    machine::write(scratch, "apt.conf", &configuration(suite, scratch)?)?;
    for directory in ["lists/partial", "cache/archives/partial"] {
        let path = scratch.join(directory);
        fs::create_dir_all(&path).map_err(|cause| ReleaseError::File { path, cause })?;
    }
    let archives = scratch.join("cache/archives");
    let apt = |words: &[&str]| {
        let mut apt = Command::new("apt-get");
        // What is only downloaded is left where it runs.
        apt.current_dir(&archives).env("APT_CONFIG", scratch.join("apt.conf"));
        apt.args(["--quiet=2", "--yes"]).args(words);
        apt
    };
    run(suite, &mut apt(&["update"]))?;
    run(suite, &mut apt(words))?;
    machine::entries(&archives, |name| name.ends_with(".deb"))
}

/// Directories of our own, and of the machine's configuration only what says how to reach an archive.
fn configuration(suite: Suite, scratch: &Path) -> Result<String, ReleaseError> {
    let own = run(suite, Command::new("apt-config").arg("dump"))?;
    let reach = own.lines().filter(|line| line.starts_with("Acquire::"));
    let mut configuration: String = reach.flat_map(|line| [line, "\n"]).collect();
    for (option, value) in [
        ("Dir::Etc::Parts", "/dev/null"),
        ("Dir::Etc::Main", "/dev/null"),
        ("Dir::Etc::SourceList", "/dev/null"),
        ("Dir::Etc::Preferences", "/dev/null"),
        ("Dir::Etc::PreferencesParts", "/dev/null"),
        // A download that fails is no warning.
        ("APT::Update::Error-Mode", "any"),
        // The user that apt changes to has no way into these directories.
        ("APT::Sandbox::User", ""),
    ] {
        configuration += &format!("{option} \"{value}\";\n");
    }
    for (option, place) in [
        ("Dir::Etc::SourceParts", "sources"),
        ("Dir::State", ""),
        ("Dir::State::Lists", "lists"),
        ("Dir::State::Status", "status"),
        ("Dir::Cache", "cache"),
    ] {
        configuration += &format!("{option} \"{}\";\n", scratch.join(place).display());
    }
    Ok(configuration)
}
