//! `cargo xtask lab`: the plugin's whole life under a real Salt master, real dnf and a real bgpd.
//!
//! On one machine, without containers: each host has its own root, an overlay over this machine's, and its own
//! processes; see `host`. Nothing of this machine is changed but what lies in [`directory`].

mod authority;
mod conductor;
mod distribution;
mod error;
mod highstate;
mod host;
mod packages;
mod repository;
mod router;
mod routing;
mod salt;
mod scale;
mod scenario;
mod systemd;
mod wait;

use std::path::PathBuf;
use std::time::Instant;

use bgpcs::paths;

use authority::{Authority, NODES};
use conductor::Conductor;
pub use error::LabError;
use host::{Host, Network};
use packages::Packages;
use repository::Repository;
use router::Router;

use crate::{setup, workspace};

/// What to play, and what to leave.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Leave the hosts up at the end, whatever it was.
    pub keep: bool,
    /// The numbers of the scenarios to play, from 1; none means all.
    pub scenarios: Vec<usize>,
    /// Measure what thousands of nodes cost the Salt master instead of playing scenarios.
    pub scale: bool,
}

/// The lab's own folder: what its hosts share, and what it is made of.
pub fn directory() -> PathBuf {
    workspace::target().join("lab")
}

/// Builds the lab, plays the scenarios, a line for each, and takes it down again.
pub fn run(settings: &Settings) -> Result<(), LabError> {
    let numbers = scenario_numbers(settings)?;
    setup::run()?;
    let started = Instant::now();
    let packages = Packages::build()?;
    report("ok", "packages of two versions", started);
    let started = Instant::now();
    let lab = Lab::start(packages, settings.keep)?;
    report("ok", "a conductor and its routers", started);
    let outcome = if settings.scale { scale::measure(&lab) } else { lab.play(&numbers) };
    if settings.keep {
        lab.show_how_to_enter();
    }
    outcome
}

/// The scenarios that were asked for, or all.
fn scenario_numbers(settings: &Settings) -> Result<Vec<usize>, LabError> {
    let all = 1..=scenario::ALL.len();
    if let Some(unknown) = settings.scenarios.iter().find(|number| !all.contains(number)) {
        return Err(LabError::NoScenario(*unknown));
    }
    Ok(if settings.scenarios.is_empty() { all.collect() } else { settings.scenarios.clone() })
}

fn report(outcome: &str, what: &str, started: Instant) {
    println!("{outcome:6} {what:55} {:4} s", started.elapsed().as_secs());
}

/// A conductor, its routers, and the repository from which all of them install.
pub struct Lab {
    packages: Packages,
    repository: Repository,
    conductor: Conductor,
    routers: Vec<Router>,
    network: Network,
}

impl Lab {
    fn start(packages: Packages, keep: bool) -> Result<Self, LabError> {
        let repository = Repository::create()?;
        repository.add(&packages.current)?;
        let network = Network::start(keep)?;
        let conductor = Conductor::start(&network, keep)?;
        repository.serve(&conductor.host)?;
        let routers = NODES
            .into_iter()
            .zip(1..)
            .map(|(node, index)| Router::start(node, index, &network, keep))
            .collect::<Result<_, _>>()?;
        conductor.wait_for_minions()?;
        Ok(Self { packages, repository, conductor, routers, network })
    }

    /// Plays scenarios; the first that fails is the last, and the logs of the hosts are shown.
    fn play(&self, numbers: &[usize]) -> Result<(), LabError> {
        for number in numbers {
            let Some(scenario) = scenario::ALL.get(number - 1) else { continue };
            let title = format!("{number} {}", scenario.title);
            let started = Instant::now();
            if let Err(error) = (scenario.run)(self) {
                report("FAILED", &title, started);
                self.show_logs();
                return Err(LabError::Failed { scenario: title, source: Box::new(error) });
            }
            report("ok", &title, started);
        }
        Ok(())
    }

    /// Brings everything to where a scenario begins: the plugin installed in this version, the sample authority in
    /// force.
    fn settle(&self) -> Result<(), LabError> {
        self.install()?;
        self.converge(&Authority::sample())
    }

    /// Installs the plugin on the conductor, unless it is there.
    fn install(&self) -> Result<(), LabError> {
        if self.conductor.host.succeeds("rpm", &["--query", "--quiet", bgpcs::CONDUCTOR_PACKAGE])? {
            return Ok(());
        }
        let package = format!("{}-{}-{}.el9", bgpcs::CONDUCTOR_PACKAGE, bgpcs::VERSION, bgpcs::RELEASE);
        self.conductor.manage_plugin("install", &package)
    }

    /// Commits an authority and applies it everywhere.
    fn converge(&self, authority: &Authority) -> Result<(), LabError> {
        self.conductor.commit(authority)?;
        self.conductor.highstate("*")?.expect_success()?;
        self.expect_state(authority)
    }

    /// Asserts that every node is as the authority says, with packages of this version.
    fn expect_state(&self, authority: &Authority) -> Result<(), LabError> {
        self.expect_state_of(authority, bgpcs::VERSION)
    }

    fn expect_state_of(&self, authority: &Authority, version: &str) -> Result<(), LabError> {
        self.routers.iter().try_for_each(|router| router.expect_state(authority, version))
    }

    /// Asserts that the module of every node finds what its routing engine learned.
    fn expect_prefixes(&self, authority: &Authority) -> Result<(), LabError> {
        self.routers.iter().try_for_each(|router| router.expect_prefixes(authority))
    }

    /// The node that is a router by itself, on which faults are tried.
    fn single_node(&self) -> Result<&Router, LabError> {
        self.first_node_of("router2")
    }

    /// One of the two nodes of the HA pair.
    fn node_of_pair(&self) -> Result<&Router, LabError> {
        self.first_node_of("router1")
    }

    fn first_node_of(&self, name: &str) -> Result<&Router, LabError> {
        let found = self.routers.iter().find(|router| router.node.router == name);
        found.ok_or_else(|| LabError::Unmet(format!("the lab has no {name}")))
    }

    fn hosts(&self) -> impl Iterator<Item = &Host> {
        [&self.conductor.host].into_iter().chain(self.routers.iter().map(|router| &router.host))
    }

    /// The ends of all logs, for whoever has to find out why.
    fn show_logs(&self) {
        let salt = ["master", "minion"].map(|name| format!("{}/{name}", salt::LOG_DIR));
        let logs = salt.iter().map(String::as_str).chain(routing::LOGS).chain([paths::GENERATOR_LOG]);
        let logs: Vec<&str> = logs.collect();
        for host in self.hosts() {
            for log in &logs {
                if let Some(tail) = host.tail(log, 15).filter(|tail| !tail.is_empty()) {
                    println!("--- {}: {log}\n{tail}", host.name());
                }
            }
        }
    }

    fn show_how_to_enter(&self) {
        println!("\nthe lab stays up; enter a host with the first command, end it with the second:");
        for host in self.hosts() {
            println!("  {:18} {}\n  {:18} {}", host.name(), host.how_to_enter(), "", host.how_to_end());
        }
    }
}
