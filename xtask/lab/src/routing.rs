//! A node's routing engine: FRR's bgpd and an ExaBGP peer that announces tagged prefixes to it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use bgpcs::{Community, ModuleConfiguration, paths};
use fs_err as fs;
use task::command;

use crate::host::Host;

/// ExaBGP executes each line that is added here as a command.
const PEER_COMMANDS: &str = "/etc/exabgp/commands";
const PEER_CONFIGURATION: &str = "/etc/exabgp/lab.conf";
const PEER_LOG: &str = "/var/log/exabgp.log";
const BGPD_CONFIGURATION: &str = "/etc/frr/lab.conf";
const BGPD_LOG: &str = "/var/log/bgpd.log";
const BGPD: &str = "/usr/lib/frr/bgpd";

/// The log files of bgpd and its peer.
pub const LOGS: [&str; 2] = [BGPD_LOG, PEER_LOG];

/// What every peer announces from the start: prefixes and their communities. They are numbers, because ExaBGP has other
/// names for some well-known communities.
const ROUTES: &[(&str, &[&str])] = &[
    ("13.107.6.152/31", &["12076:5010"]),
    ("2603:1006::/40", &["12076:5010"]),
    ("13.107.136.0/22", &["12076:5020", "12076:1"]),
    ("2620:1ec:8f8::/46", &["12076:5020"]),
    ("52.96.0.0/14", &["12076:5100", "12076:5010"]),
    ("198.51.100.0/24", &["64512:30"]),
    ("2001:db8:30::/48", &["64512:30"]),
    ("203.0.113.0/25", &["65535:65281"]),
    ("203.0.113.128/25", &["65000:1"]),
];

/// The routing engine of one node.
pub struct Routing {
    /// The number of the node, from 1; bgpd and its peer have addresses of 127.0.INDEX.0/24.
    index: usize,
    /// What the peer announces now.
    announced: RefCell<BTreeMap<String, BTreeSet<String>>>,
}

