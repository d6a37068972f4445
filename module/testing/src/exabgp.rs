use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::process::Command;

use tempfile::TempDir;

use crate::{Bgpd, Peer, Process};

/// ExaBGP as a peer of [`Bgpd`], both families.
pub struct ExaBgp {
    _process: Process,
    _directory: TempDir,
    commands: File,
}

impl ExaBgp {
    /// Starts a peer that announces `routes`, each in the form that follows `route` in ExaBGP's configuration
    /// (`13.107.6.0/24 community [ 12076:5010 ]`), without the next hop.
    pub fn start(peer: Peer, bgpd: &Bgpd, routes: &[&str]) -> Self {
        Self::start_at(peer, bgpd.port, routes)
    }

    /// The same, for whatever speaks BGP at this port of 127.0.0.1 as AS 64512.
    pub fn start_at(peer: Peer, port: u16, routes: &[&str]) -> Self {
        let directory = tempfile::Builder::new().prefix("exabgp.").tempdir().unwrap();
        let commands_path = directory.path().join("commands");
        let commands = OpenOptions::new().create(true).append(true).open(&commands_path).unwrap();
        let statics: String =
            routes.iter().map(|route| format!("    route {};\n", with_next_hop(peer, route))).collect();
        let (address, id, asn) = (peer.address(), peer.router_id(), peer.asn());
        let configuration = format!(
            "process commands {{\n  run /usr/bin/tail -n +1 -f {};\n  encoder text;\n}}\n\
             neighbor 127.0.0.1 {{\n  router-id {id};\n  local-address {address};\n  local-as {asn};\n  \
             peer-as 64512;\n  connect {port};\n  outgoing-ttl 64;\n  family {{\n    ipv4 unicast;\n    ipv6 unicast;\n  }}\n  \
             api {{\n    processes [ commands ];\n  }}\n  static {{\n{statics}  }}\n}}\n",
            commands_path.display()
        );
        let path = directory.path().join("exabgp.conf");
        std::fs::write(&path, configuration).unwrap();
        let mut command = Command::new("exabgp");
        command.env("exabgp_tcp_attempts", "0").env("exabgp_daemon_user", "root");
        command.env("exabgp_api_cli", "false").env("exabgp_api_ack", "false").arg(&path);
        Self { _process: Process::start(&mut command), _directory: directory, commands }
    }

    /// Announces a route, given as for [`ExaBgp::start`], or changes it.
    pub fn announce(&mut self, peer: Peer, route: &str) {
        writeln!(self.commands, "announce route {}", with_next_hop(peer, route)).unwrap();
    }

    /// Withdraws a prefix.
    pub fn withdraw(&mut self, peer: Peer, prefix: &str) {
        writeln!(self.commands, "withdraw route {}", with_next_hop(peer, prefix)).unwrap();
    }
}

fn with_next_hop(peer: Peer, route: &str) -> String {
    let (prefix, rest) = route.split_once(' ').unwrap_or((route, ""));
    let next_hop = match prefix.contains(':') {
        true => format!("2001:db8::{}", 1 + peer.0),
        false => peer.router_id().to_string(),
    };
    format!("{prefix} next-hop {next_hop} {rest}")
}
