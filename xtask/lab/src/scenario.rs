//! The scenarios. Each starts with the sample authority in force, whatever the ones before it did.
//!
//! A scenario is a file below `scenario/`, called like the scenario, and a line in [`ALL`]; nothing else names it.

mod change;
mod distributions;
mod fault;
mod fleet;
mod hostile_names;
mod install;
mod lifecycle;
mod package_fault;
mod release_before;
mod routing_fault;
mod salt_releases;
mod sandbox;
mod service;
mod silent_pillar;
mod unassign;
mod upgrade;

use std::fmt::Write;

use anyhow::Result;

use crate::lab::Lab;

/// A scenario of the lab.
pub struct Scenario {
    /// How it is called on the command line.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// Plays it; the first assertion that does not hold ends it.
    pub(crate) play: fn(&Lab) -> Result<()>,
}

/// All of them, in the order in which they are played when none is named.
pub static ALL: &[Scenario] = &[
    Scenario { name: "install", title: "install, commit, highstate, module run", play: install::play },
    Scenario { name: "change", title: "profiles and routes change", play: change::play },
    Scenario { name: "unassign", title: "a router loses its profile and gets it back", play: unassign::play },
    Scenario { name: "upgrade", title: "upgrade, downgrade, removal on the conductor", play: upgrade::play },
    Scenario {
        name: "release-before",
        title: "upgrade from 4.1.0, with top files edited by hand",
        play: release_before::play,
    },
    Scenario { name: "distributions", title: "el7 and el9 under one conductor", play: distributions::play },
    Scenario { name: "fault", title: "faults between conductor and node", play: fault::play },
    Scenario {
        name: "silent-pillar",
        title: "a pillar that says nothing takes nothing away",
        play: silent_pillar::play,
    },
    Scenario { name: "hostile-names", title: "hostile names arrive unchanged", play: hostile_names::play },
    Scenario { name: "routing-fault", title: "faults of the routing engine", play: routing_fault::play },
    Scenario {
        name: "lifecycle",
        title: "rpm and dnf, each transaction and when killed",
        play: lifecycle::play,
    },
    Scenario {
        name: "sandbox",
        title: "the units let their services do enough, and little",
        play: sandbox::play,
    },
    Scenario { name: "service", title: "the service follows routes and configuration", play: service::play },
    Scenario { name: "fleet", title: "the conductor asks nodes in every state", play: fleet::play },
    Scenario {
        name: "salt-releases",
        title: "minions of Salt 2019.2 to 3008, some over TCP",
        play: salt_releases::play,
    },
];

/// Finds a scenario by its name; the error lists all names.
pub fn by_name(name: &str) -> Result<&'static Scenario, String> {
    ALL.iter().find(|scenario| scenario.name == name).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|scenario| scenario.name).collect();
        format!("there is no scenario {name}; they are: {}", names.join(", "))
    })
}

/// A line per scenario with its name and title.
pub fn list() -> String {
    ALL.iter().fold(String::new(), |mut text, Scenario { name, title, .. }| {
        let _ = writeln!(text, "  {name:15} {title}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn each_is_found_by_its_name_which_is_also_its_file() {
        for scenario in ALL {
            let found = by_name(scenario.name).expect("the name should be known");
            assert_eq!(found.title, scenario.title, "two scenarios are called {}", scenario.name);
            let file = format!("src/scenario/{}.rs", scenario.name.replace('-', "_"));
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file).is_file(), "{file} is missing");
        }
    }

    #[test]
    fn an_unknown_name_gets_the_list() {
        let error = by_name("4").err().unwrap_or_default();
        assert!(error.starts_with("there is no scenario 4; they are: install, change, "), "{error}");
        assert!(list().contains("\n  routing-fault   faults of the routing engine\n"), "{}", list());
    }
}
