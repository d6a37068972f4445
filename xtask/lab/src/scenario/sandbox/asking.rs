//! The timer that asks the fleet, and its service, with a Salt master and a minion of their own.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bgpcs::{FLEET_UNIT, paths};
use task::{command, workspace};

use crate::authority::Node;
use crate::host::Host;
use crate::salt::{self, Transport};
use crate::{router, wait};

/// Where Salt and its Python are on the host: they may be below somebody's home, which the service does not see.
const SALT: &str = "/opt/salt";
const PYTHON: &str = "/opt/python";
/// Prints where a Python is installed, and where the libraries of its environment are within that.
const WHERE: &str = "import os, sys, sysconfig; print(sys.base_prefix); print(os.path.relpath(sysconfig.get_path('purelib'), sys.prefix))";

/// The names of the master's and the minion's own ports in their configurations.
const PORTS: [(&str, [&str; 2]); 2] =
    [("master", ["publish_port", "ret_port"]), ("minion", ["publish_port", "master_port"])];

/// The timer's service does not wait minutes for its first run.
const AT_ONCE: &str = "[Timer]\nOnActiveSec=\nOnActiveSec=1s\n";

/// Starts the node's minion, and a master that it reaches on ports of their own: the lab's hosts share their addresses.
pub fn start_salt(host: &Host, node: Node, index: usize) -> Result<()> {
    install_salt(host)?;
    let first = 4600 + 10 * index;
    for (program, [publish, other]) in PORTS {
        let ports = format!("{publish}: {first}\n{other}: {}\n", first + 1);
        host.write(&format!("{}/{program}.d/ports.conf", salt::CONFIGURATION_DIR), &ports)?;
    }
    salt::start_master(host, Transport::ZeroMq, &[])?;
    router::make_minion(node, host)?;
    wait::until("the minion", Duration::from_secs(180), || {
        let mut ping = salt::command(host, Transport::ZeroMq, "salt");
        let output = command::output(ping.args(["--timeout=5", node.asset_id, "test.ping"]))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(if said.contains("True") { Ok(()) } else { Err(said) })
    })
}

/// Puts Salt's own program into the search path.
fn install_salt(host: &Host) -> Result<()> {
    let environment = workspace::python_environment();
    let said = host.run(environment.join("bin/python"), &["-c", WHERE])?;
    let (python, libraries) = said.trim().split_once('\n').context("Python does not say where it is")?;
    host.run("mkdir", &["-p", SALT, PYTHON, salt::LOG_DIR])?;
    host.run("mount", &["--bind", &environment.to_string_lossy(), SALT])?;
    host.run("mount", &["--bind", python, PYTHON])?;
    let script = format!(
        "#!/bin/sh\nPYTHONPATH={SALT}/{libraries} exec {PYTHON}/bin/python3 {SALT}/bin/salt \"$@\"\n"
    );
    host.write("/usr/bin/salt", &script)?;
    host.run("chmod", &["+x", "/usr/bin/salt"]).map(drop)
}

/// Starts the timer, which starts its service at once.
pub fn start_timer(host: &Host) -> Result<()> {
    host.write(&format!("/etc/systemd/system/{FLEET_UNIT}.timer.d/at-once.conf"), AT_ONCE)?;
    host.run("systemctl", &["daemon-reload"])?;
    host.run("systemctl", &["start", &format!("{FLEET_UNIT}.timer")]).map(drop)
}

/// Asserts that the node has answered the service; the error has what the service said, in its file.
pub fn expect_answer(host: &Host, node: Node, said: &str) -> Result<()> {
    let metrics = host.read(paths::FLEET_METRICS)?.unwrap_or_default();
    let heard = metrics.lines().any(|line| {
        line.starts_with("bgp_community_services_fleet_node_heard_timestamp_seconds{")
            && line.contains(&format!("{:?}", node.asset_id))
    });
    if heard {
        return Ok(());
    }
    let said = host.read(said)?.unwrap_or_default();
    bail!("{} has not answered the service, which said: {said}", node.asset_id)
}
