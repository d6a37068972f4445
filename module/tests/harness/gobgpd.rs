use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;

use tempfile::TempDir;

use super::{Peer, Process, eventually};

/// GoBGP's daemon, waiting for its peers.
pub struct Gobgpd {
    _process: Process,
    _directory: TempDir,
    pub port: u16,
    pub api: SocketAddr,
}

impl Gobgpd {
    pub fn start(peers: &[Peer]) -> Self {
        let directory = tempfile::Builder::new().prefix("gobgpd.").tempdir().unwrap();
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (port, api) = (free().port(), free());
        let mut configuration = format!(
            "[global.config]\nas = 64512\nrouter-id = \"192.0.2.1\"\nport = {port}\nlocal-address-list = [\"127.0.0.1\"]\n"
        );
        for peer in peers {
            let (address, asn) = (peer.address(), peer.asn());
            write!(
                configuration,
                "[[neighbors]]\n[neighbors.config]\nneighbor-address = \"{address}\"\npeer-as = {asn}\n\
                 [neighbors.transport.config]\npassive-mode = true\n"
            )
            .unwrap();
            for family in ["ipv4-unicast", "ipv6-unicast"] {
                write!(
                    configuration,
                    "[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = \"{family}\"\n"
                )
                .unwrap();
            }
        }
        let path = directory.path().join("gobgpd.toml");
        fs::write(&path, configuration).unwrap();
        let mut command = Command::new("gobgpd");
        command.arg("--config-file").arg(path).args(["--api-hosts", &api.to_string(), "--pprof-disable"]);
        let process = Process::start(&mut command);
        eventually("gobgpd answers", || TcpStream::connect(api).is_ok());
        Self { _process: process, _directory: directory, port, api }
    }
}
