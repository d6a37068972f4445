use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::{Peer, Process, Signal, Speaker, eventually, free_port};

/// FRR's bgpd, without zebra, waiting for its peers.
pub struct Bgpd {
    program: PathBuf,
    process: Option<Process>,
    directory: TempDir,
    /// Where it waits for BGP, at 127.0.0.1.
    pub port: u16,
}

impl Bgpd {
    /// Starts bgpd with these peers configured.
    pub fn start(peers: &[Peer]) -> Self {
        Self::start_with(&Self::configuration(peers))
    }

    /// A configuration with these peers, both families; it ends in that of the address family IPv6 unicast.
    pub fn configuration(peers: &[Peer]) -> String {
        let mut configuration = String::from(
            "router bgp 64512\n bgp router-id 192.0.2.1\n no bgp ebgp-requires-policy\n no bgp network import-check\n \
             neighbor PEERS peer-group\n neighbor PEERS disable-connected-check\n neighbor PEERS ebgp-multihop 255\n \
             neighbor PEERS passive\n",
        );
        for peer in peers {
            let (address, asn) = (peer.address(), peer.asn());
            write!(
                configuration,
                " neighbor {address} remote-as {asn}\n neighbor {address} peer-group PEERS\n"
            )
            .unwrap();
        }
        configuration + " address-family ipv6 unicast\n  neighbor PEERS activate\n"
    }

    /// Starts the machine's own bgpd with this configuration.
    pub fn start_with(configuration: &str) -> Self {
        Self::start_program(Path::new("/usr/lib/frr/bgpd"), configuration)
    }

    /// Starts this bgpd, of whatever release, with this configuration.
    pub fn start_program(program: &Path, configuration: &str) -> Self {
        let directory = tempfile::Builder::new().prefix("bgpd.").tempdir().unwrap();
        std::fs::write(directory.path().join("bgpd.conf"), configuration).unwrap();
        let mut bgpd = Self { program: program.to_owned(), process: None, directory, port: free_port() };
        bgpd.restart();
        bgpd
    }

    /// Ends bgpd, as a crash would: its socket stays.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Sends it a signal: `Signal::STOP` makes it accept connections and answer nothing, until `Signal::CONT`.
    pub fn signal(&self, which: Signal) {
        crate::signal(which, self.process.as_ref().expect("bgpd should run").id());
    }

