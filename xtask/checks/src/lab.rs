//! `cargo xtask lab`: builds the packages of two versions and plays scenarios with them; see the crate `lab`.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Error, Result};
use fs_err as fs;
use lab::{Packages, Scenario, Work};
use task::progress::{Progress, Verbosity};
use task::{command, workspace};
use xtask::cli::LabOptions;
use xtask::dist::{self, DistOptions};

use crate::setup;

/// Installs what the lab needs, builds the packages, and does what was asked for; prints a line for each step.
pub fn run(options: &LabOptions, verbosity: Verbosity) -> Result<()> {
    if options.list {
        print!("{}", lab::list());
        return Ok(());
    }
    let work = if options.scale { Work::MeasureScale } else { Work::Play(wanted(&options.scenarios)?) };
    setup::run(false, verbosity)?;
    let steps = verbosity.steps("lab", 2 + work.steps());
    let packages = build_packages(&steps)?;
    lab::run(packages, &work, options.keep, &steps)
}

/// The scenarios of these names; without any, all of them.
fn wanted(names: &[String]) -> Result<Vec<&'static Scenario>> {
    if names.is_empty() {
        return Ok(lab::ALL.iter().collect());
    }
    names.iter().map(|name| lab::by_name(name).map_err(Error::msg)).collect()
}

/// Builds the packages, and measures what asking all nodes of a lab costs.
pub fn measure_fleet(verbosity: Verbosity) -> Result<()> {
    let work = Work::MeasureFleet;
    let steps = verbosity.steps("lab", 2 + work.steps());
    let packages = build_packages(&steps)?;
    lab::run(packages, &work, false, &steps)
}

/// How git lists the files of the source tree, with new ones.
const LIST_SOURCE: [&str; 4] = ["ls-files", "--cached", "--others", "--exclude-standard"];

/// The files that have the version, and the text before it.
const VERSIONED: [(&str, &str); 2] = [("Cargo.toml", "version = \""), ("CHANGELOG.md", "## Release ")];

fn build_packages(steps: &Progress) -> Result<Packages> {
    let folder = workspace::lab().join("packages");
    let current = folder.join(bgpcs::VERSION);
    steps.begin("packages of this version");
    let options = DistOptions { out: Some(current.clone()), any_tree: true, ..DistOptions::default() };
    dist::run(&options, Verbosity::Quiet)?;
    steps.begin("packages of the next version");
    let next = folder.join(lab::next_version());
    build_next(&next)?;
    Ok(Packages { current, next, before: setup::packages_before() })
}

/// Builds the packages of the next version, from a copy of the source in which only the version differs.
fn build_next(out: &Path) -> Result<()> {
    let copy = workspace::lab().join("next");
    copy_source(&copy)?;
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&copy).env("CARGO_TARGET_DIR", workspace::target());
        // Build scripts of crates look at it, so that another value would let them be built again, and again afterwards.
        cargo.env_remove("SOURCE_DATE_EPOCH");
        // The tags of this repository must not be taken for tags of the copy.
        cargo.env("GIT_CEILING_DIRECTORIES", workspace::lab());
        cargo.args(arguments);
        cargo
    };
    command::run(&mut cargo(&["update", "--quiet", "--offline", "--workspace"]))?;
    let words = ["run", "--quiet", "--package", "xtask", "--", "--quiet", "dist", "--any-tree", "--out"];
    let mut dist = cargo(&words);
    command::run(dist.arg(out).stdout(Stdio::null()))
}

/// Copies every file that git tracks or would track. A file without changes keeps its time, so that cargo builds only
/// what changed.
fn copy_source(copy: &Path) -> Result<()> {
    let files = command::read(Command::new("git").current_dir(workspace::root()).args(LIST_SOURCE))?;
    // git still lists a file that is deleted in the work tree.
    for file in files.lines().filter(|file| workspace::root().join(file).exists()) {
        let mut content = fs::read(workspace::root().join(file))?;
        if let Some((_, start)) = VERSIONED.iter().find(|(versioned, _)| *versioned == file) {
            let line = |version: &str| format!("{start}{version}");
            let text = String::from_utf8_lossy(&content);
            content = text.replacen(&line(bgpcs::VERSION), &line(&lab::next_version()), 1).into_bytes();
        }
        let target = copy.join(file);
        if fs::read(&target).is_ok_and(|existing| existing == content) {
            continue;
        }
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&target, content)?;
    }
    Ok(())
}
