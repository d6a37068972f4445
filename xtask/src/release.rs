//! Whether the version stands the same everywhere, and `cargo xtask release-notes`.

use std::fmt::Write;
use std::process::Command;

use crate::changelog::{self, ChangelogError, Release};
use crate::command;
use crate::workspace;

/// Compares the workspace's version with the newest release of `CHANGELOG.md` and with the tag of the commit, if it has
/// one. Specs and programs cannot disagree: they have no version of their own.
pub fn check() -> Result<(), ReleaseError> {
    let releases = changelog::read()?;
    let newest = releases.first().map_or("none", |release| &release.version);
    if newest != bgpcs::VERSION {
        return Err(ReleaseError::Changelog { found: newest.to_owned() });
    }
    // Where there is no git, as in an unpacked source archive, there is no tag to disagree.
    let mut git = Command::new("git");
    let tags = command::read(git.current_dir(workspace::root()).args([
        "tag",
        "--points-at",
        "HEAD",
        "--list",
        "v*",
    ]));
    match tags.unwrap_or_default().lines().find(|tag| tag.strip_prefix('v') != Some(bgpcs::VERSION)) {
        Some(tag) => Err(ReleaseError::Tag { found: tag.to_owned() }),
        None => Ok(()),
    }
}

/// The notes of the workspace's release as the vendor prints them, with the pair of packages that belong together.
pub fn notes() -> Result<String, ReleaseError> {
    check()?;
    let releases = changelog::read()?;
    Ok(releases.first().map(write).unwrap_or_default())
}

fn write(release: &Release) -> String {
    let mut text =
        format!("Release {}\n\nRelease Date: {}\n\n", release.version, release.date.strftime("%b %d, %Y"));
    let suffix = format!("{}-{}", release.version, bgpcs::RELEASE);
    let _ = writeln!(text, "Conductor Version: {}-{suffix}", bgpcs::CONDUCTOR_PACKAGE);
    let _ = writeln!(text, "Router Version: {}-{suffix}", bgpcs::ROUTER_PACKAGE);
    for section in &release.sections {
        let _ = writeln!(text, "\n{}\n", section.title);
        for change in &section.changes {
            let _ = writeln!(text, "- {change}");
        }
    }
    text
}

/// Places that disagree on the version.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The release notes could not be read.
    #[error(transparent)]
    Notes(#[from] ChangelogError),
    /// The newest release of the notes is another one.
    #[error(
        "Cargo.toml has version {}, the newest release in CHANGELOG.md is {found}; make them the same",
        bgpcs::VERSION
    )]
    Changelog {
        /// The version there.
        found: String,
    },
    /// The commit carries the tag of another version.
    #[error(
        "Cargo.toml has version {}, the commit has the tag {found}, expected v{}",
        bgpcs::VERSION,
        bgpcs::VERSION
    )]
    Tag {
        /// The tag.
        found: String,
    },
}
