//! `cargo xtask lab`: builds the packages of two versions and plays scenarios with them; see the crate `lab`.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use clap::Args;
use fs_err as fs;
use lab::{Packages, Scenario, Work};
use task::progress::{Progress, Verbosity};
use task::{command, workspace};

use crate::dist::{self, DistOptions};
use crate::setup;

/// What the lab does.
#[derive(Args, Default)]
pub struct LabOptions {
    /// The scenarios to play [default: all, in the order of the list below]
    #[arg(value_name = "SCENARIO", value_parser = lab::by_name)]
    scenarios: Vec<&'static Scenario>,
    /// Leave the hosts up, and print how to enter each of them
    #[arg(long)]
    keep: bool,
    /// Instead of scenarios, measure what thousands of nodes cost the Salt master
    #[arg(long, conflicts_with = "scenarios")]
    scale: bool,
}

/// The end of the task's help.
pub fn scenarios() -> String {
    format!("Scenarios:\n{}", lab::list())
}

/// Installs what the lab needs, builds the packages, and does what was asked for; prints a line for each step.
pub fn run(options: &LabOptions, verbosity: Verbosity) -> Result<()> {
    setup::run(false, verbosity)?;
    let work = match options {
        LabOptions { scale: true, .. } => Work::MeasureScale,
        LabOptions { scenarios, .. } if scenarios.is_empty() => Work::Play(lab::ALL.iter().collect()),
        LabOptions { scenarios, .. } => Work::Play(scenarios.clone()),
    };
    let steps = verbosity.steps("lab", 2 + work.steps());
    let packages = build_packages(&steps)?;
    lab::run(packages, &work, options.keep, &steps)
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
    // It is installed to be another version, so it is not optimized, which builds it in a fraction of the time.
    let words = ["run", "--quiet", "--package", "xtask", "--", "--quiet", "dist", "--any-tree", "--out"];
    let mut dist = cargo(&words);
    dist.envs(setup::UNOPTIMIZED);
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
