//! A node of a router: a Salt minion, a routing engine, and what Salt installs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use bgpcs::{ModuleConfiguration, paths};
use fs_err as fs;
use serde::Deserialize;
use serde_json::Value;
use task::command;

use crate::authority::{Authority, Node};
use crate::expect::{self, equal};
use crate::host::{Host, Network};
use crate::routing::Routing;
use crate::{distribution, repository, salt, systemd, wait};

/// The part of the minion's command line that no other process has.
pub const MINION: &str = "salt-minion";

/// A node of the lab.
pub struct Router {
    /// Who it is.
    pub node: Node,
    /// The host that it is.
    pub host: Host,
    /// Its routing engine.
    pub routing: Routing,
}

/// The output file of the module, without the keys that are always the same.
#[derive(Debug, PartialEq, Eq)]
pub struct ModuleOutput {
    /// The prefixes by application.
    pub services: BTreeMap<String, BTreeSet<String>>,
    /// The error of the last run.
    pub error: Option<String>,
}

impl Router {
    /// Starts the hosts, their minions and their routing engines; `first` is the index of the first node, from 1.
    pub fn start_all(nodes: &[Node], first: usize, network: &Network, keep: bool) -> Result<Vec<Self>> {
        // The kernel ends a host with the thread that started it, so only what follows is done side by side.
        let hosts = Self::start_hosts(nodes, network, keep)?;
        Self::prepare_all(nodes, first, hosts)
    }

    /// Starts the hosts of nodes.
    pub fn start_hosts(nodes: &[Node], network: &Network, keep: bool) -> Result<Vec<Host>> {
        let boot = |node: &Node| match node.has_systemd {
            true => Host::boot(node.asset_id, network, systemd::BOOT, keep),
            false => Host::start(node.asset_id, network, keep),
        };
        nodes.iter().map(boot).collect()
    }

    /// Makes these hosts nodes of routers, side by side.
    pub fn prepare_all(nodes: &[Node], first: usize, hosts: Vec<Host>) -> Result<Vec<Self>> {
        let prepare = |((node, host), index): ((&Node, Host), usize)| {
            let node = *node;
            move || Self::prepare(node, host, index)
        };
        wait::for_all(nodes.iter().zip(hosts).zip(first..).map(prepare))
    }

    /// Makes a host a node of a router.
    fn prepare(node: Node, host: Host, index: usize) -> Result<Self> {
        if node.has_systemd {
            systemd::wait_until_booted(&host)?;
        }
        let routing = Routing::start(&host, index)?;
        make_minion(node, &host)?;
        Ok(Self { node, host, routing })
    }

    /// Starts the Salt minion.
    pub fn start_minion(&self) -> Result<()> {
        start_minion(self.node, &self.host)
    }

    /// Kills the Salt minion and everything that it started, as a power failure does.
    pub fn kill_minion(&self) -> Result<()> {
        self.host.kill(MINION)?;
        self.host.kill("dnf")
    }

    /// Waits until dnf runs, which means that a highstate is in progress.
    pub fn wait_for_dnf(&self) -> Result<()> {
        wait::until(&format!("dnf on {}", self.node.asset_id), Duration::from_secs(180), || {
            Ok(if self.host.processes("dnf")?.is_empty() { Err("not yet".to_owned()) } else { Ok(()) })
        })
    }

