//! What the module remembers from one run to the next, and tells the operator's commands.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use bgpcs::whole_file::{Staged, WholeFileError};
use bgpcs::{ModuleConfiguration, PathSelection};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::resolve::CommunityCount;
use crate::source::Survey;

pub use bgpcs::UnixTime;

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
    /// The output file has what an earlier run found; the routing engine is not active on this node.
    Standby,
}

impl Outcome {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Good => "good",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Standby => "standby",
        }
    }
}

/// What is known of the last good run; its prefixes stand in the output file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LastGood {
    /// When it began.
    pub time: UnixTime,
    /// When all routes were last looked at: earlier, if since then there was no sign of a change, or only what changed
    /// was asked for.
    pub looked: UnixTime,
    /// Which route source was asked.
    pub source: String,
    /// What was asked for.
    pub configuration: ModuleConfiguration,
    /// What the source said of itself just before.
    pub survey: Option<Survey>,
    /// The [digest](crate::digest) of the output file.
    pub output: Option<u64>,
    /// The [digest](crate::digest) of the [routes](crate::routes) that were found, if they are remembered.
    #[serde(default)]
    pub routes: Option<u64>,
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

impl LastGood {
    /// Whether what the source says now has no sign of a change of routes that matters.
    pub fn has_same_routes(&self, now: &Survey) -> bool {
        self.survey.as_ref().is_some_and(|survey| {
            let only_best_count = self.configuration.path_selection == PathSelection::Best;
            survey.same_routes(now) || (only_best_count && survey.same_best_paths(now))
        })
    }
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

/// The right to write the output file, which one process has at a time; it ends with this value, and with the process.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock is held for as long as the file is open")] File);

impl Lock {
    /// Takes the lock in `directory`, which is created if need be; `None` when another process has it.
    ///
    /// # Errors
    /// When the directory or the lock file cannot be made.
    pub fn take(directory: &Path) -> io::Result<Option<Self>> {
        fs::create_dir_all(directory)?;
        let file = File::options().create(true).truncate(false).write(true).open(directory.join("lock"))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
