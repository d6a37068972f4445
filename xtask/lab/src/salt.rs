//! Salt on the lab's hosts, from one Python environment that they share.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use task::{command, workspace};

use crate::host::Host;

/// Where SSR keeps Salt's configuration, and the lab that of every minion and of the master that minions have unless they
/// speak TCP.
pub const CONFIGURATION_DIR: &str = "/etc/128technology/salt";

/// The newest release that `cargo xtask setup` installs.
const NEWEST: &str = "3008";

/// The part of a master's command line that no other process has.
pub const MASTER: &str = "salt-master";

/// Where the master and the minions log.
pub const LOG_DIR: &str = "/var/log/salt";

/// How a master and its minions speak to each other. A master has one way, so a conductor with minions of both ways has two
/// masters, with the same states and pillars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Salt's own default.
    ZeroMq,
    /// What SSR configures.
    Tcp,
}

impl Transport {
    /// The configuration directory of the master.
    pub fn master_directory(self) -> &'static str {
        match self {
            Self::ZeroMq => CONFIGURATION_DIR,
            Self::Tcp => "/etc/128technology/salt-tcp",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::ZeroMq => "zeromq",
            Self::Tcp => "tcp",
        }
    }

    /// The port on which the master publishes.
    pub fn publish_port(self) -> u16 {
        let [publish_port, _] = self.ports();
        publish_port
    }

    /// The ports for publishing and for returns.
    fn ports(self) -> [u16; 2] {
        match self {
            Self::ZeroMq => [4505, 4506],
            Self::Tcp => [4515, 4516],
        }
    }
}

/// The Salt of a minion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minion {
    /// The release, by the name of its environment; none is the lab's own, which the masters have too.
    pub release: Option<&'static str>,
    /// How it speaks to its master.
    pub transport: Transport,
}

impl Minion {
    /// The minion of a node that is there for something else than its Salt.
    pub const USUAL: Self = Self { release: None, transport: Transport::ZeroMq };

    /// Whether its release is at hand here.
    pub fn is_at_hand(self) -> bool {
        self.environment().join("bin/salt-minion").exists()
    }

    fn environment(self) -> PathBuf {
        self.release.map_or_else(workspace::python_environment, workspace::salt_environment)
    }

    /// A program of its release on its host.
    pub fn command(self, host: &Host, program: &str) -> Command {
        configured(host, self.environment().join("bin").join(program), CONFIGURATION_DIR)
    }
}

/// A program of Salt on the conductor, with the configuration of the master that has this transport.
///
/// A master must not be older than its minions, so the master for TCP is of the newest release at hand.
pub fn command(host: &Host, transport: Transport, name: &str) -> Command {
    configured(host, program(transport, name), transport.master_directory())
}

/// The path of a program of Salt on the conductor.
pub fn program(transport: Transport, name: &str) -> PathBuf {
    let newest = Minion { release: Some(NEWEST), transport };
    let environment = match transport {
        Transport::Tcp if newest.is_at_hand() => newest.environment(),
        Transport::Tcp | Transport::ZeroMq => workspace::python_environment(),
    };
    environment.join("bin").join(name)
}

/// Starts a Salt master on a host, with these variables of the locale.
pub fn start_master(host: &Host, transport: Transport, locale: &[(&str, &str)]) -> Result<()> {
    host.write(&format!("{}/master", transport.master_directory()), &master_configuration(transport))?;
    let mut master = command(host, transport, MASTER);
    command::run(master.arg("--daemon").envs(locale.iter().copied()))
}

fn configured(host: &Host, program: PathBuf, directory: &str) -> Command {
    let mut command = host.command(program);
    command.arg(format!("--config-dir={directory}"));
    command
}

/// The configuration of a conductor's master: its environments, and the ports for minions. It does not wait long for
/// minions that are not connected, and speaks with releases of them that cannot sign as newer ones do.
pub fn master_configuration(transport: Transport) -> String {
    let [publish_port, return_port] = transport.ports();
    let name = transport.name();
    format!(
        "interface: 127.0.0.1\n\
         transport: {name}\n\
         publish_port: {publish_port}\n\
         ret_port: {return_port}\n\
         ipc_mode: ipc\n\
         sock_dir: /run/salt-{name}\n\
         cachedir: {cache}\n\
         pki_dir: {pki}\n\
         pidfile: /run/salt-master-{name}.pid\n\
         log_file: {LOG_DIR}/master-{name}\n\
         auto_accept: True\n\
         minimum_auth_version: 0\n\
         worker_threads: 4\n\
         fileserver_list_cache_time: 1\n\
         gather_job_timeout: 3\n\
         file_roots:\n  base: [/srv/salt]\n  plugins: [{states}]\n\
         pillar_roots:\n  base: [/srv/pillar]\n  plugins: [{pillars}]\n",
        pki = pki_directory(transport),
        cache = cache_directory(transport),
        states = bgpcs::paths::SALT_STATES_ROOT,
        pillars = bgpcs::paths::SALT_PILLAR_ROOT,
    )
}

/// Where a master keeps what it can make anew, the answers of jobs in `jobs`.
pub fn cache_directory(transport: Transport) -> String {
    format!("/var/cache/salt-{}", transport.name())
}

/// Where a master keeps keys, those of its minions in `minions`.
pub fn pki_directory(transport: Transport) -> String {
    format!("/etc/salt/pki-{}", transport.name())
}

/// The configuration of a minion. The grains say that Debian is Oracle Linux, so that Salt uses dnf. It connects again soon
/// after the master has started.
pub fn minion_configuration(asset_id: &str, release: u8, transport: Transport) -> String {
    let [publish_port, return_port] = transport.ports();
    let name = transport.name();
    format!(
        "id: {asset_id:?}\n\
         master: 127.0.0.1\n\
         transport: {name}\n\
         publish_port: {publish_port}\n\
         master_port: {return_port}\n\
         ipc_mode: ipc\n\
         acceptance_wait_time: 1\n\
         random_reauth_delay: 1\n\
         auth_timeout: 5\n\
         recon_default: 200\n\
         recon_max: 500\n\
         recon_randomize: False\n\
         grains: {{os: OEL, os_family: RedHat, osrelease: '{release}.4', osmajorrelease: {release}, osarch: x86_64}}\n"
    )
}
