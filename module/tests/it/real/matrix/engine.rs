//! The routing engines as a scenario needs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use bgpcs_testing::releases::{Engine, Release};
use bgpcs_testing::{BagpipeBgp, Bgpd, Gobgpd, Listener, Peer};
use serde_json::Value;

use super::module::{Call, Module};
use super::scenario::{BgpdConfiguration, Scenario};
use super::{ONE, THREE, TWO};

/// Where a module has its routes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Bgpd,
    /// With so many other routes that changes are followed one by one, where its release can tell them.
    LargeBgpd,
    Gobgp,
    GobgpAdjIn,
    ExaBgp,
    Bagpipe,
}

impl Source {
    /// Each engine of plain routes once.
    pub const PLAIN: [Self; 3] = [Self::Bgpd, Self::Gobgp, Self::ExaBgp];

    /// Every way to have plain routes.
    pub const EVERY_PLAIN: [Self; 5] =
        [Self::Bgpd, Self::LargeBgpd, Self::Gobgp, Self::GobgpAdjIn, Self::ExaBgp];

    /// Those that choose a best path.
    pub const CHOOSING: [Self; 3] = [Self::Bgpd, Self::LargeBgpd, Self::Gobgp];

    /// The engine of which there are several releases.
    pub fn engine(self) -> Option<Engine> {
        match self {
            Self::Bgpd | Self::LargeBgpd => Some(Engine::Bgpd),
            Self::Gobgp | Self::GobgpAdjIn => Some(Engine::Gobgpd),
            Self::ExaBgp => Some(Engine::ExaBgp),
            Self::Bagpipe => None,
        }
    }
}

/// A daemon at work.
pub enum Daemon {
    Bgpd(Bgpd),
    Gobgp { gobgpd: Gobgpd, client: PathBuf, source: &'static str },
    ExaBgp(Listener),
    Bagpipe(BagpipeBgp),
}

impl Daemon {
    /// Starts it with both neighbors configured; the module is ExaBGP's process.
    pub fn start(source: Source, release: Option<&Release>, scenario: &Scenario, module: &Module) -> Self {
        let peers = [ONE, TWO];
        let program = release.map_or(Path::new(""), |release| &release.program);
        let gobgp = |source| {
            let gobgpd = Gobgpd::start_program(
                program,
                &peers,
                "[neighbors.graceful-restart.config]\nenabled = true\nrestart-time = 120\n",
                "[neighbors.afi-safis.mp-graceful-restart.config]\nenabled = true\n\
                 [neighbors.afi-safis.add-paths.config]\nreceive = true\n",
            );
            Self::Gobgp { gobgpd, client: program.with_file_name("gobgp"), source }
        };
        match source {
            Source::Bgpd => {
                let configuration = match scenario.bgpd {
                    BgpdConfiguration::And(further) => Bgpd::configuration(&peers) + further,
                    BgpdConfiguration::Only(whole) => whole.to_owned(),
                };
                Self::Bgpd(Bgpd::start_program(program, &configuration))
            }
            Source::LargeBgpd => {
                let BgpdConfiguration::And(further) = scenario.bgpd else {
                    panic!("no room for a third neighbor")
                };
                let configuration = Bgpd::configuration(&[ONE, TWO, THREE]) + further;
                Self::Bgpd(Bgpd::start_program(program, &configuration))
            }
            Source::Gobgp => gobgp("gobgp"),
            Source::GobgpAdjIn => gobgp("gobgp-adj-in"),
            Source::ExaBgp => {
                let program = program.to_str().unwrap();
                Self::ExaBgp(Listener::start(program, &module.path(""), &peers, &module.exabgp_program()))
            }
            Source::Bagpipe => Self::Bagpipe(BagpipeBgp::start(&peers)),
        }
    }

    /// Where it waits for BGP.
    pub fn port(&self) -> u16 {
        match self {
            Self::Bgpd(bgpd) => bgpd.port,
            Self::Gobgp { gobgpd, .. } => gobgpd.port,
            Self::ExaBgp(listener) => listener.port,
            Self::Bagpipe(_) => panic!("BaGPipe-BGP connects to its peers"),
        }
    }

    /// How the module asks it; ExaBGP is not asked.
    pub fn call(&self, scenario: &Scenario) -> Option<Call> {
        match self {
            Self::Bgpd(bgpd) => {
                let source = if scenario.high_availability { "auto" } else { "bgpd" };
                let socket = bgpd.socket().into_os_string().into_string().unwrap();
                let options = ["--source", source, "--bgpd-socket", &socket].map(str::to_owned).into();
                Some(Call { options })
            }
            Self::Gobgp { gobgpd, client, source } => {
                let address = gobgpd.api.to_string();
                let client = client.to_str().unwrap();
                let options = ["--source", source, "--gobgp-address", &address, "--gobgp", client];
                Some(Call { options: options.map(str::to_owned).into() })
            }
            Self::Bagpipe(bagpipe) => {
                let url = bagpipe.url();
                let options = ["--source", "bagpipe", "--bagpipe-url", &url].map(str::to_owned).into();
                Some(Call { options })
            }
            Self::ExaBgp(_) => None,
        }
    }

    /// Of the UPDATE messages that it has read from a peer, those that were not read on the session that comes next.
    pub fn updates_before(&self, peer: Peer) -> u64 {
        match self {
            Self::Bgpd(_) => self.updates(peer).unwrap_or(0),
            // It counts for each session anew.
            Self::Gobgp { .. } | Self::ExaBgp(_) | Self::Bagpipe(_) => 0,
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
            Self::ExaBgp(_) | Self::Bagpipe(_) => None,
        }
    }

    /// The bgpd that it is.
    pub fn bgpd(&mut self) -> &mut Bgpd {
        match self {
            Self::Bgpd(bgpd) => bgpd,
            Self::Gobgp { .. } | Self::ExaBgp(_) | Self::Bagpipe(_) => panic!("a scenario of bgpd alone"),
        }
    }
}

/// Plain routes as those of a VPN: the VPN of a peer has its number, and nothing but route targets selects.
pub mod bagpipe {
    use bgpcs_testing::{BagpipeBgp, Peer};

    pub fn announce(bagpipe: &BagpipeBgp, peer: Peer, route: &str) {
        let (prefix, words) = route.split_once(' ').unwrap_or((route, ""));
        if !prefix.contains(':') {
            let targets = words.split(' ').filter_map(|word| word.strip_prefix("target:"));
            bagpipe.announce(peer, peer.0.into(), prefix, &targets.collect::<Vec<_>>());
        }
    }

    pub fn withdraw(bagpipe: &BagpipeBgp, peer: Peer, prefix: &str) {
        if !prefix.contains(':') {
            bagpipe.withdraw(peer, peer.0.into(), prefix);
        }
    }
}