impl Routing {
    /// Starts bgpd and the peer.
    pub fn start(host: &Host, index: usize) -> Result<Self> {
        let routing = Self { index, announced: RefCell::default() };
        host.write(BGPD_CONFIGURATION, &routing.bgpd_configuration())?;
        host.write(PEER_CONFIGURATION, &routing.peer_configuration())?;
        host.write(PEER_COMMANDS, "")?;
        routing.start_bgpd(host)?;
        for (prefix, communities) in ROUTES {
            routing.announce(host, prefix, communities)?;
        }
        // A prefix that no other node gets shows that each node queries its own routing engine.
        routing.announce(host, &format!("10.{index}.0.0/16"), &["12076:5010", "64512:30"])?;
        let mut exabgp = host.command("env");
        exabgp.args(["exabgp_daemon_user=root", "exabgp_api_ack=false", "exabgp_log_level=INFO"]);
        exabgp.args(["sh", "-c", r#"exec setsid --fork exabgp "$1" >"$2" 2>&1"#, "exabgp"]);
        command::run(exabgp.args([PEER_CONFIGURATION, PEER_LOG]))?;
        Ok(routing)
    }

    fn bgpd_configuration(&self) -> String {
        let index = self.index;
        format!(
            "log file {BGPD_LOG}\n\
             router bgp 64512\n \
             bgp router-id 192.0.2.{index}\n \
             no bgp ebgp-requires-policy\n \
             no bgp network import-check\n \
             neighbor 127.0.{index}.2 remote-as 65001\n \
             neighbor 127.0.{index}.2 passive\n \
             neighbor 127.0.{index}.2 disable-connected-check\n \
             address-family ipv6 unicast\n  \
             neighbor 127.0.{index}.2 activate\n \
             exit-address-family\n"
        )
    }

    fn peer_configuration(&self) -> String {
        let index = self.index;
        format!(
            "process commands {{\n  run /usr/bin/tail --follow=name --lines=+1 {PEER_COMMANDS};\n  encoder text;\n}}\n\
             neighbor 127.0.{index}.1 {{\n  \
             local-address 127.0.{index}.2;\n  local-as 65001;\n  peer-as 64512;\n  router-id 192.0.2.{peer};\n  \
             connect 1179;\n  outgoing-ttl 64;\n  hold-time 180;\n  \
             family {{ ipv4 unicast; ipv6 unicast; }}\n  \
             api {{ processes [ commands ]; }}\n}}\n",
            peer = 100 + index,
        )
    }

    /// Starts bgpd, as the router's routingManager does.
    pub fn start_bgpd(&self, host: &Host) -> Result<()> {
        let directory = paths::BGPD_SOCKET.trim_end_matches("/bgpd.vty");
        let address = format!("127.0.{}.1", self.index);
        let pid_file = format!("{directory}/bgpd.pid");
        host.run("mkdir", &["-p", directory])?;
        let mut arguments = vec!["-d", "-Z", "-n", "-S", "-p", "1179", "-l", &address, "-P", "0"];
        arguments.extend(["--vty_socket", directory, "-i", &pid_file, "-f", BGPD_CONFIGURATION]);
        host.run(BGPD, &arguments).map(drop)
    }

    /// Kills bgpd as a crash does: the file of its socket stays.
    pub fn kill_bgpd(&self, host: &Host) -> Result<()> {
        host.kill(BGPD)
    }

    /// Suspends bgpd: it still accepts connections, but sends no answer.
    pub fn freeze_bgpd(&self, host: &Host) -> Result<()> {
        host.signal("STOP", BGPD)
    }

    /// Resumes bgpd.
    pub fn thaw_bgpd(&self, host: &Host) -> Result<()> {
        host.signal("CONT", BGPD)
    }

    /// The peer announces a prefix with these communities instead of those it had before.
    pub fn announce(&self, host: &Host, prefix: &str, communities: &[&str]) -> Result<()> {
        let next_hop = if prefix.contains("::") { "2001:db8::2" } else { "192.0.2.254" };
        let list = communities.join(" ");
        self.send(host, &format!("announce route {prefix} next-hop {next_hop} community [ {list} ]"))?;
        let communities = communities.iter().map(|community| (*community).to_owned()).collect();
        self.announced.borrow_mut().insert(prefix.to_owned(), communities);
        Ok(())
    }

    /// The peer withdraws a prefix.
    pub fn withdraw(&self, host: &Host, prefix: &str) -> Result<()> {
        let next_hop = if prefix.contains("::") { "2001:db8::2" } else { "192.0.2.254" };
        self.send(host, &format!("withdraw route {prefix} next-hop {next_hop}"))?;
        self.announced.borrow_mut().remove(prefix);
        Ok(())
    }

    fn send(&self, host: &Host, line: &str) -> Result<()> {
        let path = host.path(PEER_COMMANDS);
        let text = fs::read_to_string(&path)?;
        Ok(fs::write(&path, format!("{text}{line}\n"))?)
    }

    /// The prefixes that the peer announces, by the applications that have one of their communities.
    pub fn expected_services(
        &self,
        configuration: &ModuleConfiguration,
    ) -> BTreeMap<String, BTreeSet<String>> {
        let on_the_wire = |community: &Community| match community.standard() {
            Some(standard) => standard.to_string(),
            None => community.to_string(),
        };
        let announced = self.announced.borrow();
        let mut services = BTreeMap::new();
        for application in &configuration.applications {
            let wanted: BTreeSet<String> = application.bgp_community.iter().map(on_the_wire).collect();
            let prefixes: BTreeSet<String> = announced
                .iter()
                .filter(|(_, carried)| !carried.is_disjoint(&wanted))
                .map(|(prefix, _)| prefix.clone())
                .collect();
            if !prefixes.is_empty() {
                services.insert(application.application_name.to_string(), prefixes);
            }
        }
        services
    }
}
