//! A real bgpd and real ExaBGP peers in a scratch directory, on loopback addresses and a free port, with no trace in the
//! machine's routing table; they end with the value that stands for them, also when a test fails.

#![allow(dead_code, clippy::unwrap_used, reason = "each test uses its part, and a failure here fails it")]

mod bagpipe;
mod bgpd;
mod exabgp;
mod gobgpd;
mod listener;
mod speaker;

#[allow(unused_imports, reason = "not every test has BaGPipe-BGP as a source")]
pub use bagpipe::BagpipeBgp;
#[allow(unused_imports, reason = "not every test asks a bgpd that it does not own")]
pub use bgpd::{Bgpd, show};
#[allow(unused_imports, reason = "not every test has ExaBGP as a peer")]
pub use exabgp::ExaBgp;

#[allow(unused_imports, reason = "not every test has GoBGP as a source")]
pub use gobgpd::Gobgpd;
#[allow(unused_imports, reason = "not every test has ExaBGP as a source")]
pub use listener::Listener;
#[allow(unused_imports, reason = "not every test needs a large table")]
pub use speaker::Speaker;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The number of a peer, from 1: its address is 127.0.0.(1 + number), its AS 64512 + number, and its routes have the
/// next hop 192.0.2.(1 + number), since bgpd refuses those on the loopback.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub u8);

impl Peer {
    pub fn address(self) -> Ipv4Addr {
        Ipv4Addr::new(127, 0, 0, 1 + self.0)
    }

    pub fn router_id(self) -> Ipv4Addr {
        Ipv4Addr::new(192, 0, 2, 1 + self.0)
    }

    pub fn asn(self) -> u32 {
        64512 + u32::from(self.0)
    }
}

/// Waits until `holds` does, for as long as a loaded machine may need.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        sleep(Duration::from_millis(20));
    }
}

/// A process with all its children, ended with this value.
pub struct Process(Child);

impl Process {
    /// Starts a program that the tests need, silent and in a process group of its own.
    pub fn start(command: &mut Command) -> Self {
        use std::os::unix::process::CommandExt;
        let program = command.get_program().to_owned();
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn();
        Self(child.unwrap_or_else(|error| {
            panic!("cannot start {}: {error}; run: cargo xtask setup", program.display())
        }))
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

/// Sends a signal, by its name without `SIG`, to a process that the test started.
pub fn signal(name: &str, process: u32) {
    let status = Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "cannot send SIG{name} to {process}");
}

impl Drop for Process {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status().ok();
        self.0.wait().ok();
    }
}

/// Debian's ExaBGP, which is 4.2, and the newest one.
pub fn exabgp_releases() -> [PathBuf; 2] {
    [PathBuf::from("/usr/sbin/exabgp"), python_environment("exabgp").join("bin/exabgp")]
}

/// A Python environment that `cargo xtask setup` makes, by its name.
pub fn python_environment(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    let environment = target.join("lab").join(name);
    assert!(environment.exists(), "{} is missing; run: cargo xtask setup", environment.display());
    environment
}
