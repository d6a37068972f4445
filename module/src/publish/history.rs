//! The history of runs: a bounded file in the state directory, which answers "since when".
//!
//! A run is recorded when its result differs from the one before, so a record holds until the next one.

use std::path::{Path, PathBuf};

use bgpcs::whole_file::WholeFileError;
use bgpcs::{ApplicationName, UnixTime};
use serde::{Deserialize, Serialize};

use crate::collect::services::Services;
use crate::collect::state::Outcome;
use crate::prefix::{Family, missing};
use crate::state_file;

/// The version of the file's form.
const FORM: u32 = 1;

/// The largest file, in bytes; the oldest records are removed first. A record of four applications has about 400 bytes.
pub const LIMIT_BYTES: usize = 256 * 1024;

/// The most records.
pub const LIMIT_RECORDS: usize = 1000;

/// A run whose result differs from the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunRecord {
    /// When the run began.
    pub time: UnixTime,
    /// How it ended.
    pub outcome: Outcome,
    /// What the output file said of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The applications that have, or just lost, prefixes.
    pub applications: Vec<ApplicationChange>,
}

/// How many prefixes an application had, and how that differs from before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ApplicationChange {
    /// Which application.
    pub application: ApplicationName,
    /// IPv4 prefixes.
    pub ipv4: u64,
    /// IPv6 prefixes.
    pub ipv6: u64,
    /// Prefixes that it did not have before.
    #[serde(default)]
    pub added: u64,
    /// Prefixes that it had before.
    #[serde(default)]
    pub removed: u64,
}

impl RunRecord {
    /// The record of a run, whose prefixes replaced those that were there `before`; `None` if they are the same.
    pub fn new(
        time: UnixTime,
        outcome: Outcome,
        error: Option<&str>,
        services: &Services,
        before: Option<&Services>,
    ) -> Self {
        let before = before.unwrap_or(services);
        let gone = before.iter().map(|(name, _)| name).filter(|name| services.get(name).is_empty());
        let names = services.iter().map(|(name, _)| name).chain(gone);
        let change = |application: &ApplicationName| {
            let (now, then) = (services.get(application), before.get(application));
            let of = |family| now.iter().filter(|prefix| prefix.family() == family).count() as u64;
            ApplicationChange {
                application: application.clone(),
                ipv4: of(Family::Ipv4),
                ipv6: of(Family::Ipv6),
                added: missing(now, then).count() as u64,
                removed: missing(then, now).count() as u64,
            }
        };
        Self { time, outcome, error: error.map(str::to_owned), applications: names.map(change).collect() }
    }

    /// Prefixes over all applications.
    pub fn prefixes(&self) -> u64 {
        self.applications.iter().map(|change| change.ipv4 + change.ipv6).sum()
    }

    fn differs_from(&self, last: &Self) -> bool {
        self.outcome != last.outcome
            || self.error != last.error
            || self.applications.iter().any(|change| change.added + change.removed > 0)
    }
}

/// The first line of the file. Release 4.1.0 has none, and passes over it.
#[derive(Serialize)]
struct Head {
    /// The [form](FORM) of the file.
    version: u32,
}

/// The records, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History(pub Vec<RunRecord>);

impl History {
    /// Reads the history in `directory`; a line that cannot be read is left out.
    pub fn load(directory: &Path) -> Self {
        let bytes = state_file::read(&file(directory), state_file::LONGEST).unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        Self(text.lines().filter_map(|line| serde_json::from_slice(line.as_bytes()).ok()).collect())
    }

    /// The last time at which prefixes of an application came or went.
    pub fn last_change(&self, application: &ApplicationName) -> Option<(UnixTime, &ApplicationChange)> {
        self.0.iter().rev().find_map(|record| {
            let change = record.applications.iter().find(|change| change.application == *application)?;
            (change.added + change.removed > 0).then_some((record.time, change))
        })
    }

    /// Since when runs end as the last one did.
    pub fn same_outcome_since(&self) -> Option<UnixTime> {
        let last = self.0.last()?;
        let same = self.0.iter().rev().take_while(|record| record.outcome == last.outcome);
        same.last().map(|record| record.time)
    }

    /// The file's content: as many of the newest records as the limits allow, a line of JSON each.
    fn bytes(&self) -> Vec<u8> {
        let lines = self.0.iter().rev().filter_map(|record| serde_json::to_vec(record).ok());
        let mut length = 0;
        let mut kept: Vec<_> = lines
            .take(LIMIT_RECORDS)
            .take_while(|line| {
                length += line.len() + 1;
                length <= LIMIT_BYTES
            })
            .collect();
        kept.push(serde_json::to_vec(&Head { version: FORM }).unwrap_or_default());
        kept.reverse();
        kept.into_iter().flat_map(|line| [line, b"\n".to_vec()].concat()).collect()
    }
}

/// Adds a run to the history in `directory`, if its result differs from the one before.
///
/// # Errors
/// When the directory cannot be written to.
pub fn add(directory: &Path, record: RunRecord) -> Result<(), WholeFileError> {
    let mut history = History::load(directory);
    if history.0.last().is_some_and(|last| !record.differs_from(last)) {
        return Ok(());
    }
    history.0.push(record);
    state_file::write(&file(directory), &history.bytes())
}

/// The file in a state directory.
pub fn file(directory: &Path) -> PathBuf {
    directory.join("history.jsonl")
}