    /// Ends bgpd, and starts it anew with further configuration.
    pub fn restart_with(&mut self, further: &str) {
        let path = self.directory.path().join("bgpd.conf");
        let configuration = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, configuration + further).unwrap();
        self.restart();
    }

    /// Ends bgpd if it runs, and starts it anew.
    pub fn restart(&mut self) {
        self.kill();
        let directory = self.directory.path();
        std::fs::remove_file(self.socket()).ok();
        let mut command = Command::new(&self.program);
        // From 10 on, IPv6 over a session of IPv4 has to be asked for.
        if help(&self.program).contains("-x, --v6-with-v4-nexthop") {
            command.arg("-x");
        }
        command.args([
            "--no_zebra",
            "--no_kernel",
            "--skip_runas",
            "--vty_port",
            "0",
            "--listenon",
            "127.0.0.1",
        ]);
        command.args(["--bgp_port", &self.port.to_string()]).arg("--vty_socket").arg(directory);
        command.arg("--pid_file").arg(directory.join("bgpd.pid"));
        command.arg("--config_file").arg(directory.join("bgpd.conf"));
        self.process = Some(Process::start(&mut command));
        eventually("bgpd answers", || UnixStream::connect(self.socket()).is_ok());
    }

    /// Its VTY socket.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("bgpd.vty")
    }

    /// Processor time that bgpd has used so far, in seconds.
    pub fn processor_seconds(&self) -> f64 {
        let id = self.process.as_ref().map(Process::id).unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{id}/schedstat")).unwrap();
        let main_thread: f64 = stat.split(' ').next().unwrap().parse().unwrap();
        main_thread / 1e9
    }

    /// The reply to a command, without its status.
    pub fn show(&self, command: &str) -> String {
        show(&self.socket(), command)
    }

    /// Changes its configuration, as an operator would at a terminal.
    pub fn configure(&self, lines: &str) {
        let mut stream = UnixStream::connect(self.socket()).unwrap();
        for line in ["enable", "configure terminal"].into_iter().chain(lines.lines()) {
            let reply = ask(&mut stream, line.trim());
            assert_eq!(reply, [0; 4], "{line}: {}", String::from_utf8_lossy(&reply));
        }
    }

    /// How many prefixes bgpd has from each peer, both families together, and only from established ones.
    pub fn received(&self) -> Vec<(String, u64)> {
        let mut received: Vec<(String, u64)> = Vec::new();
        for family in ["ipv4", "ipv6"] {
            let summary: Value =
                serde_json::from_str(&self.show(&format!("show bgp {family} unicast summary json"))).unwrap();
            for (peer, figures) in summary["peers"].as_object().into_iter().flatten() {
                let count = figures["pfxRcd"].as_u64().filter(|_| figures["state"] == "Established");
                match received.iter_mut().find(|(known, _)| known == peer) {
                    Some((_, sum)) => *sum += count.unwrap_or(0),
                    None => received.push((peer.clone(), count.unwrap_or(0))),
                }
            }
        }
        received
    }

    /// How often the best path of any prefix of a family has changed.
    pub fn table_version(&self, family: &str) -> Value {
        let summary = self.show(&format!("show bgp {family} unicast summary json"));
        serde_json::from_str::<Value>(&summary).unwrap()["tableVersion"].clone()
    }

    /// Waits until bgpd has exactly so many prefixes from a peer.
    pub fn await_received(&self, peer: Peer, count: u64) {
        let wanted = (peer.address().to_string(), count);
        eventually(&format!("{count} prefixes from {}", peer.address()), || {
            self.received().contains(&wanted)
        });
    }

    /// Waits until bgpd has read every UPDATE message of a speaker.
    pub fn await_updates(&self, speaker: &Speaker) {
        let peer = speaker.peer.address().to_string();
        eventually(&format!("{} messages from {peer}", speaker.updates), || {
            let neighbors: Value = serde_json::from_str(&self.show("show bgp neighbors json")).unwrap();
            neighbors[&peer]["messageStats"]["updatesRecv"] == speaker.updates
        });
    }

    /// Waits until bgpd has exactly so many prefixes from a peer, and has chosen among their paths.
    pub fn await_prefixes(&self, peer: Peer, count: u64) {
        let wanted = (peer.address().to_string(), count);
        eventually(&format!("{count} prefixes from {}", peer.address()), || {
            self.received().contains(&wanted) && self.has_chosen()
        });
    }

    fn has_chosen(&self) -> bool {
        ["ipv4", "ipv6"].iter().all(|family| {
            let table: Value = serde_json::from_str(&self.show(&format!("show bgp {family} unicast json")))
                .unwrap_or_default();
            let is_best = |path: &Value| path["bestpath"] == true;
            let chosen = |paths: &Value| paths.as_array().is_some_and(|paths| paths.iter().any(is_best));
            table["routes"].as_object().is_none_or(|routes| routes.values().all(chosen))
        })
    }
}

/// The reply of the bgpd at `socket` to a command, without its status.
pub fn show(socket: &Path, command: &str) -> String {
    let mut reply = ask(&mut UnixStream::connect(socket).unwrap(), command);
    reply.truncate(reply.len() - 4);
    // A neighbor's host name is any bytes.
    String::from_utf8_lossy(&reply).into_owned()
}

/// The options that a bgpd has.
fn help(program: &Path) -> String {
    let output = Command::new(program).arg("--help").output();
    let output = output.unwrap_or_else(|error| {
        panic!("cannot start {}: {error}; run: cargo xtask setup", program.display())
    });
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The reply to a command, with its status.
fn ask(stream: &mut UnixStream, command: &str) -> Vec<u8> {
    stream.write_all(&[command.as_bytes(), b"\0"].concat()).unwrap();
    let mut reply = Vec::new();
    while !matches!(reply[..], [.., 0, 0, 0, _]) {
        let mut chunk = [0; 65536];
        let length = stream.read(&mut chunk).unwrap();
        assert_ne!(length, 0, "bgpd ended in the middle of {command}");
        reply.extend_from_slice(&chunk[..length]);
    }
    reply
}
