//! What the module remembers from one run to the next, and tells the operator's commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use bgpcs::whole_file::{Staged, WholeFileError};
use bgpcs::{Application, ModuleConfiguration};
use serde::{Deserialize, Serialize};

use crate::resolve::CommunityCount;

/// Seconds since 1970-01-01 UTC.
pub type UnixTime = u64;

/// The present time by the system's clock.
pub fn now() -> UnixTime {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The last run, as it stands in the state directory.
///
/// Every key may be absent: the file of an older version is as good as it goes, and one that cannot be read is as
/// good as none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct State {
    /// How the run ended.
    pub outcome: Outcome,
    /// When the run began.
    pub started: UnixTime,
    /// When the output file was written.
    pub finished: UnixTime,
    /// Which route source was asked.
    pub source: Option<String>,
    /// The configuration that was last readable.
    pub configuration: Option<ModuleConfiguration>,
    /// The last run that found everything it was asked to look at.
    pub last_good: Option<LastGood>,
    /// What each community brought, in the last good run.
    pub communities: Vec<CommunityCount>,
    /// What is odd, but no failure.
    pub warnings: Vec<String>,
    /// Why the run was not good.
    pub error: Option<Failure>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// There was no run yet.
    #[default]
    None,
    /// The output file has what the route source said.
    Good,
    /// The output file has what an earlier run found, and an error.
    Held,
    /// The output file has an error and no prefixes.
    Failed,
}

/// What is known of the last good run; its prefixes stand in the output file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LastGood {
    /// When it ended.
    pub time: UnixTime,
    /// The applications and communities it asked for.
    pub applications: Vec<Application>,
}

/// An error, for those who look closer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    /// What the output file says.
    pub text: String,
    /// What is behind it, outermost first.
    pub causes: Vec<String>,
}

impl State {
    /// What the last run left in `directory`; nothing if there is nothing readable.
    pub fn load(directory: &Path) -> Self {
        let bytes = fs::read(file(directory)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Replaces what `directory` has of the last run. A power failure may lose it, which costs no more than a full
    /// look at the routes: waiting for the disk in every run would cost more.
    ///
    /// # Errors
    /// When the directory cannot be written to.
    pub fn save(&self, directory: &Path) -> Result<(), WholeFileError> {
        let bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        Staged::write(&file(directory), &bytes, 0o644)?.publish()
    }
}

fn file(directory: &Path) -> PathBuf {
    directory.join("last-run.json")
}
