//! `cargo xtask matrix`: the conformance scenarios on other releases of the routing engines than those that gate.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use bgpcs_testing::releases::{self, Suite};
use clap::Args;
use task::progress::Verbosity;
use task::{command, workspace};

use crate::cargo;

/// Which releases.
#[derive(Debug, Args)]
pub struct MatrixOptions {
    /// The suites of Debian whose routing engines are tried: bullseye, bookworm, trixie, or sid, which moves and is only
    /// reported
    #[arg(long, value_name = "SUITE", value_parser = suite, default_value = "sid", conflicts_with = "bgpd")]
    suite: Vec<Suite>,
    /// Try this bgpd instead
    #[arg(long, value_name = "PATH")]
    bgpd: Option<PathBuf>,
}

fn suite(name: &str) -> Result<Suite, String> {
    Suite::named(name).ok_or_else(|| "expected bullseye, bookworm, trixie or sid".to_owned())
}

/// Plays every scenario, and fails if one fails, except on releases that move: those are reported.
pub fn run(options: &MatrixOptions, verbosity: Verbosity) -> Result<()> {
    let mut tests = cargo::command();
    tests.args(["test", "--quiet", "--package", "bgp-community-services", "--", "real::matrix"]);
    let mut gates = true;
    if let Some(bgpd) = &options.bgpd {
        tests.env("BGPD", bgpd);
    } else {
        bring(&options.suite, false, verbosity)?;
        let names: Vec<&str> = options.suite.iter().map(|suite| suite.name()).collect();
        tests.env("SUITES", names.join(" "));
        gates = !options.suite.contains(&Suite::Sid);
    }
    match command::run(&mut tests) {
        Err(error) if !gates => {
            println!("reported only, since sid moves: {error:#}");
            Ok(())
        }
        outcome => outcome,
    }
}

/// Brings the routing engines of these suites below the target directory and, unless quiet, prints which releases there are.
pub fn bring(suites: &[Suite], offline: bool, verbosity: Verbosity) -> Result<()> {
    let prepared = releases::prepare(&workspace::target(), suites, offline)?;
    if verbosity == Verbosity::Steps {
        prepared.releases.iter().for_each(|release| println!("{release}"));
    }
    let missing: Vec<String> = prepared.missing.iter().map(ToString::to_string).collect();
    if offline {
        missing.iter().for_each(|missing| println!("skipped: {missing}"));
        return Ok(());
    }
    ensure!(
        missing.is_empty(),
        "some releases cannot be had (--offline skips them):\n{}",
        missing.join("\n")
    );
    Ok(())
}
