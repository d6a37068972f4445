//! What the packaged units let their services do, under this machine's systemd and an older one: what they need, as bgpd of
//! another user, the system's log, and directories that are made anew; and little else.

mod asking;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bgpcs::{UpdateMode, VERSION, paths};

use crate::authority::{Authority, NODES};
use crate::expect::equal;
use crate::host::Host;
use crate::lab::Lab;
use crate::packages::Packages;
use crate::router::Router;
use crate::routing::Routing;
use crate::{distribution, systemd, wait};

/// The most that a service may be exposed, as `systemd-analyze security` counts.
const EXPOSURE: f32 = 4.0;

/// Receives what is written to the system's log, at `$1`, and appends it to `$2`.
const RECEIVER: &str = r#"
import os, socket, sys
os.makedirs(os.path.dirname(sys.argv[1]), exist_ok=True)
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
while True:
    with open(sys.argv[2], "ab") as file:
        file.write(log.recv(4096) + b"\n")
"#;
/// Where systemd's journal receives it.
const LOG_SOCKET: &str = "/run/systemd/journal/dev-log";
const LOG: &str = "/var/log/received";

/// A directory of another program, in which an operator lets metrics be written.
const METRICS: &str = "/var/lib/node-exporter";

/// Runs under the rules of a service, and fails where they allow too little or too much.
const PROBE: &str = r#"
exec 2>"$3/$1.errors"
set -eux
echo 1 >"$3/$1.prom"
grep -q local_address /proc/self/net/tcp
test "$(stat --format=%U "$2")" = frr
refused() {
  if "$@"; then
    echo "this is not refused: $*" >&2
    exit 1
  fi
}
refused touch /etc/probe
refused touch /usr/probe
refused touch /root/probe
refused mount -t tmpfs tmpfs /mnt
refused unshare --net true
refused chown frr "$3/$1.prom"
refused mknod /run/probe b 7 0
logger --socket-errors=on "probe of $1 passed"
"#;
const PROBE_FILE: &str = "/usr/local/lib/probe";

/// A prefix that the peer announces late.
const PREFIX: &str = "100.64.31.0/24";

pub fn play(lab: &Lab) -> Result<()> {
    let systemds =
        [("this systemd", "systemd ", systemd::BOOT), ("systemd 247", "systemd 247", &systemd::boot_older())];
    // The kernel ends a host with the thread that started it, so only what follows is done side by side.
    let boot = |(name, _, boot): &(&str, &str, &str)| Host::boot(name, &lab.network, boot, false);
    let hosts: Vec<Host> = systemds.iter().map(boot).collect::<Result<_>>()?;
    let (node, packages) = (lab.single_node()?.node, &lab.packages);
    // The lab's own nodes have the addresses before.
    let indices = NODES.len() + 1..;
    let trials = systemds.into_iter().zip(hosts).zip(indices).map(|(((name, version, _), host), index)| {
        move || {
            let work = || {
                systemd::wait_until_booted(&host)?;
                let runs = host.run("systemctl", &["--version"])?;
                ensure!(runs.starts_with(version), "it is {runs}");
                prepare(packages, &host)?;
                let routing = Routing::start(&host, index)?;
                asking::start_salt(&host, node, index)?;
                expect_work(&Router { node, host, routing })
            };
            work().with_context(|| format!("with {name}"))
        }
    });
    wait::for_all(trials).map(drop)
}

/// The services of both packages.
const SERVICES: [&str; 3] = [bgpcs::GENERATOR_UNIT, bgpcs::PLUGIN, bgpcs::FLEET_UNIT];

