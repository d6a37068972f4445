//! A node of a router: a Salt minion, a routing engine, and whatever Salt puts there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use bgpcs::{ModuleConfiguration, paths};
use serde::Deserialize;
use serde_json::Value;

use super::authority::{Authority, Node};
use super::error::{LabError, at, ensure, equal};
use super::host::{Host, Network};
use super::routing::Routing;
use super::{distribution, repository, salt, systemd, wait};
use crate::command;

/// The part of the minion's command line by which it is told from other processes.
const MINION: &str = "salt-minion";

/// A node of the lab.
pub struct Router {
    /// Who it is.
    pub node: Node,
    /// The host that it is.
    pub host: Host,
    /// Its routing engine.
    pub routing: Routing,
}

/// What the module says in its file, apart from the keys that are always the same.
#[derive(Debug, PartialEq, Eq)]
pub struct Output {
    /// The prefixes by application.
    pub services: BTreeMap<String, BTreeSet<String>>,
    /// What failed.
    pub error: Option<String>,
}

impl Router {
    /// Makes the host, its minion and its routing engine; `index` counts from 1.
    pub fn start(node: Node, index: usize, network: &Network, keep: bool) -> Result<Self, LabError> {
        let host = match node.has_systemd {
            true => Host::boot(node.asset_id, network, systemd::BOOT, keep)?,
            false => Host::start(node.asset_id, network, keep)?,
        };
        distribution::imitate(&host, node.release)?;
        host.write(distribution::REPOSITORY_FILE, &repository::dnf_configuration())?;
        host.write(
            &format!("{}/minion", salt::CONFIGURATION_DIR),
            &salt::minion_configuration(node.asset_id, node.release),
        )?;
        host.run("mkdir", &["-p", salt::LOG_DIR, parent(paths::MODULE_OUTPUT), paths::MODULES_DIR])?;
        if node.has_systemd {
            systemd::wait_until_booted(&host)?;
        }
        let routing = Routing::start(&host, index)?;
        let router = Self { node, host, routing };
        router.start_minion()?;
        Ok(router)
    }

    /// Starts the Salt minion.
    pub fn start_minion(&self) -> Result<(), LabError> {
        command::run(salt::command(&self.host, MINION).arg("--daemon"))?;
        Ok(())
    }

    /// Ends the Salt minion and everything that it started, as a power cut does.
    pub fn kill_minion(&self) -> Result<(), LabError> {
        self.host.kill(MINION)?;
        self.host.kill("dnf")
    }

    /// Waits until dnf runs, that is, until a highstate is in its middle.
    pub fn wait_for_dnf(&self) -> Result<(), LabError> {
        wait::until(&format!("dnf on {}", self.node.asset_id), Duration::from_secs(60), || {
            Ok(if self.host.processes("dnf")?.is_empty() { Err("not yet".to_owned()) } else { Ok(()) })
        })
    }

