//! Only one run works on the pillar directory at a time.

use std::time::Duration;

use super::settings::RunSettings;
use crate::finding::Severity;
use crate::pillar::{PillarDir, PillarDirError};
use crate::report::Log;

/// How long a run waits for another one. A run takes seconds, even for the largest authority.
const LOCK_LIMIT: Duration = Duration::from_secs(60);

/// Locks the pillar directory; creates it if necessary, except in a dry run.
pub(super) fn lock(settings: &RunSettings, log: &mut Log) -> Result<PillarDir, PillarDirError> {
    if settings.dry_run {
        lock_existing(settings, log)
    } else {
        PillarDir::lock(&settings.pillar_dir, LOCK_LIMIT, || say_waiting(settings, log))
    }
}

/// Locks the pillar directory; does not create it.
pub(crate) fn lock_existing(settings: &RunSettings, log: &mut Log) -> Result<PillarDir, PillarDirError> {
    PillarDir::lock_existing(&settings.pillar_dir, LOCK_LIMIT, || say_waiting(settings, log))
}

fn say_waiting(settings: &RunSettings, log: &mut Log) {
    let directory = settings.pillar_dir.display();
    log.message(
        Severity::Note,
        format!("another generate_pillar is working on {directory}"),
        format!("wait up to {} seconds for it to end", LOCK_LIMIT.as_secs()),
    );
}
