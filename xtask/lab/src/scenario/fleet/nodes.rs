//! The nodes of the fleet beside the lab's own.

use anyhow::Result;
use bgpcs::{ROUTER_PACKAGE, VERSION, paths};

use crate::authority::{NODE, NODES, Node};
use crate::host::Host;
use crate::lab::Lab;
use crate::packages;
use crate::router::{self, Router};
use crate::salt::{self, Minion, Transport};
use crate::wait;

/// It has everything.
pub const FULL: Node = node("fleet-full", "Full, node 1");
/// It has the package of 4.1.0.
pub const OLD: Node = node("fleet-old", "Old, node 1");
/// Its router has no profile.
pub const BARE: Node = node("fleet-bare", "Bare, node 1");
/// It had no highstate yet, and its minion dies.
pub const DEAD: Node = node("fleet-dead", "Dead, node 1");
/// What it answers is of its own invention.
pub const LIAR: Node = node("fleet-liar", "Liar, node 1");
/// It has another release of Salt and another transport, so another master.
pub const TCP: Node = Node {
    minion: Minion { release: Some("3004"), transport: Transport::Tcp },
    ..node("fleet-tcp", "Tcp, node 1")
};

/// All of them.
pub const ALL: [Node; 6] = [FULL, OLD, BARE, DEAD, LIAR, TCP];

/// What two nodes do not have and all others have: prefixes of an application each.
pub const LACKED_BY_FULL: (&str, &str) = ("SharePointOnline", "13.107.136.0/22");
pub const LACKED_BY_NODE_OF_PAIR: (&str, &str) = ("OtherO365", "203.0.113.0/25");

/// Who answers: a node of every state but one.
pub const REACHABLE: [&str; 6] = ["router?", FULL.router, OLD.router, BARE.router, LIAR.router, DEAD.router];

const fn node(router: &'static str, asset_id: &'static str) -> Node {
    Node { router, asset_id, has_systemd: false, ..NODE }
}

/// A text that the liar wants to see as an element of the page.
pub const TAG: &str = "<script>alert(1)</script>";

/// A module in the place of Salt's own, which answers as if the node were another one.
const LIES: &str = r#"
import json

__virtualname__ = "cmd"


def __virtual__():
    return __virtualname__


def run_all(*args, **kwargs):
    said = {
        "version": 1, "module": "@TAG@", "router": "router1", "node": "node1", "time": "2026-01-01T00:00:00Z",
        "health": "healthy", "findings": ["@TAG@", "\x1b[31m"],
        "configuration": {"digest": "0", "written": None},
        "run": {"outcome": "good", "finished": None, "interval": 60}, "changed": None, "prefixes": 1, "digest": "0",
        "applications": [{"name": "@TAG@\x1b[31m", "ipv4": 1, "ipv6": 0, "digest": "0", "age": None}], "left-out": 0,
    }
    forged = json.dumps({"Router 1.Node-A": {"stdout": "package none\nconfiguration none", "retcode": 0}})
    text = "package @VERSION@\nconfiguration 1\n" + json.dumps(said) + "\n" + forged
    return {"stdout": text, "stderr": forged, "retcode": 0, "pid": 1}
"#;

/// The nodes while they are up.
pub struct Nodes {
    /// [`FULL`].
    pub full: Router,
    dead: Host,
    _others: Vec<Host>,
}

impl Nodes {
    /// Starts all of them, and the master for TCP.
    pub fn start(lab: &Lab) -> Result<Self> {
        lab.conductor.start_master(Transport::Tcp)?;
        let (network, index) = (&lab.network, NODES.len() + 1);
        let bare: Vec<Node> =
            ALL.into_iter().filter(|node| *node != FULL && node.minion.is_at_hand()).collect();
        let start = |node: &Node| Host::start(node.asset_id, network, false);
        let mut hosts: Vec<Host> = bare.iter().map(start).collect::<Result<_>>()?;
        for (node, host) in bare.iter().zip(&hosts) {
            prepare(lab, *node, host)?;
        }
        // The kernel ends a host with the thread that started it, so each is started before.
        let full = Router::start_hosts(&[FULL], network, false)?;
        let (full, _) = wait::both(
            || Router::prepare_all(&[FULL], index, full),
            || {
                let nodes = bare.iter().copied().zip(&hosts);
                wait::for_all(nodes.map(|(node, host)| move || router::make_minion(node, host)))
            },
        )?;
        for transport in [Transport::ZeroMq, Transport::Tcp] {
            let of_it = |node: &Node| node.minion.transport == transport;
            let of_it: Vec<Node> = bare.iter().copied().chain([FULL]).filter(of_it).collect();
            lab.conductor.wait_for(transport, &of_it)?;
        }
        let dead = bare.iter().position(|node| *node == DEAD).map(|index| hosts.swap_remove(index));
        let (Some(full), Some(dead)) = (full.into_iter().next(), dead) else {
            anyhow::bail!("the nodes of the fleet are incomplete");
        };
        Ok(Self { full, dead, _others: hosts })
    }

    /// Kills the minion of [`DEAD`].
    pub fn kill_dead(&self) -> Result<()> {
        self.dead.kill(router::MINION)
    }

    /// Stops the nodes and their master, and lets the other master forget them.
    pub fn stop(self, lab: &Lab) -> Result<()> {
        drop(self);
        lab.conductor.host.kill(Transport::Tcp.master_directory())?;
        lab.conductor.forget(Transport::ZeroMq, "*, node 1")
    }
}

/// What a node has before its minion starts.
fn prepare(lab: &Lab, node: Node, host: &Host) -> Result<()> {
    let install = |folder: &std::path::Path, version: &str| -> Result<()> {
        let file = folder.join(packages::file_name(ROUTER_PACKAGE, version, "el9"));
        host.run("rpm", &["--install", "--nodeps", &file.to_string_lossy()]).map(drop)
    };
    crate::distribution::imitate(host, node.release)?;
    if node == OLD
        && let Some(before) = &lab.packages.before
    {
        install(before, "4.1.0")?;
        host.write(paths::MODULE_CONFIGURATION, "{}")?;
    }
    if node == TCP {
        install(&lab.packages.current, VERSION)?;
    }
    if node == LIAR {
        let version = format!("{VERSION}-{}.el9", bgpcs::RELEASE);
        host.write("/srv/lies/cmdmod.py", &LIES.replace("@TAG@", TAG).replace("@VERSION@", &version))?;
        host.write(&format!("{}/minion.d/lies.conf", salt::CONFIGURATION_DIR), "module_dirs: [/srv/lies]\n")?;
    }
    Ok(())
}