/// Installs both packages, what receives the system's log, and the probe, which runs after each service has started.
fn prepare(packages: &Packages, host: &Host) -> Result<()> {
    distribution::imitate(host, 9)?;
    host.start_daemon("python3", &["-c", RECEIVER, LOG_SOCKET, LOG], "/var/log/receiver")?;
    host.write(PROBE_FILE, PROBE)?;
    let directories =
        [paths::GENERATOR_LOG, paths::MODULE_OUTPUT, paths::MODULE_CONFIGURATION].map(directory);
    host.run("mkdir", &[&["-p", METRICS], &directories[..]].concat())?;
    for package in [bgpcs::CONDUCTOR_PACKAGE, bgpcs::ROUTER_PACKAGE] {
        let file = packages.file(package, VERSION, "el9");
        host.run("rpm", &["--install", "--nodeps", &file.to_string_lossy()])?;
    }
    for service in SERVICES {
        let probe = format!("/bin/sh {PROBE_FILE} {service} {} {METRICS}", paths::BGPD_SOCKET);
        let drop_in = format!("/etc/systemd/system/{service}.service.d/probe.conf");
        let said = said(service);
        let output = format!("StandardOutput=append:{said}\nStandardError=append:{said}\n");
        host.write(&drop_in, &format!("[Service]\nExecStartPost={probe}\n{output}"))?;
    }
    host.run("systemctl", &["daemon-reload"]).map(drop)
}

/// The file with what a service says.
fn said(service: &str) -> String {
    format!("/var/log/{service}.said")
}

fn expect_work(router: &Router) -> Result<()> {
    let Router { node, host, routing } = router;
    let mut authority = Authority::sample();
    if let Some(voice) = authority.profile_mut("Voice") {
        voice.update_mode = UpdateMode::Watch;
    }
    // SSR runs bgpd as a user of its own.
    host.run("chown", &["--recursive", "frr:frr", directory(paths::BGPD_SOCKET)])?;
    host.run("chmod", &["--recursive", "go=", directory(paths::BGPD_SOCKET)])?;

    host.write(paths::RUNNING_CONFIGURATION, &authority.running_configuration().to_string())?;
    expect_probe(host, bgpcs::GENERATOR_UNIT)?;
    let pillar = format!("{}/{}.sls", paths::PILLAR_DIR, node.asset_id);
    ensure!(
        host.exists(&pillar) && host.exists(paths::GENERATOR_LOG),
        "the generator did not write {pillar}"
    );

    let configuration = authority.configuration(node.router).context("the node has no profile")?;
    host.write(paths::MODULE_CONFIGURATION, &serde_json::to_string(&configuration)?)?;
    host.run("systemctl", &["start", "--no-block", bgpcs::PLUGIN])?;
    expect_probe(host, bgpcs::PLUGIN)?;
    router.expect_followed(&authority)?;

    // SSR makes its directories anew.
    for made in [directory(paths::MODULE_OUTPUT), paths::MODULE_STATE_DIR] {
        host.run("rm", &["-r", made])?;
        host.run("mkdir", &["--mode=700", made])?;
    }
    routing.announce(host, PREFIX, &["64512:30"])?;
    wait::until("the output file to be made anew", Duration::from_secs(180), || {
        Ok(if host.exists(paths::MODULE_OUTPUT) { Ok(()) } else { Err("it is not there".to_owned()) })
    })?;
    router.expect_followed(&authority)?;
    let mode = host.run("stat", &["--format=%a", paths::MODULE_METRICS])?;
    equal("the mode of the file of metrics", &mode.trim(), &"644")?;

    asking::start_timer(host)?;
    expect_probe(host, bgpcs::FLEET_UNIT)?;
    asking::expect_answer(host, *node, &said(bgpcs::FLEET_UNIT))?;

    for service in SERVICES {
        let exposure = systemd::exposure(host, &format!("{service}.service"))?;
        ensure!(exposure <= EXPOSURE, "{service} is exposed by {exposure}, more than {EXPOSURE}");
    }
    Ok(())
}

/// Waits until the probe of a service has passed; the error has what it did before it failed.
fn expect_probe(host: &Host, service: &str) -> Result<()> {
    wait::until(&format!("the probe of {service}"), Duration::from_secs(180), || {
        let received = host.read(LOG)?.unwrap_or_default();
        if received.contains(&format!("probe of {service} passed")) {
            return Ok(Ok(()));
        }
        let did = host.read(&format!("{METRICS}/{service}.errors"))?;
        Ok(Err(did.unwrap_or_else(|| "it has not started".to_owned())))
    })
}

/// The directory of an installed path.
fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("/", |(directory, _)| directory)
}
