//! Salt on the lab's hosts, from one Python environment that they share.

use task::workspace;

use crate::host::Host;

/// Where SSR keeps Salt's configuration.
pub const CONFIGURATION_DIR: &str = "/etc/128technology/salt";

/// Where the master and the minions log.
pub const LOG_DIR: &str = "/var/log/salt";

/// The ports of the lab's network.
const PUBLISH_PORT: u16 = 4505;
const RETURN_PORT: u16 = 4506;

/// A program of Salt on a host, with SSR's configuration directory.
pub fn command(host: &Host, program: &str) -> std::process::Command {
    let mut command = host.command(workspace::python_environment().join("bin").join(program));
    command.arg(format!("--config-dir={CONFIGURATION_DIR}"));
    command
}

/// The configuration of a conductor's master: its environments, and the ports for minions. It does not wait long for
/// minions that are not connected.
pub fn master_configuration() -> String {
    format!(
        "interface: 127.0.0.1\n\
         publish_port: {PUBLISH_PORT}\n\
         ret_port: {RETURN_PORT}\n\
         ipc_mode: ipc\n\
         auto_accept: True\n\
         worker_threads: 4\n\
         fileserver_list_cache_time: 1\n\
         gather_job_timeout: 3\n\
         file_roots:\n  base: [/srv/salt]\n  plugins: [{states}]\n\
         pillar_roots:\n  base: [/srv/pillar]\n  plugins: [{pillars}]\n",
        states = bgpcs::paths::SALT_STATES_ROOT,
        pillars = bgpcs::paths::SALT_PILLAR_ROOT,
    )
}

/// The configuration of a minion. The grains say that Debian is Oracle Linux, so that Salt uses dnf. It connects again soon
/// after the master has started.
pub fn minion_configuration(asset_id: &str, release: u8) -> String {
    format!(
        "id: {asset_id:?}\n\
         master: 127.0.0.1\n\
         publish_port: {PUBLISH_PORT}\n\
         master_port: {RETURN_PORT}\n\
         ipc_mode: ipc\n\
         acceptance_wait_time: 1\n\
         random_reauth_delay: 1\n\
         auth_timeout: 5\n\
         recon_default: 200\n\
         recon_max: 500\n\
         recon_randomize: False\n\
         grains: {{os: OEL, os_family: RedHat, osrelease: '{release}.4', osmajorrelease: {release}, osarch: x86_64}}\n\
         providers: {{pkg: yumpkg}}\n"
    )
}
