//! The plugin's life in scenarios. Each begins with the sample authority in force, whatever the ones before it did.

mod change;
mod distributions;
mod fault;
mod life;
mod lifecycle;
mod names;
mod package_fault;
mod routing_fault;
mod service;
mod unassign;
mod upgrade;

use super::Lab;
use super::error::LabError;

/// A scenario, known by its place in [`ALL`], counted from 1.
pub struct Scenario {
    /// What it shows.
    pub title: &'static str,
    /// Plays it; the first assertion that does not hold ends it.
    pub run: fn(&Lab) -> Result<(), LabError>,
}

/// Every scenario, in the order in which they are played.
pub const ALL: [Scenario; 10] = [
    Scenario { title: "install, commit, highstate, module run", run: life::run },
    Scenario { title: "profiles and routes change", run: change::run },
    Scenario { title: "a profile is taken away and given back", run: unassign::run },
    Scenario { title: "upgrade, downgrade and removal on the conductor", run: upgrade::run },
    Scenario { title: "el7 and el9 under one conductor", run: distributions::run },
    Scenario { title: "faults between conductor and node", run: fault::run },
    Scenario { title: "hostile names arrive as they are", run: names::run },
    Scenario { title: "faults of the routing engine", run: routing_fault::run },
    Scenario { title: "packages come, change and go", run: lifecycle::run },
    Scenario { title: "the service mode follows routes and configuration", run: service::run },
];
