//! `cargo xtask matrix`: the conformance scenarios on other releases of the routing engines than those that gate.

use anyhow::{Context, Result, ensure};
use bgpcs_testing::releases::{self, Suite};
use task::progress::Verbosity;
use task::{command, workspace};
use xtask::cargo;
use xtask::cli::MatrixOptions;

/// Plays every scenario, and fails if one fails, except on releases that move: those are reported.
pub fn run(options: &MatrixOptions, verbosity: Verbosity) -> Result<()> {
    let mut tests = cargo::command();
    tests.args(["test", "--quiet", "--package", "bgp-community-services", "--", "real::matrix"]);
    let mut gates = true;
    if let Some(bgpd) = &options.bgpd {
        tests.env("BGPD", bgpd);
    } else {
        let suites = options.suite.iter().map(|name| suite(name)).collect::<Result<Vec<Suite>>>()?;
        bring(&suites, false, verbosity)?;
        tests.env("SUITES", options.suite.join(" "));
        gates = !suites.contains(&Suite::Sid);
    }
    match command::run(&mut tests) {
        Err(error) if !gates => {
            println!("reported only, since sid moves: {error:#}");
            Ok(())
        }
        outcome => outcome,
    }
}

fn suite(name: &str) -> Result<Suite> {
    Suite::named(name)
        .with_context(|| format!("there is no suite {name} here; expected bullseye, bookworm, trixie or sid"))
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
