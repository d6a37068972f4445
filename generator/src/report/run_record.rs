//! What a run did, in numbers: the last line that it writes to the log.

use std::fmt;
use std::time::Duration;

use bgpcs_display::counted;
use serde::{Serialize, Serializer};

use crate::finding::{Finding, Severity};
use crate::pillar::{AppliedChanges, DirectoryChanges};

/// What a run did, in numbers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunRecord {
    /// What it had to do.
    pub operation: Operation,
    /// What it did to files.
    #[serde(flatten)]
    pub counts: FileCounts,
    /// What it read.
    #[serde(flatten)]
    pub read: InputCounts,
    /// How long it took, with the time that it waited for another run.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub duration: Duration,
}

/// What a run has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// To make the pillar directory equal to the configuration.
    Generate,
    /// To remove every pillar file.
    Purge,
}

/// Numbers of pillar files.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct FileCounts {
    written: usize,
    removed: usize,
    unchanged: usize,
    kept: usize,
    /// How many stay since their routers are not in the configuration.
    absent: usize,
    /// How many could not be written or removed.
    failed: usize,
}

/// Numbers of what was read and found.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct InputCounts {
    /// Routers of the authority, with or without a profile.
    pub routers: usize,
    /// Profiles of the authority.
    pub profiles: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl FileCounts {
    /// Counts changes and their result.
    pub fn new(changes: &DirectoryChanges, applied: &AppliedChanges) -> Self {
        Self {
            written: applied.written,
            removed: applied.removed,
            unchanged: changes.unchanged,
            kept: changes.kept.len(),
            absent: changes.absent.len(),
            failed: applied.failures.len(),
        }
    }
}

impl InputCounts {
    /// Counts the findings by severity.
    pub fn new(routers: usize, profiles: usize, findings: &[Finding]) -> Self {
        let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings, notes) = (of(Severity::Error), of(Severity::Warning), of(Severity::Note));
        Self { routers, profiles, errors, warnings, notes }
    }
}

impl fmt::Display for FileCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { written, removed, unchanged, kept, absent, failed } = self;
        write!(
            f,
            "{written} written, {removed} removed, {unchanged} unchanged, {kept} kept for nodes in error"
        )?;
        if *absent > 0 {
            write!(f, ", {absent} kept for absent routers")?;
        }
        match failed {
            0 => Ok(()),
            failed => write!(f, ", {failed} failed"),
        }
    }
}

impl fmt::Display for InputCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.routers, "router"),
            (self.profiles, "profile"),
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ];
        f.write_str(&counts.map(|(number, thing)| counted(number, thing)).join(", "))
    }
}

impl fmt::Display for RunRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, counts, read, duration } = self;
        match operation {
            Operation::Generate => write!(f, "done: {counts}; {read}")?,
            Operation::Purge => write!(f, "purged: {counts}")?,
        }
        write!(f, "; {:.3} s", duration.as_secs_f64())
    }
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // To the millisecond, as in the text.
    serializer.serialize_f64((duration.as_secs_f64() * 1000.0).round() / 1000.0)
}
