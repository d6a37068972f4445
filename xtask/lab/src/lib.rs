//! The plugin's whole life under a real Salt master, real dnf and a real bgpd, on one machine and without containers.
//!
//! Each host has its own root, an overlay over this machine's root, and its own processes; see `host`. Of this machine
//! only [`task::workspace::lab`] is changed.

mod authority;
mod conductor;
mod distribution;
mod expect;
mod fleet;
mod highstate;
mod host;
mod lab;
mod packages;
mod repository;
mod router;
mod routing;
mod salt;
mod scale;
mod scenario;
mod systemd;
mod wait;

use std::time::Instant;

use anyhow::{Context, Result};
use task::progress::Progress;

pub use crate::distribution::{REPOSITORY_FILE, imitate};
pub use crate::host::{Host, Network};
use crate::lab::Lab;
pub use crate::packages::{Packages, next_version};
pub use crate::scenario::{ALL, Scenario, by_name, list};

/// What is done with the lab.
pub enum Work {
    /// Play these scenarios in this order.
    Play(Vec<&'static Scenario>),
    /// Measure what thousands of nodes cost the Salt master.
    MeasureScale,
    /// Measure what asking all nodes costs.
    MeasureFleet,
}

impl Work {
    /// The number of its steps, of which the first starts the lab.
    pub fn steps(&self) -> usize {
        match self {
            Self::Play(scenarios) => 1 + scenarios.len(),
            Self::MeasureScale | Self::MeasureFleet => 2,
        }
    }
}

/// Starts the lab, does the work, and stops it again; with `keep` the hosts stay up, and it says how to enter them.
///
/// Needs root, and what `cargo xtask setup` installs. The first scenario that fails is the last one; then the ends of
/// the hosts' log files are shown.
pub fn run(packages: Packages, work: &Work, keep: bool, steps: &Progress) -> Result<()> {
    steps.begin("a conductor and its routers");
    let lab = Lab::start(packages, keep)?;
    let outcome = match work {
        Work::Play(scenarios) => scenarios.iter().try_for_each(|scenario| play(&lab, scenario, steps)),
        Work::MeasureScale => {
            steps.begin("what thousands of nodes cost the Salt master");
            scale::measure(&lab)
        }
        Work::MeasureFleet => {
            steps.begin("what asking all nodes costs");
            fleet::measure(&lab)
        }
    };
    if keep {
        lab.show_how_to_enter();
    }
    outcome
}

fn play(lab: &Lab, Scenario { name, title, play }: &Scenario, steps: &Progress) -> Result<()> {
    let title = format!("{name}: {title}");
    steps.begin(&title);
    let started = Instant::now();
    let outcome = play(lab);
    if !steps.is_quiet() || outcome.is_err() {
        report(if outcome.is_ok() { "ok" } else { "FAILED" }, &title, started);
    }
    if outcome.is_err() {
        lab.show_logs();
    }
    outcome.with_context(|| format!("scenario {name}"))
}

/// Prints a line with the outcome of a scenario and the time it took.
fn report(outcome: &str, what: &str, started: Instant) {
    println!("{outcome:6} {what:62} {:4} s", started.elapsed().as_secs());
}
