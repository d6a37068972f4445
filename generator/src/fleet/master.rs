//! The Salt master of this conductor: its name, whether any minion is connected to it, and which keys it has.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use bgpcs::{paths, plain};
use serde::Deserialize;

/// The port on which a master publishes, unless it is configured.
const PUBLISH_PORT: u16 = 4505;

/// Where a master has the keys of its minions, unless it is configured.
const KEYS: &str = "/etc/salt/pki/master";

/// The most keys that are read.
const MOST_KEYS: usize = 100_000;

/// An established connection, in /proc/net/tcp.
const ESTABLISHED: &str = "01";

/// What is known of the master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Master {
    /// The name of the conductor's node, or of the machine.
    pub name: String,
    publish_port: u16,
    keys: PathBuf,
}

/// The leaves of the master's configuration that matter here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Configuration {
    publish_port: Option<u16>,
    pki_dir: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Init {
    init: InitContent,
}

#[derive(Deserialize)]
struct InitContent {
    id: String,
}

impl Master {
    /// Reads the master's configuration. What cannot be read has Salt's default.
    pub fn read(configuration: &Path) -> Self {
        let read = |path: &Path| fs::read_to_string(path).ok();
        let configured: Configuration = read(&configuration.join("master"))
            .and_then(|text| serde_yaml::from_str(&text).ok())
            .unwrap_or_default();
        let node = || Some(serde_json::from_str::<Init>(&read(Path::new(paths::NODE_INIT))?).ok()?.init.id);
        let machine = || read(Path::new("/proc/sys/kernel/hostname"));
        let name = node().or_else(machine).unwrap_or_default();
        Self {
            name: plain(name.trim()),
            publish_port: configured.publish_port.unwrap_or(PUBLISH_PORT),
            keys: configured.pki_dir.unwrap_or_else(|| KEYS.into()),
        }
    }

    /// Whether no minion at all is connected, as on the standby conductor of a pair whose minions have one master at a time;
    /// `false` where it cannot be told.
    pub fn is_deserted(&self) -> bool {
        let tables: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
            .iter()
            .filter_map(|path| fs::read_to_string(path).ok())
            .collect();
        !tables.is_empty() && !tables.iter().any(|table| has_connection(table, self.publish_port))
    }

    /// The keys of minions, as far as they can be read.
    pub fn keys(&self) -> Keys {
        let of = |folder: &str| {
            let entries = fs::read_dir(self.keys.join(folder)).ok()?;
            let names =
                entries.take(MOST_KEYS).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
            Some(names.collect::<HashSet<String>>())
        };
        Keys {
            accepted: of("minions"),
            pending: of("minions_pre").unwrap_or_default(),
            refused: ["minions_rejected", "minions_denied"].into_iter().filter_map(of).flatten().collect(),
        }
    }
}

/// Whether a table of /proc/net has a connection from a minion to this port.
fn has_connection(table: &str, port: u16) -> bool {
    let port = format!(":{port:04X}");
    table.lines().skip(1).any(|line| {
        // proc(5): the local address, the remote one and the state follow the number of the line.
        let mut fields = line.split_whitespace().skip(1);
        let is_local = fields.next().is_some_and(|address| address.ends_with(&port));
        is_local && fields.nth(1) == Some(ESTABLISHED)
    })
}

/// Which minions the master knows.
#[derive(Debug, Default)]
pub struct Keys {
    accepted: Option<HashSet<String>>,
    pending: HashSet<String>,
    refused: HashSet<String>,
}

impl Keys {
    /// Why a minion is silent, if that is for its key.
    pub fn cause(&self, asset_id: &str) -> Option<&'static str> {
        match &self.accepted {
            _ if self.refused.contains(asset_id) => Some("the master refuses its key"),
            _ if self.pending.contains(asset_id) => Some("the master has not accepted its key yet"),
            Some(accepted) if !accepted.contains(asset_id) => Some("the master has no key of it"),
            Some(_) | None => None,
        }
    }
}
