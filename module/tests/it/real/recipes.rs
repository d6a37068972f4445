//! The recipes of `docs/recipes.md`, with the real programs.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use bgpcs_testing::{Bgpd, ExaBgp, Listener, Peer, Process, eventually, free_port};
use serde_json::Value;

use crate::scene::Scene;

const SPEAKER: Peer = Peer(1);
const OTHER: Peer = Peer(2);

/// ExaBGP with its own healthcheck module as a process, as the recipes show it: 203.0.113.1/32 is announced with a
/// community while a TCP port is open.
fn healthcheck(directory: &Path, exabgp: &Path, bgp_port: u16, service_port: u16, more: &str) -> Process {
    // Debian's module belongs to Debian's Python; that of a Python environment to the Python beside it.
    let python = exabgp.with_file_name("python3");
    let python =
        if python.exists() && !exabgp.starts_with("/usr/sbin") { python } else { "/usr/bin/python3".into() };
    let check = directory.join("check.sh");
    let script = format!("#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/{service_port}\n");
    fs::write(&check, script).unwrap();
    fs::set_permissions(&check, fs::Permissions::from_mode(0o755)).unwrap();
    let (address, id, asn) = (SPEAKER.address(), SPEAKER.router_id(), SPEAKER.asn());
    let configuration = format!(
        "process healthcheck {{\n  run {} -m exabgp healthcheck --command {} --ip 203.0.113.1/32 \
         --next-hop {id} --no-ip-setup --interval 1 --fast-interval 0.2 --rise 2 --fall 2 --no-syslog {more};\n  \
         encoder text;\n}}\n\
         neighbor 127.0.0.1 {{\n  router-id {id};\n  local-address {address};\n  local-as {asn};\n  peer-as 64512;\n  \
         connect {bgp_port};\n  outgoing-ttl 64;\n  family {{\n    ipv4 unicast;\n  }}\n  api {{\n    \
         processes [ healthcheck ];\n  }}\n}}\n",
        python.display(),
        check.display()
    );
    let path = directory.join("healthcheck.conf");
    fs::write(&path, configuration).unwrap();
    let mut command = Command::new(exabgp);
    command.env("exabgp_tcp_attempts", "0").env("exabgp_daemon_user", "root").env("exabgp_api_cli", "false");
    Process::start(command.arg(&path))
}

fn applications(file: &str) -> Vec<String> {
    let file: Value = serde_json::from_str(file).unwrap_or_default();
    let services = file["services"].as_object().cloned().unwrap_or_default();
    let with = |(name, entries): (String, Value)| format!("{name} {}", entries[0]["ip-prefix"]);
    services.into_iter().map(with).collect()
}

/// Opens, closes and opens the service, and waits for what the file then has.
fn comes_and_goes(service_port: u16, mut output: impl FnMut() -> String) {
    const UP: [&str; 1] = ["ExchangeOnline \"203.0.113.1/32\""];
    for round in ["first", "second"] {
        let service = TcpListener::bind(("127.0.0.1", service_port)).unwrap();
        service.set_nonblocking(true).unwrap();
        eventually(&format!("up, {round} time"), || {
            while service.accept().is_ok() {}
            applications(&output()) == UP
        });
        drop(service);
        eventually(&format!("down, {round} time"), || applications(&output()).is_empty());
    }
}

/// A service that answers is an application's prefix on a router with bgpd, and no longer when it does not. The other
/// neighbor is why a withdrawal counts at once: the checker repeats what it says every second, and until one neighbor has
/// fallen silent, or is up for a minute, what is missing may only not have come yet.
#[test]
fn healthcheck_and_bgpd() {
    let (scene, bgpd, service) = (Scene::new(), Bgpd::start(&[SPEAKER, OTHER]), free_port());
    let _other = ExaBgp::start(OTHER, &bgpd, &["10.0.0.0/8"]);
    let more = "--community 12076:5010 --withdraw-on-down";
    let _checker = healthcheck(&scene.path(""), Path::new("/usr/sbin/exabgp"), bgpd.port, service, more);
    let socket = bgpd.socket().into_os_string().into_string().unwrap();
    comes_and_goes(service, || scene.run(&["--source", "bgpd", "--bgpd-socket", &socket]).1);
}

/// The same where ExaBGP receives.
#[test]
fn healthcheck_and_exabgp() {
    for exabgp in bgpcs_testing::exabgp_releases() {
        let (scene, service) = (Scene::new(), free_port());
        let listener =
            Listener::start(exabgp.to_str().unwrap(), &scene.path(""), &[SPEAKER], &scene.exabgp_program());
        let more = "--community 12076:5010 --withdraw-on-down";
        let _checker = healthcheck(&scene.path(""), &exabgp, listener.port, service, more);
        comes_and_goes(service, || fs::read_to_string(scene.path("output.json")).unwrap_or_default());
    }
}

/// A service under maintenance stays announced, with another community: it changes from one application to another.
#[test]
fn maintenance() {
    let [_, exabgp] = bgpcs_testing::exabgp_releases();
    let (scene, service) = (Scene::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let listener =
        Listener::start(exabgp.to_str().unwrap(), &scene.path(""), &[SPEAKER], &scene.exabgp_program());
    let disabled = scene.path("disabled");
    let more =
        format!("--community 12076:5010 --disabled-community 12076:5020 --disable {}", disabled.display());
    let port = service.local_addr().unwrap().port();
    let _checker = healthcheck(&scene.path(""), &exabgp, listener.port, port, &more);
    let has = |application: &str| {
        let output = fs::read_to_string(scene.path("output.json")).unwrap_or_default();
        applications(&output) == [format!("{application} \"203.0.113.1/32\"")]
    };
    eventually("in service", || has("ExchangeOnline"));
    fs::write(&disabled, "").unwrap();
    eventually("under maintenance", || has("SharePointOnline"));
    fs::remove_file(&disabled).unwrap();
    eventually("in service again", || has("ExchangeOnline"));
}

/// A victim's address, tagged for a black hole at its source, is an application's prefix until the tag is withdrawn.
#[test]
fn black_hole() {
    let (scene, bgpd) = (Scene::new(), Bgpd::start(&[SPEAKER, OTHER]));
    scene.edit("config.json", |config| {
        config["applications"] =
            serde_json::json!([{"application-name": "Blackhole", "bgp-community": ["blackhole"]}]);
    });
    let _other = ExaBgp::start(OTHER, &bgpd, &["10.0.0.0/8"]);
    let mut detector = ExaBgp::start(SPEAKER, &bgpd, &["203.0.113.0/24"]);
    let socket = bgpd.socket().into_os_string().into_string().unwrap();
    let output = || applications(&scene.run(&["--source", "bgpd", "--bgpd-socket", &socket]).1);
    detector.announce(SPEAKER, "203.0.113.66/32 community [ 65535:666 ]");
    eventually("under attack", || output() == ["Blackhole \"203.0.113.66/32\""]);
    detector.withdraw(SPEAKER, "203.0.113.66/32");
    eventually("the attack is over", || output().is_empty());
}
