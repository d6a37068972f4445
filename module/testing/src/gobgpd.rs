use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::{Peer, Process, eventually, free_port};

/// GoBGP's daemon, waiting for its peers.
pub struct Gobgpd {
    _process: Process,
    _directory: TempDir,
    /// Where it waits for BGP, at 127.0.0.1.
    pub port: u16,
    /// Where `gobgp` asks it.
    pub api: SocketAddr,
}

impl Gobgpd {
    /// Starts the machine's own with these peers configured, both families.
    pub fn start(peers: &[Peer]) -> Self {
        Self::start_program(Path::new("gobgpd"), peers, "", "")
    }

    /// Starts this gobgpd, of whatever release, with further tables of TOML for each peer (`[neighbors.….config]`) and for
    /// each of its families (`[neighbors.afi-safis.….config]`).
    pub fn start_program(program: &Path, peers: &[Peer], each_peer: &str, each_family: &str) -> Self {
        let directory = tempfile::Builder::new().prefix("gobgpd.").tempdir().unwrap();
        let (port, api) = (free_port(), SocketAddr::from((Ipv4Addr::LOCALHOST, free_port())));
        let mut configuration = format!(
            "[global.config]\nas = 64512\nrouter-id = \"192.0.2.1\"\nport = {port}\nlocal-address-list = [\"127.0.0.1\"]\n"
        );
        for peer in peers {
            let (address, asn) = (peer.address(), peer.asn());
            write!(
                configuration,
                "[[neighbors]]\n[neighbors.config]\nneighbor-address = \"{address}\"\npeer-as = {asn}\n\
                 [neighbors.transport.config]\npassive-mode = true\n{each_peer}"
            )
            .unwrap();
            for family in ["ipv4-unicast", "ipv6-unicast"] {
                write!(
                    configuration,
                    "[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = \"{family}\"\n{each_family}"
                )
                .unwrap();
            }
        }
        let path = directory.path().join("gobgpd.toml");
        fs::write(&path, configuration).unwrap();
        let mut command = Command::new(program);
        command.arg("--config-file").arg(path).args(["--api-hosts", &api.to_string(), "--pprof-disable"]);
        let process = Process::start(&mut command);
        eventually("gobgpd answers", || TcpStream::connect(api).is_ok());
        Self { _process: process, _directory: directory, port, api }
    }
}
