//! What is kept from one run to the next, and shown by the operator's commands.

use std::path::{Path, PathBuf};

use bgpcs::whole_file::WholeFileError;
use bgpcs::{ApplicationName, Community, ModuleConfiguration, UnixTime};
use serde::{Deserialize, Serialize};

use crate::collect::gather::CommunityCount;
use crate::collect::last_good::LastGood;
use crate::instance::Instance;
use crate::state_file;

/// The version of the file's form. Release 4.1.0 did not write it; its form differs in the digests only.
pub const FORM: u32 = 1;

/// The last run, as it is in the state directory.
///
/// Every key may be absent, so that the file of another release is used as far as it goes. A file that cannot be read counts
/// as none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct State {
    /// The [form](FORM) of the file.
    pub version: u32,
    /// How the run ended.
    pub outcome: Outcome,
    /// When the run began.
    pub started: UnixTime,
    /// When the output file was written.
    pub finished: UnixTime,
    /// The route source.
    pub source: Option<String>,
    /// The last configuration that could be read.
    pub configuration: Option<ModuleConfiguration>,
    /// The last good run.
    pub last_good: Option<LastGood>,
    /// How many prefixes each community brought in the last good run.
    pub communities: Vec<CommunityCount>,
    /// What is unusual, but no failure.
    pub warnings: Vec<String>,
    /// Why the run was not good; the first reason, if there are several.
    pub error: Option<RunFailure>,
    /// Every community whose prefixes are not up to date, of a partial run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<RunFailure>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// There was no run yet.
    #[default]
    None,
    /// The output file has the source's present prefixes.
    Good,
    /// The output file has the source's present prefixes, the last good ones of communities whose query failed, and an
    /// error.
    Partial,
    /// The output file has the last good prefixes, and an error.
    Held,
    /// The output file has an error and no prefixes.
    Failed,
    /// The output file has the last good prefixes; the routing engine is not active on this node.
    Standby,
}

impl Outcome {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Good => "good",
            Self::Partial => "partial",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Standby => "standby",
        }
    }
}

/// Why a run was not good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunFailure {
    /// The `error` of the output file.
    pub text: String,
    /// Its causes, outermost first.
    pub causes: Vec<String>,
    /// The application, if it concerns one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationName>,
    /// The community, if it concerns one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub community: Option<Community>,
    /// Of which instance of BGP.
    #[serde(default, rename = "vrf", skip_serializing_if = "Instance::is_default")]
    pub instance: Instance,
    /// When the prefixes that stay of this community were last good, if any stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_good: Option<UnixTime>,
}

impl State {
    /// Reads the state of the last run from `directory`; the default if there is none, or none that can be read.
    pub fn load(directory: &Path) -> Self {
        let bytes = state_file::read(&file(directory), state_file::LONGEST).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Replaces the state in `directory`. A power failure may lose it, which costs no more than a full refresh: to wait for
    /// the disk in every run would cost more.
    ///
    /// # Errors
    /// When the directory cannot be written to.
    pub fn save(&self, directory: &Path) -> Result<(), WholeFileError> {
        state_file::write(&file(directory), &self.bytes())
    }
}

impl State {
    /// The content of the file, with the least detail that has to go for it to be read again.
    fn bytes(&self) -> Vec<u8> {
        let bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        if bytes.len() as u64 <= state_file::LONGEST {
            return bytes;
        }
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        if bytes.len() as u64 <= state_file::LONGEST {
            return bytes;
        }
        let warning =
            "the last run has more to tell than its state has room for; the output file has all prefixes";
        let shortened = Self {
            communities: Vec::new(),
            warnings: vec![warning.to_owned()],
            failures: Vec::new(),
            ..self.clone()
        };
        serde_json::to_vec(&shortened).unwrap_or_default()
    }
}

fn file(directory: &Path) -> PathBuf {
    directory.join("last-run.json")
}
