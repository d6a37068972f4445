//! The routing engines as a scenario needs them.

use std::path::PathBuf;
use std::process::Command;

use bgpcs_testing::releases::{Engine, Release};
use bgpcs_testing::{Bgpd, Gobgpd, Listener, Peer};
use serde_json::Value;

use super::module::{Call, Module};
use super::stage::{BgpdConfiguration, Scenario};
use super::{ONE, TWO};

/// Where a module has its routes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Bgpd,
    Gobgp,
    GobgpAdjIn,
    ExaBgp,
}

impl Source {
    pub const ALL: [Self; 4] = [Self::Bgpd, Self::Gobgp, Self::GobgpAdjIn, Self::ExaBgp];

    pub fn engine(self) -> Engine {
        match self {
            Self::Bgpd => Engine::Bgpd,
            Self::Gobgp | Self::GobgpAdjIn => Engine::Gobgpd,
            Self::ExaBgp => Engine::ExaBgp,
        }
    }
}

/// A daemon at work.
pub enum Daemon {
    Bgpd(Bgpd),
    Gobgp { gobgpd: Gobgpd, client: PathBuf, source: &'static str },
    ExaBgp(Listener),
}

impl Daemon {
    /// Starts it with both neighbors configured; the module is ExaBGP's process.
    pub fn start(source: Source, release: &Release, scenario: &Scenario, module: &Module) -> Self {
        let peers = [ONE, TWO];
        let gobgp = |source| {
            let gobgpd = Gobgpd::start_program(
                &release.program,
                &peers,
                "[neighbors.graceful-restart.config]\nenabled = true\nrestart-time = 120\n",
                "[neighbors.afi-safis.mp-graceful-restart.config]\nenabled = true\n\
                 [neighbors.afi-safis.add-paths.config]\nreceive = true\n",
            );
            Self::Gobgp { gobgpd, client: release.program.with_file_name("gobgp"), source }
        };
        match source {
            Source::Bgpd => {
                let configuration = match scenario.bgpd {
                    BgpdConfiguration::And(further) => Bgpd::configuration(&peers) + further,
                    BgpdConfiguration::Only(whole) => whole.to_owned(),
                };
                Self::Bgpd(Bgpd::start_program(&release.program, &configuration))
            }
            Source::Gobgp => gobgp("gobgp"),
            Source::GobgpAdjIn => gobgp("gobgp-adj-in"),
            Source::ExaBgp => {
                let program = release.program.to_str().unwrap();
                Self::ExaBgp(Listener::start(program, &module.path(""), &peers, &module.exabgp_program()))
            }
        }
    }

    /// Where it waits for BGP.
    pub fn port(&self) -> u16 {
        match self {
            Self::Bgpd(bgpd) => bgpd.port,
            Self::Gobgp { gobgpd, .. } => gobgpd.port,
            Self::ExaBgp(listener) => listener.port,
        }
    }

    /// How the module asks it; ExaBGP is not asked.
    pub fn call(&self, scenario: &Scenario) -> Option<Call> {
        match self {
            Self::Bgpd(bgpd) => {
                let source = if scenario.high_availability { "auto" } else { "bgpd" };
                let socket = bgpd.socket().into_os_string().into_string().unwrap();
                let options = ["--source", source, "--bgpd-socket", &socket].map(str::to_owned).into();
                Some(Call { options, search: None })
            }
            Self::Gobgp { gobgpd, client, source } => {
                let address = gobgpd.api.to_string();
                let options = ["--source", source, "--gobgp-address", &address].map(str::to_owned).into();
                Some(Call { options, search: client.parent().map(PathBuf::from) })
            }
            Self::ExaBgp(_) => None,
        }
    }

    /// Of the UPDATE messages that it has read from a peer, those that were not read on the session that comes next.
    pub fn updates_before(&self, peer: Peer) -> u64 {
        match self {
            Self::Bgpd(_) => self.updates(peer).unwrap_or(0),
            // It counts for each session anew.
            Self::Gobgp { .. } | Self::ExaBgp(_) => 0,
        }
    }

    /// How many UPDATE messages it has read from a peer, where it says so.
    pub fn updates(&self, peer: Peer) -> Option<u64> {
        let address = peer.address().to_string();
        match self {
            Self::Bgpd(bgpd) => {
                let neighbors: Value = serde_json::from_str(&bgpd.show("show bgp neighbors json")).ok()?;
                neighbors[&address]["messageStats"]["updatesRecv"].as_u64()
            }
            Self::Gobgp { gobgpd, client, .. } => {
                let mut command = Command::new(client);
                command.args(["--port", &gobgpd.api.port().to_string(), "neighbor", &address, "--json"]);
                let neighbor: Value = serde_json::from_slice(&command.output().ok()?.stdout).ok()?;
                neighbor["state"]["messages"]["received"]["update"].as_u64()
            }
            Self::ExaBgp(_) => None,
        }
    }

    /// The bgpd that it is.
    pub fn bgpd(&mut self) -> &mut Bgpd {
        match self {
            Self::Bgpd(bgpd) => bgpd,
            Self::Gobgp { .. } | Self::ExaBgp(_) => panic!("a scenario of bgpd alone"),
        }
    }
}