    /// The router package that is installed, as `VERSION-RELEASE`.
    pub fn installed(&self) -> Result<Option<String>> {
        let query = ["--query", "--queryformat", "%{VERSION}-%{RELEASE}", bgpcs::ROUTER_PACKAGE];
        let output = command::output(self.host.command("rpm").args(query))?;
        Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    /// Asserts that the node is as the authority says: the package of the version for the node's own distribution, exactly
    /// the generated configuration, and the link; without a profile, nothing at all.
    pub fn expect_state(&self, authority: &Authority, version: &str) -> Result<()> {
        let Some(configuration) = authority.configuration(self.node.router) else {
            return self.expect_clean();
        };
        let id = self.node.asset_id;
        let package = format!("{version}-{}.el{}", bgpcs::RELEASE, self.node.release);
        equal(&format!("{id}: the installed package"), &self.installed()?, &Some(package))?;
        self.expect_configuration(&configuration)?;
        let metadata = self.metadata(paths::MODULE_CONFIGURATION)?;
        equal(
            &format!("{id}: the mode of config.json"),
            &format!("{:o}", metadata.mode() & 0o7777),
            &"640".to_owned(),
        )?;
        let link = self.host.path(paths::MODULE_LINK);
        let target = fs::read_link(&link)?;
        equal(&format!("{id}: the link"), &target.as_path(), &Path::new(paths::MODULE))?;
        let executable = self.metadata(paths::MODULE)?.permissions().mode() & 0o111;
        equal(&format!("{id}: the module is executable"), &executable, &0o111)
    }

    fn metadata(&self, inside: &str) -> Result<Metadata> {
        Ok(fs::symlink_metadata(self.host.path(inside))?)
    }

    /// Asserts that `config.json` is exactly this configuration.
    pub fn expect_configuration(&self, configuration: &ModuleConfiguration) -> Result<()> {
        let text = self.host.read(paths::MODULE_CONFIGURATION)?.unwrap_or_default();
        let what = format!("{}: config.json", self.node.asset_id);
        equal(&what, &expect::json::<Value>(&what, &text)?, &serde_json::to_value(configuration)?)
    }

    /// Asserts that SSR does not run the module here, whatever else is installed.
    pub fn expect_not_linked(&self) -> Result<()> {
        ensure!(!self.host.exists(paths::MODULE_LINK), "{}: the module is linked", self.node.asset_id);
        Ok(())
    }

    /// Asserts that nothing of the plugin is on the node.
    pub fn expect_clean(&self) -> Result<()> {
        let id = self.node.asset_id;
        equal(&format!("{id}: the installed package"), &self.installed()?, &None)?;
        for path in [
            paths::MODULE_LINK,
            paths::MODULE_REGISTRATION_LINK,
            paths::MODULE,
            paths::ROUTER_PLUGIN_DIR,
            paths::MODULE_OUTPUT,
        ] {
            ensure!(!self.host.exists(path), "{id}: {path} is still there");
        }
        Ok(())
    }

    /// Runs the module once through its link, as SSR does, and reads its output file.
    pub fn run_module(&self) -> Result<ModuleOutput> {
        self.host.run(paths::MODULE_LINK, &[])?;
        let mode = self.metadata(paths::MODULE_OUTPUT)?.mode() & 0o7777;
        equal("the mode of the module's output file", &format!("{mode:o}"), &"644".to_owned())?;
        self.output()
    }

    /// Reads the module's output file.
    pub fn output(&self) -> Result<ModuleOutput> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        struct Document {
            module_name: String,
            duration: u32,
            continue_file_watch: bool,
            services: BTreeMap<String, Vec<Entry>>,
            error: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Entry {
            ip_prefix: String,
        }
        let text = self.host.read(paths::MODULE_OUTPUT)?.unwrap_or_default();
        let what = format!("{}: {}", self.node.asset_id, paths::MODULE_OUTPUT);
        let document: Document = expect::json(&what, &text)?;
        let constant = document.module_name == bgpcs::PLUGIN && document.continue_file_watch;
        ensure!(constant && document.duration > 0, "{what} has other constant keys than expected:\n{text}");
        let prefixes = |list: Vec<Entry>| list.into_iter().map(|prefix| prefix.ip_prefix).collect();
        let services = document.services.into_iter().map(|(name, list)| (name, prefixes(list))).collect();
        Ok(ModuleOutput { services, error: document.error })
    }

    /// Runs the module until its output file has exactly the prefixes that the peer announces for the node's profile.
    pub fn expect_prefixes(&self, authority: &Authority) -> Result<()> {
        self.wait_for_prefixes(authority, || self.run_module())
    }

    /// As [`Self::expect_prefixes`], but does not run the module: the service has to write the file.
    pub fn expect_followed(&self, authority: &Authority) -> Result<()> {
        self.wait_for_prefixes(authority, || self.output())
    }

    fn wait_for_prefixes(
        &self,
        authority: &Authority,
        read: impl Fn() -> Result<ModuleOutput>,
    ) -> Result<()> {
        let Some(configuration) = authority.configuration(self.node.router) else {
            return self.expect_clean();
        };
        let services = self.routing.expected_services(&configuration);
        let expected = ModuleOutput { services, error: None };
        let what = format!("the prefixes {expected:?} on {}", self.node.asset_id);
        // bgpd and its peer may still exchange routes.
        wait::until(&what, Duration::from_secs(180), || {
            let output = read()?;
            Ok(if output == expected { Ok(()) } else { Err(format!("{output:?}")) })
        })
    }
}

/// Makes a host a minion of the conductor, without a routing engine.
pub fn make_minion(node: Node, host: &Host) -> Result<()> {
    distribution::imitate(host, node.release)?;
    host.write(distribution::REPOSITORY_FILE, &repository::dnf_configuration())?;
    host.write(
        &format!("{}/minion", salt::CONFIGURATION_DIR),
        &salt::minion_configuration(node.asset_id, node.release, node.minion.transport),
    )?;
    host.run("mkdir", &["-p", salt::LOG_DIR, parent(paths::MODULE_OUTPUT), paths::MODULES_DIR])?;
    start_minion(node, host)
}

fn start_minion(node: Node, host: &Host) -> Result<()> {
    command::run(node.minion.command(host, MINION).arg("--daemon"))
}

/// The directory of an installed path.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("/", |(directory, _)| directory)
}
