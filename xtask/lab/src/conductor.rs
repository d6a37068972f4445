//! The conductor: packages by dnf, commits by an operator, highstates by the Salt master.

use std::time::{Duration, Instant};

use anyhow::Result;
use bgpcs::paths;
use fs_err as fs;
use serde_json::Value;
use task::command;

use crate::authority::{Authority, NODES, Node};
use crate::expect::equal;
use crate::highstate::Highstate;
use crate::host::{Host, Network};
use crate::salt::{self, Transport};
use crate::{distribution, repository, wait};

/// Another plugin; its states and pillar must stay unchanged.
const OTHER_PLUGIN: &str = "plugins:\n  '*':\n    - other-plugin\n";
const OTHER_STATE: &str = "other-plugin:\n  test.nop\n";
const OTHER_PILLAR: &str = "other-plugin: {configured: true}\n";

/// Salt's function that brings minions to what their states and pillars say.
pub const HIGHSTATE: [&str; 1] = ["state.highstate"];

/// The function of docs/removal.md that cleans minions.
pub const CLEAN: [&str; 3] = ["state.apply", "bgp-community-services.clean", "saltenv=plugins"];

/// The management server.
pub struct Conductor {
    /// The host that it is.
    pub host: Host,
}

impl Conductor {
    /// Starts the host and its Salt master, with the Salt environments of a conductor, and another plugin in them.
    pub fn start(network: &Network, keep: bool) -> Result<Self> {
        let conductor = Self { host: Host::start("conductor", network, keep)? };
        let host = &conductor.host;
        distribution::imitate(host, 9)?;
        host.write(distribution::REPOSITORY_FILE, &repository::dnf_configuration())?;
        host.run("mkdir", &["-p", "/srv/salt", "/srv/pillar", salt::LOG_DIR])?;
        for (root, other) in [(paths::SALT_STATES_ROOT, OTHER_STATE), (paths::SALT_PILLAR_ROOT, OTHER_PILLAR)]
        {
            host.write(&format!("{root}/top.sls"), OTHER_PLUGIN)?;
            host.write(&format!("{root}/other-plugin.sls"), other)?;
        }
        conductor.start_master(Transport::ZeroMq)?;
        Ok(conductor)
    }

    /// Asserts that the files of the other plugin are unchanged.
    pub fn expect_other_plugin_untouched(&self) -> Result<()> {
        for (root, other) in [(paths::SALT_STATES_ROOT, OTHER_STATE), (paths::SALT_PILLAR_ROOT, OTHER_PILLAR)]
        {
            for (file, text) in [("top.sls", OTHER_PLUGIN), ("other-plugin.sls", other)] {
                let path = format!("{root}/{file}");
                equal(&path, &self.host.read(&path)?.as_deref(), &Some(text))?;
            }
        }
        Ok(())
    }

    /// Starts a Salt master.
    pub fn start_master(&self, transport: Transport) -> Result<()> {
        salt::start_master(&self.host, transport, &[])
    }

    /// Starts the master for TCP in a locale that is not UTF-8: ISO-8859-1, or ASCII where this machine has no sources of
    /// locales.
    pub fn start_master_abroad(&self) -> Result<()> {
        let locale = "/usr/lib/locale/en_US.ISO-8859-1";
        let is_built = self.host.succeeds("localedef", &["-i", "en_US", "-f", "ISO-8859-1", locale])?;
        let locale = if is_built { "en_US.ISO-8859-1" } else { "C" };
        let variables = [("LC_ALL", locale), ("PYTHONCOERCECLOCALE", "0"), ("PYTHONUTF8", "0")];
        salt::start_master(&self.host, Transport::Tcp, &variables)
    }

    /// Kills the Salt masters, as a crash does.
    pub fn kill_master(&self) -> Result<()> {
        self.host.kill(salt::MASTER)
    }

    /// Lets a master forget the minions whose names match a glob of the shell. Otherwise it would wait for their answers when
    /// they are gone.
    pub fn forget(&self, transport: Transport, minions: &str) -> Result<()> {
        let forget = r#"find "$1/minions" -name "$2" -delete"#;
        self.host.run("sh", &["-c", forget, "sh", &salt::pki_directory(transport), minions]).map(drop)
    }

    /// Waits until the master reaches the nodes of the lab.
    pub fn wait_for_minions(&self) -> Result<()> {
        self.wait_for(Transport::ZeroMq, &NODES)
    }

    /// How many minions are connected to a master.
    fn connections(&self, transport: Transport) -> Result<usize> {
        let port = format!("127.0.0.1:{}", transport.publish_port());
        let listed = self.host.run("ss", &["-Htn", "state", "established", "src", &port])?;
        Ok(listed.lines().count())
    }

