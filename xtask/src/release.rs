//! Whether the version is the same everywhere, and `cargo xtask release-notes`.

pub mod changelog;
pub mod source;

use std::fmt::Write;
use std::process::Command;

use anyhow::{Result, bail, ensure};
use bgpcs::VERSION;
use changelog::Release;
use task::{command, workspace};

/// Compares the version of the workspace with the newest release of `CHANGELOG.md` and with the tag of the commit, if it
/// has one. Specs and programs have no version of their own that could differ.
pub fn check() -> Result<()> {
    let releases = changelog::read()?;
    let newest = releases.first().map_or("none", |release| &release.version);
    ensure!(
        newest == VERSION,
        "Cargo.toml has version {VERSION}, the newest release in CHANGELOG.md is {newest}; make them the same"
    );
    // Without git, as in an unpacked archive of the source, there is no tag to compare.
    let mut git = Command::new("git");
    let tags = command::read(git.current_dir(workspace::root()).args([
        "tag",
        "--points-at",
        "HEAD",
        "--list",
        "v*",
    ]));
    match tags.unwrap_or_default().lines().find(|tag| tag.strip_prefix('v') != Some(VERSION)) {
        Some(tag) => {
            bail!("Cargo.toml has version {VERSION}, the commit has the tag {tag}, expected v{VERSION}")
        }
        None => Ok(()),
    }
}

/// The release notes of this version in the vendor's form, with the two packages that belong together.
pub fn notes() -> Result<String> {
    check()?;
    let releases = changelog::read()?;
    Ok(releases.first().map(write).unwrap_or_default())
}

fn write(release: &Release) -> String {
    let mut text = format!("Release {}\n\nRelease Date: {}\n\n", release.version, release.date);
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
