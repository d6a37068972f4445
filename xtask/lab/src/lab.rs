//! A conductor, its routers, and the repository from which all of them install.

use anyhow::{Context, Result};
use bgpcs::paths;

use crate::authority::{Authority, NODES};
use crate::conductor::Conductor;
use crate::host::{Host, Network};
use crate::packages::{self, Packages};
use crate::repository::Repository;
use crate::router::Router;
use crate::{routing, salt};

/// The lab while it is up.
pub struct Lab {
    /// What there is to install.
    pub packages: Packages,
    /// From where it is installed.
    pub repository: Repository,
    /// The management server.
    pub conductor: Conductor,
    /// A router per entry of [`NODES`], in their order.
    pub routers: Vec<Router>,
    /// What all hosts are connected to.
    pub network: Network,
}

impl Lab {
    /// Starts all hosts, with the packages of this version in the repository; with `keep` the hosts outlive the lab.
    pub fn start(packages: Packages, keep: bool) -> Result<Self> {
        let repository = Repository::create()?;
        repository.add(&packages.current)?;
        let network = Network::start(keep)?;
        let conductor = Conductor::start(&network, keep)?;
        repository.serve(&conductor.host)?;
        let routers = Router::start_all(&NODES, 1, &network, keep)?;
        conductor.wait_for_minions()?;
        Ok(Self { packages, repository, conductor, routers, network })
    }

    /// Brings everything to the state in which a scenario starts: the plugin installed in this version, the sample
    /// authority in force.
    pub fn settle(&self) -> Result<()> {
        self.install()?;
        let authority = Authority::sample();
        self.conductor.commit(&authority)?;
        match self.expect_state(&authority) {
            Ok(()) => Ok(()),
            Err(_) => self.converge(&authority),
        }
    }

    /// Installs the plugin on the conductor, if it is not installed.
    pub fn install(&self) -> Result<()> {
        if self.conductor.host.succeeds("rpm", &["--query", "--quiet", bgpcs::CONDUCTOR_PACKAGE])? {
            return Ok(());
        }
        self.conductor.manage_plugin("install", &packages::current(bgpcs::CONDUCTOR_PACKAGE))
    }

    /// Commits an authority and applies it everywhere.
    pub fn converge(&self, authority: &Authority) -> Result<()> {
        self.conductor.commit(authority)?;
        self.conductor.highstate("*")?.expect_success()?;
        self.expect_state(authority)
    }

    /// Asserts that every node is as the authority says, with packages of this version.
    pub fn expect_state(&self, authority: &Authority) -> Result<()> {
        self.expect_state_of(authority, bgpcs::VERSION)
    }

    /// As [`Self::expect_state`], with packages of another version.
    pub fn expect_state_of(&self, authority: &Authority, version: &str) -> Result<()> {
        self.routers.iter().try_for_each(|router| router.expect_state(authority, version))
    }

    /// Asserts that the module of every node finds what its routing engine learned.
    pub fn expect_prefixes(&self, authority: &Authority) -> Result<()> {
        self.routers.iter().try_for_each(|router| router.expect_prefixes(authority))
    }

    /// Asserts that the next highstate brings a node to the sample authority.
    pub fn expect_recovery(&self, router: &Router) -> Result<()> {
        self.conductor.highstate(router.node.asset_id)?.expect_success()?;
        router.expect_state(&Authority::sample(), bgpcs::VERSION)
    }

    /// The node of a router with one node; faults are tried on it.
    pub fn single_node(&self) -> Result<&Router> {
        self.first_node_of("router2")
    }

    /// One of the two nodes of the HA pair.
    pub fn node_of_pair(&self) -> Result<&Router> {
        self.first_node_of("router1")
    }

    fn first_node_of(&self, name: &str) -> Result<&Router> {
        let found = self.routers.iter().find(|router| router.node.router == name);
        found.with_context(|| format!("the lab has no {name}"))
    }

    fn hosts(&self) -> impl Iterator<Item = &Host> {
        [&self.conductor.host].into_iter().chain(self.routers.iter().map(|router| &router.host))
    }

    /// Prints the ends of all log files.
    pub fn show_logs(&self) {
        let salt = ["master-zeromq", "master-tcp", "minion"].map(|name| format!("{}/{name}", salt::LOG_DIR));
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

    /// Prints the commands that enter and stop each host.
    pub fn show_how_to_enter(&self) {
        println!("\nthe lab stays up; the first command enters a host, the second one stops it:");
        for host in self.hosts() {
            println!("  {:18} {}\n  {:18} {}", host.name(), host.how_to_enter(), "", host.how_to_stop());
        }
    }
}
