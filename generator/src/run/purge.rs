//! `purge`: removes the pillar files.

use std::time::Instant;

use super::completion::Completion;
use super::error::RunError;
use super::lock::{lock_existing, tidy};
use super::pending::PendingChanges;
use super::settings::RunSettings;
use crate::authority::Authority;
use crate::finding::Severity;
use crate::plan::plan;
use crate::report::{InputCounts, Log, Operation};

/// Removes every pillar file that the generator wrote, its marker, and what interrupted runs left. Partial if one of them could not be removed.
///
/// # Errors
/// When nothing was changed.
pub fn purge(settings: &RunSettings, log: &mut Log) -> Result<Completion, RunError> {
    let start = Instant::now();
    let directory = lock_existing(settings, log)?;
    if !settings.dry_run {
        tidy(&directory, log);
    }
    let nothing = Authority::default();
    let plan = plan(&nothing);
    let changes = directory.compare(&plan)?;
    let operation = Operation::Purge;
    let pending = PendingChanges { operation, authority: &nothing, plan: &plan, changes: &changes };
    let unmarked = if settings.dry_run { Ok(()) } else { directory.unmark() };
    if let Err(error) = &unmarked {
        log.message(Severity::Error, error.to_string(), error.advice());
    }
    let applied = pending.apply(settings, &directory, log)?;
    if !settings.dry_run {
        pending.record(&applied, InputCounts::default(), start, log);
    }
    Ok(Completion::of(unmarked.is_ok() && applied.failures.is_empty()))
}