    /// The router package that is installed, as `VERSION-RELEASE`.
    pub fn installed(&self) -> Result<Option<String>, LabError> {
        let query = ["--query", "--queryformat", "%{VERSION}-%{RELEASE}", bgpcs::ROUTER_PACKAGE];
        let output = self.host.command("rpm").args(query).output().map_err(at(Path::new("rpm")))?;
        Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    /// Asserts that the node is what the authority says: the package of this version built for its own distribution,
    /// exactly the generated configuration, and the link; or nothing at all.
    pub fn expect_state(&self, authority: &Authority, version: &str) -> Result<(), LabError> {
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
        let target = fs::read_link(&link).map_err(at(&link))?;
        equal(&format!("{id}: the link"), &target.as_path(), &Path::new(paths::MODULE))?;
        let executable = self.metadata(paths::MODULE)?.permissions().mode() & 0o111;
        equal(&format!("{id}: the module is executable"), &executable, &0o111)
    }

    fn metadata(&self, inside: &str) -> Result<fs::Metadata, LabError> {
        let path = self.host.path(inside);
        path.symlink_metadata().map_err(at(&path))
    }

    /// Asserts that `config.json` is exactly the one that was generated from this configuration.
    pub fn expect_configuration(&self, configuration: &ModuleConfiguration) -> Result<(), LabError> {
        let text = self.host.read(paths::MODULE_CONFIGURATION)?.unwrap_or_default();
        let found: Value = serde_json::from_str(&text).map_err(|source| LabError::Json {
            what: format!("{}: config.json", self.node.asset_id),
            source,
            text: text.clone(),
        })?;
        let expected = serde_json::to_value(configuration).unwrap_or_default();
        equal(&format!("{}: config.json", self.node.asset_id), &found, &expected)
    }

    /// Asserts that SSR does not run the module here, whatever else is there.
    pub fn expect_not_linked(&self) -> Result<(), LabError> {
        ensure(!self.host.exists(paths::MODULE_LINK), || {
            format!("{}: the module is linked", self.node.asset_id)
        })
    }

    /// Asserts that nothing of the plugin is on the node.
    pub fn expect_clean(&self) -> Result<(), LabError> {
        let id = self.node.asset_id;
        equal(&format!("{id}: the installed package"), &self.installed()?, &None)?;
        for path in [
            paths::MODULE_LINK,
            paths::MODULE_REGISTRATION_LINK,
            paths::MODULE,
            paths::ROUTER_PLUGIN_DIR,
            paths::MODULE_OUTPUT,
        ] {
            ensure(!self.host.exists(path), || format!("{id}: {path} is still there"))?;
        }
        Ok(())
    }

    /// Runs the module once through its link, as SSR does, and gives what it left in its file.
    pub fn run_module(&self) -> Result<Output, LabError> {
        self.host.run(paths::MODULE_LINK, &[])?;
        let mode = self.metadata(paths::MODULE_OUTPUT)?.mode() & 0o7777;
        equal("the mode of the module's file", &format!("{mode:o}"), &"644".to_owned())?;
        self.output()
    }

    /// Reads the module's file.
    pub fn output(&self) -> Result<Output, LabError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        struct File {
            module_name: String,
            duration: u32,
            continue_file_watch: bool,
            services: BTreeMap<String, Vec<Prefix>>,
            error: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Prefix {
            ip_prefix: String,
        }
        let text = self.host.read(paths::MODULE_OUTPUT)?.unwrap_or_default();
        let what = format!("{}: {}", self.node.asset_id, paths::MODULE_OUTPUT);
        let file: File = serde_json::from_str(&text).map_err(|source| LabError::Json {
            what,
            source,
            text: text.clone(),
        })?;
        ensure(file.module_name == bgpcs::PLUGIN && file.continue_file_watch && file.duration > 0, || text)?;
        let prefixes = |list: Vec<Prefix>| list.into_iter().map(|prefix| prefix.ip_prefix).collect();
        let services = file.services.into_iter().map(|(name, list)| (name, prefixes(list))).collect();
        Ok(Output { services, error: file.error })
    }

    /// Runs the module until its file has exactly the prefixes that the peer announces for the node's profile.
    pub fn expect_prefixes(&self, authority: &Authority) -> Result<(), LabError> {
        self.wait_for_prefixes(authority, || self.run_module())
    }

    /// As [`Self::expect_prefixes`], but runs nothing: the service has to do it.
    pub fn expect_followed(&self, authority: &Authority) -> Result<(), LabError> {
        self.wait_for_prefixes(authority, || self.output())
    }

    fn wait_for_prefixes(
        &self,
        authority: &Authority,
        look: impl Fn() -> Result<Output, LabError>,
    ) -> Result<(), LabError> {
        let Some(configuration) = authority.configuration(self.node.router) else {
            return self.expect_clean();
        };
        let services = self.routing.expected_services(&configuration);
        let expected = Output { services, error: None };
        let what = format!("the prefixes {expected:?} on {}", self.node.asset_id);
        // bgpd and its peer may still be exchanging what they know.
        wait::until(&what, Duration::from_secs(60), || {
            let output = look()?;
            Ok(if output == expected { Ok(()) } else { Err(format!("{output:?}")) })
        })
    }
}

/// The directory of an installed path.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("/", |(directory, _)| directory)
}
