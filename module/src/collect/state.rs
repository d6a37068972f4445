//! What is kept from one run to the next, and shown by the operator's commands.

use std::path::{Path, PathBuf};

use bgpcs::whole_file::WholeFileError;
use bgpcs::{ApplicationName, Community, ModuleConfiguration, UnixTime};
use serde::{Deserialize, Serialize};

use crate::collect::community_count::CommunityCount;
use crate::collect::kept::Kept;
use crate::collect::last_good::LastGood;
use crate::collect::left_out::{self, LeftOut};
use crate::collect::plan::instances;
use crate::collect::sessions::InstanceSession;
use crate::collect::tally::Tally;
use crate::collect::understood::{self, Unknown};
use crate::instance::Instance;
use crate::source::summary::Session;
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
    /// The last configuration that could be read, as far as it was understood.
    #[serde(deserialize_with = "understood::earlier_if_any")]
    pub configuration: Option<ModuleConfiguration>,
    /// The last good run.
    pub last_good: Option<LastGood>,
    /// How many prefixes each community brought in the last good run.
    pub communities: Vec<CommunityCount>,
    /// What is unusual, but no failure.
    pub warnings: Vec<String>,
    /// Why the run was not good; the first reason, if there are several.
    pub error: Option<RunFailure>,
    /// Every community, and every application as a whole, whose prefixes are not up to date, of a partial run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<RunFailure>,
    /// The applications that keep what they had, although the source answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    /// What the guards left out.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "left_out::understood")]
    pub left_out: Vec<LeftOut>,
    /// What was not understood of the configuration.
    #[serde(rename = "not-understood", skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
    /// The sessions that were established at any run, as far as their neighbors are still configured. Release 4.1.0 did not
    /// write it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<SeenSession>,
    /// The sessions as they were last seen, if that is not as in the last good run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_sessions: Option<Vec<InstanceSession>>,
    /// How much was said to syslog lately.
    pub syslog: SyslogRate,
    /// The health after the run, as it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<ToldHealth>,
    /// What all runs came to.
    pub tally: Tally,
}

/// A health as it was told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct ToldHealth {
    /// The [name](bgpcs::Health::name) of the health.
    pub health: String,
    /// The codes of the findings, each once, worst first.
    pub findings: Vec<String>,
}

/// How many lines were sent to syslog lately, and left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct SyslogRate {
    /// When the present window began.
    pub since: UnixTime,
    /// The lines in it.
    pub sent: u64,
    /// Lines that were left out and not told of yet.
    pub dropped: u64,
}

/// A session that a run saw established.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SeenSession {
    /// Of which instance of BGP.
    #[serde(default, rename = "vrf", skip_serializing_if = "Instance::is_default")]
    pub instance: Instance,
    /// The neighbor's address or interface.
    pub peer: String,
    /// The address of this side, from a source that can have several sessions with one neighbor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<String>,
    /// When the last run began that saw it established.
    pub established: UnixTime,
}

impl SeenSession {
    /// Whether this is the session of an instance.
    pub fn is_of(&self, instance: &Instance, session: &Session) -> bool {
        self.instance == *instance && self.peer == session.peer && self.local == session.local
    }
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
    /// The output file has the source's present prefixes, the last good ones of communities whose query failed and of
    /// applications that keep what they had, and an error.
    Partial,
    /// The output file has the last good prefixes, and an error.
    Held,
    /// The output file has an error and no prefixes.
    Failed,
    /// The output file has the last good prefixes; the routing engine is not active on this node.
    Standby,
}

impl Outcome {
    /// How a run can end.
    pub const ALL: [Self; 5] = [Self::Good, Self::Partial, Self::Held, Self::Failed, Self::Standby];

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
    /// The sessions as they were last seen; none if the source does not tell them.
    pub fn sessions(&self) -> Vec<InstanceSession> {
        let of_last_good = || self.last_good.as_ref().map(LastGood::sessions);
        self.latest_sessions.clone().or_else(of_last_good).unwrap_or_default()
    }

    /// Reads the state of the last run from `directory`; the default if there is none, or none that can be read.
    pub fn load(directory: &Path) -> Self {
        let bytes = state_file::read(&file(directory), state_file::LONGEST).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Whether another query may mend what is not up to date.
    pub fn awaits_answers(&self) -> bool {
        match self.outcome {
            Outcome::Good => false,
            Outcome::Partial => self.failures.iter().any(|failure| failure.community.is_some()),
            Outcome::None | Outcome::Held | Outcome::Failed | Outcome::Standby => true,
        }
    }

    /// Whether an application has kept what it had for long enough.
    pub fn has_kept_enough(&self, now: UnixTime) -> bool {
        let stale_path_time = self.configuration.as_ref().map(|configuration| configuration.stale_path_time);
        self.kept.iter().any(|kept| kept.is_over(stale_path_time.unwrap_or_default(), now))
    }

    /// The sessions that are, or were, established, now that the source has those of this run. Those of an instance that it
    /// did not tell of are as they were.
    pub fn sessions_with(&self, last_good: &LastGood, now: UnixTime) -> Vec<SeenSession> {
        let seen = |InstanceSession { instance, session }: InstanceSession| {
            let earlier = self.sessions.iter().find(|earlier| earlier.is_of(&instance, &session));
            let established = session.since.map(|_| now).or(earlier.map(|earlier| earlier.established))?;
            let Session { peer, local, .. } = session;
            Some(SeenSession { instance, peer, local, established })
        };
        let counts = instances(&last_good.configuration);
        let is_untold = |earlier: &&SeenSession| {
            counts.contains(&earlier.instance) && last_good.summary_of(&earlier.instance).is_none()
        };
        let untold = self.sessions.iter().filter(is_untold).cloned();
        last_good.sessions().into_iter().filter_map(seen).chain(untold).collect()
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

/// The file in a state directory.
pub fn file(directory: &Path) -> PathBuf {
    directory.join("last-run.json")
}
