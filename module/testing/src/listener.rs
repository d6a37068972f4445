use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Peer, Process, free_port};

/// ExaBGP as the one that is announced to, with a program of ours as its process.
pub struct Listener {
    process: Process,
    /// Where it waits for BGP, at 127.0.0.1.
    pub port: u16,
}

impl Listener {
    /// Starts the `exabgp` at this path, waiting for `peers`, with `run` as its program; its files go to `directory`.
    pub fn start(exabgp: &str, directory: &Path, peers: &[Peer], run: &str) -> Self {
        let port = free_port();
        let mut configuration = format!("process communities {{\n  run {run};\n  encoder json;\n}}\n");
        for peer in peers {
            let (address, asn) = (peer.address(), peer.asn());
            write!(
                configuration,
                "neighbor {address} {{\n  router-id 192.0.2.1;\n  local-address 127.0.0.1;\n  local-as 64512;\n  \
                 peer-as {asn};\n  passive true;\n  hold-time 180;\n  family {{\n    ipv4 unicast;\n    ipv6 unicast;\n  }}\n  \
                 api {{\n    processes [ communities ];\n    neighbor-changes;\n    receive {{\n      parsed;\n      \
                 update;\n      notification;\n    }}\n  }}\n}}\n"
            )
            .unwrap();
        }
        let path: PathBuf = directory.join("listener.conf");
        fs::write(&path, configuration).unwrap();
        let mut command = Command::new(exabgp);
        command.env("exabgp_tcp_bind", "127.0.0.1").env("exabgp_tcp_port", port.to_string());
        command.env("exabgp_daemon_user", "root").env("exabgp_api_cli", "false").arg(&path);
        Self { process: Process::start(&mut command), port }
    }

    /// The process id of the program.
    pub fn child(&self) -> u32 {
        let id = self.process.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
        children.split_ascii_whitespace().next().unwrap().parse().unwrap()
    }
}