    /// How many minions a master knows.
    fn known(&self, transport: Transport) -> Result<usize> {
        let keys = self.host.path(&format!("{}/minions", salt::pki_directory(transport)));
        Ok(if keys.exists() { fs::read_dir(keys)?.count() } else { 0 })
    }

    /// Waits until a master reaches these nodes.
    pub fn wait_for(&self, transport: Transport, nodes: &[Node]) -> Result<()> {
        /// How long those that it knows have time to connect; some may have been stopped.
        const PATIENCE: Duration = Duration::from_secs(30);
        let (started, mut seconds) = (Instant::now(), 2);
        let ids: Vec<&str> = nodes.iter().map(|node| node.asset_id).collect();
        wait::until("all minions", Duration::from_secs(180), || {
            // Who is not connected does not hear the question, and Salt would be kept waiting for the answer.
            let (connected, wanted) = (self.connections(transport)?, self.known(transport)?.max(ids.len()));
            if connected < wanted && started.elapsed() < PATIENCE {
                return Ok(Err(format!("{connected} of {wanted} are connected")));
            }
            let mut ping = salt::command(&self.host, transport, "salt");
            ping.arg(format!("--timeout={seconds}")).args(["--out=json", "--static", "*", "test.ping"]);
            // Who knew an earlier run of the master only learns from the first question that it has another key; and on a
            // busy machine an answer takes its time.
            seconds = (seconds * 2).min(10);
            // While no minion is connected it fails, and its output is no JSON.
            let output = command::output(&mut ping)?;
            let answers: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
            let missing: Vec<&&str> = ids.iter().filter(|id| answers[**id] != Value::Bool(true)).collect();
            Ok(if missing.is_empty() { Ok(()) } else { Err(format!("no answer from {missing:?}")) })
        })
    }

    /// What `manage plugin install`, and the upgrade, downgrade and removal of a plugin do as far as is public: dnf, and
    /// a restart of the conductor with its Salt master.
    pub fn manage_plugin(&self, action: &str, package: &str) -> Result<()> {
        self.host.run("dnf", &["--quiet", "--assumeyes", action, package])?;
        self.kill_master()?;
        self.start_master(Transport::ZeroMq)?;
        self.wait_for_minions()
    }

    /// An operator's commit: writes the running configuration to disk and runs the generator.
    pub fn commit(&self, authority: &Authority) -> Result<()> {
        self.host.write(paths::RUNNING_CONFIGURATION, &format!("{:#}", authority.running_configuration()))?;
        self.host.run(paths::GENERATOR, &[])?;
        Ok(())
    }

    /// The names of the pillar files, sorted, without the marker.
    pub fn pillar_files(&self) -> Result<Vec<String>> {
        let directory = self.host.path(paths::PILLAR_DIR);
        let mut names = Vec::new();
        for entry in fs::read_dir(directory)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.retain(|name| !paths::PILLAR_MARKER.ends_with(&format!("/{name}")));
        names.sort();
        Ok(names)
    }

    /// Runs the highstate on the nodes whose asset ids match; a glob.
    pub fn highstate(&self, target: &str) -> Result<Highstate> {
        self.apply(target, &HIGHSTATE)
    }

    /// Runs the highstate as a test, which says what it would do.
    pub fn test_highstate(&self, target: &str) -> Result<Highstate> {
        self.apply(target, &["state.highstate", "test=True"])
    }

    /// Cleans the nodes whose asset ids match, with the command of docs/removal.md.
    pub fn clean(&self, target: &str) -> Result<Highstate> {
        self.apply(target, &CLEAN)
    }

    /// Applies states through each of the masters at once.
    pub fn apply_through(&self, masters: &[Transport], target: &str, function: &[&str]) -> Result<Highstate> {
        let apply = |transport| move || self.apply_by(transport, target, function);
        let outcomes = wait::for_all(masters.iter().copied().map(apply))?;
        Ok(outcomes.into_iter().collect())
    }

    fn apply(&self, target: &str, function: &[&str]) -> Result<Highstate> {
        self.apply_by(Transport::ZeroMq, target, function)
    }

    fn apply_by(&self, transport: Transport, target: &str, function: &[&str]) -> Result<Highstate> {
        let mut salt = salt::command(&self.host, transport, "salt");
        // Salt leaves out whoever is busy for longer, and is not kept waiting by those that answer.
        salt.args(["--timeout=120", "--out=json", "--static", target]).args(function);
        // The report says which state failed; the status has nothing to add.
        let output = command::output(&mut salt)?;
        Highstate::parse(&String::from_utf8_lossy(&output.stdout))
    }

    /// Starts a highstate and does not wait for its end.
    pub fn start_highstate(&self, target: &str) -> Result<()> {
        let mut salt = salt::command(&self.host, Transport::ZeroMq, "salt");
        command::read(salt.args(["--async", target, "state.highstate"]))?;
        Ok(())
    }
}
