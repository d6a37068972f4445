//! The packages of the release before, built from its commit, for the tests of upgrades and downgrades.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use fs_err as fs;
use task::{command, workspace};
use xtask::dist::checksum::SUMS;

/// The release before, and its commit.
const VERSION: &str = "4.1.0";
const COMMIT: &str = "19f03c6f592ff1054eac1acacbeb6c90bfe05011";

/// What lets the programs of packages be built fast, for tests of what they do.
const UNOPTIMIZED: [(&str, &str); 3] = [
    ("CARGO_PROFILE_DIST_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_DIST_LTO", "off"),
    ("CARGO_PROFILE_DIST_CODEGEN_UNITS", "16"),
];

/// The profile in `Cargo.toml`, as far as the one of that release differs, so that its tasks take the libraries of these
/// where nothing else differs.
const SAME_PROFILE: [&str; 4] = [
    "profile.dev.debug='line-tables-only'",
    "profile.dev.package.'*'.debug=false",
    "profile.dev.package.miniz_oxide.opt-level=0",
    "profile.dev.package.zlib-rs.opt-level=1",
];

/// Where the packages are.
pub fn directory() -> PathBuf {
    workspace::lab().join("releases").join(VERSION)
}

/// Builds the packages below the lab's folder if they are not there. A clone without the commit cannot, and says so.
///
/// What the programs do is tested, not how fast they are: without optimization they are built in a fraction of the time.
pub fn build() -> Result<()> {
    let directory = directory();
    // The sums are written when all packages are.
    if directory.join(SUMS).exists() {
        return Ok(());
    }
    if let Some(reason) = absence(workspace::root(), COMMIT) {
        println!("the packages of release {VERSION} are not built, and their tests do not run: {reason}");
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let archive = scratch.path().join("source.tar");
    command::read(git(workspace::root()).args(["archive", "--output"]).arg(&archive).arg(COMMIT))?;
    command::read(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(scratch.path()))?;
    fs::create_dir_all(&directory)?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(scratch.path()).env("CARGO_TARGET_DIR", std::path::absolute(workspace::target())?);
    cargo.env("GIT_CEILING_DIRECTORIES", scratch.path());
    cargo.envs(UNOPTIMIZED);
    cargo.args(["run", "--quiet", "--package", "xtask"]);
    cargo.args(SAME_PROFILE.iter().flat_map(|setting| ["--config", setting]));
    cargo.args(["--", "dist", "--out"]);
    command::read(cargo.arg(std::path::absolute(&directory)?)).map(drop)
}

/// Why a commit is not in the clone whose tree is at `root`, and what brings it; none if it is there.
fn absence(root: &Path, commit: &str) -> Option<String> {
    if command::read(git(root).args(["cat-file", "-e", &format!("{commit}^{{commit}}")])).is_ok() {
        return None;
    }
    let cure = match command::read(git(root).args(["rev-parse", "--is-shallow-repository"])) {
        Ok(answer) if answer.trim() == "true" => {
            "is not in this clone, which has only the newest commits; `git fetch --unshallow` brings it"
        }
        Ok(_) => {
            "is not in the history of this clone; fetch it from the project's repository, with all its branches and tags"
        }
        Err(_) => "is not at hand, since this tree is no git clone; clone the project's repository",
    };
    Some(format!("commit {commit} {cure}"))
}

fn git(root: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(root);
    git
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_without_the_commit_says_what_brings_it() -> Result<()> {
        let scratch = tempfile::tempdir()?;
        let [whole, shallow, none] = ["whole", "shallow", "none"].map(|name| scratch.path().join(name));
        fs::create_dir(&whole)?;
        fs::create_dir(&none)?;
        let run = |root: &Path, arguments: &[&str]| {
            let name = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
            command::read(git(root).args(name).args(arguments))
        };
        run(&whole, &["init", "--quiet"])?;
        for message in ["the release before", "this release"] {
            run(&whole, &["commit", "--quiet", "--allow-empty", "--message", message])?;
        }
        let before = run(&whole, &["rev-parse", "HEAD~1"])?;
        let url = format!("file://{}", whole.display());
        run(scratch.path(), &["clone", "--quiet", "--depth", "1", &url, "shallow"])?;

        assert_eq!(absence(&whole, before.trim()), None);
        let nowhere = "0".repeat(40);
        for (root, commit, expected) in [
            (&shallow, before.trim(), "`git fetch --unshallow` brings it"),
            (&whole, &nowhere, "fetch it from the project's repository"),
            (&none, &nowhere, "this tree is no git clone"),
        ] {
            let told = absence(root, commit).unwrap_or_default();
            assert!(told.contains(commit) && told.contains(expected), "{told}");
        }
        run(&shallow, &["fetch", "--quiet", "--unshallow"])?;
        assert_eq!(absence(&shallow, before.trim()), None);
        Ok(())
    }
}
