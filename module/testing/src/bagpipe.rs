use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::{Peer, Process, eventually, free_port, python_environment};

/// BaGPipe-BGP with dataplanes that do nothing, and its peers.
pub struct BagpipeBgp {
    _process: Process,
    _directory: TempDir,
    api: SocketAddr,
    peers: Vec<Option<VpnPeer>>,
}

impl BagpipeBgp {
    /// Starts the peers, since it connects to them, and then BaGPipe-BGP.
    pub fn start(peers: &[Peer]) -> Self {
        let directory = tempfile::Builder::new().prefix("bagpipe.").tempdir().unwrap();
        let bgp = free_port();
        let started = peers.iter().map(|peer| Some(VpnPeer::start(*peer, bgp))).collect();
        let addresses: Vec<String> = peers.iter().map(|peer| peer.address().to_string()).collect();
        let api = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let configuration = format!(
            "[BGP]\nlocal_address = 127.0.0.1\npeers = {}\nmy_as = 64512\nbgp_port = {bgp}\nenable_rtc = false\n\
             [API]\nhost = localhost\nport = {}\n\
             [DATAPLANE_DRIVER_IPVPN]\ndataplane_driver = dummy\n[DATAPLANE_DRIVER_EVPN]\ndataplane_driver = dummy\n",
            addresses.join(","),
            api.port()
        );
        let path = directory.path().join("bagpipe.conf");
        fs::write(&path, configuration).unwrap();
        let mut command = Command::new(python_environment("bagpipe").join("bin/bagpipe-bgp"));
        let process = Process::start(command.arg("--config-file").arg(path));
        // An UPDATE that follows the end of the handshake at once can take BaGPipe-BGP by surprise: its thread that reads
        // is faster than its state, and then it waits for half a minute. So nothing is announced before.
        eventually("all sessions of bagpipe-bgp are established", || {
            established(api).is_ok_and(|sessions| sessions == peers.len())
        });
        Self { _process: process, _directory: directory, api, peers: started }
    }

    /// Its looking glass.
    pub fn url(&self) -> String {
        format!("http://{}/looking-glass", self.api)
    }

    /// Has a peer announce a route of the VPN that has these route targets, or change it.
    pub fn announce(&self, peer: Peer, vpn: u16, prefix: &str, targets: &[&str]) {
        let rd = format!("64512:{vpn}");
        let words = ["add", "-a", "vpnv4", prefix, "label", "100", "rd", &rd];
        let next_hop = peer.router_id().to_string();
        // The command takes a list after the word, and of several such words only the first.
        let word = if targets.is_empty() { &[][..] } else { &["rt"] };
        let targets: Vec<String> = targets.iter().map(|target| in_asdot(target)).collect();
        let targets = word.iter().copied().chain(targets.iter().map(String::as_str));
        let words: Vec<&str> = words.into_iter().chain(targets).chain(["nexthop", &next_hop]).collect();
        self.peer(peer).rib(&words);
    }

    /// Has a peer withdraw it.
    pub fn withdraw(&self, peer: Peer, vpn: u16, prefix: &str) {
        self.peer(peer).rib(&["del", "-a", "vpnv4", prefix, "label", "100", "rd", &format!("64512:{vpn}")]);
    }

    /// Ends a peer.
    pub fn lose(&mut self, peer: Peer) {
        self.peers[usize::from(peer.0) - 1] = None;
    }

    fn peer(&self, peer: Peer) -> &VpnPeer {
        self.peers[usize::from(peer.0) - 1].as_ref().unwrap()
    }
}

/// How many sessions the looking glass of this address lists as established.
fn established(api: SocketAddr) -> io::Result<usize> {
    let mut stream = TcpStream::connect(api)?;
    stream.write_all(b"GET /looking-glass/bgp/peers HTTP/1.0\r\n\r\n")?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    let (_, body) = reply.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let peers: Vec<Value> = serde_json::from_str(body)?;
    Ok(peers.iter().filter(|peer| peer["state"] == "Established").count())
}

/// A route target with a four-octet AS number as GoBGP's command takes it (asdot, RFC 5396); it makes 65535 of a larger
/// number.
fn in_asdot(target: &str) -> String {
    match target.split_once(':').map(|(asn, number)| (asn.parse::<u32>(), number)) {
        Some((Ok(asn), number)) if asn > 65535 => format!("{}.{}:{number}", asn >> 16, asn & 0xffff),
        _ => target.to_owned(),
    }
}

/// GoBGP as a peer that has VPN routes, in the same AS.
struct VpnPeer {
    _process: Process,
    _directory: TempDir,
    api: SocketAddr,
}

impl VpnPeer {
    fn start(peer: Peer, port: u16) -> Self {
        let directory = tempfile::Builder::new().prefix("gobgpd.").tempdir().unwrap();
        let (address, api) = (peer.address(), SocketAddr::from((Ipv4Addr::LOCALHOST, free_port())));
        let configuration = format!(
            "[global.config]\nas = 64512\nrouter-id = \"{}\"\nport = {port}\nlocal-address-list = [\"{address}\"]\n\
             [[neighbors]]\n[neighbors.config]\nneighbor-address = \"127.0.0.1\"\npeer-as = 64512\n\
             [neighbors.transport.config]\npassive-mode = true\n\
             [[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = \"l3vpn-ipv4-unicast\"\n",
            peer.router_id()
        );
        let path = directory.path().join("gobgpd.toml");
        fs::write(&path, configuration).unwrap();
        let mut command = Command::new("gobgpd");
        command.arg("--config-file").arg(path).args(["--api-hosts", &api.to_string(), "--pprof-disable"]);
        let process = Process::start(&mut command);
        let peer = Self { _process: process, _directory: directory, api };
        // A connection to its BGP port would be taken for the one of its neighbor.
        eventually("gobgpd has its neighbor", || {
            peer.gobgp(&["neighbor", "127.0.0.1"]).output().unwrap().status.success()
        });
        peer
    }

    fn gobgp(&self, words: &[&str]) -> Command {
        let mut command = Command::new("gobgp");
        command.args(["--port", &self.api.port().to_string()]).args(words);
        command
    }

    fn rib(&self, words: &[&str]) {
        let output = self.gobgp(&["global", "rib"]).args(words).output().unwrap();
        assert!(output.status.success(), "gobgp {words:?}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
