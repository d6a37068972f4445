//! Only one run works on the pillar directory at a time.

use std::time::Duration;

use super::settings::RunSettings;
use crate::finding::Severity;
use crate::pillar::{PillarDir, PillarDirError};
use crate::report::{Log, LogEntry, Message};

/// How long a run waits for another one. A run takes seconds, even for the largest authority.
const LOCK_LIMIT: Duration = Duration::from_secs(60);

/// Locks the pillar directory. Creates it if necessary and tidies it, except in a dry run.
pub(super) fn lock(settings: &RunSettings, log: &mut Log) -> Result<PillarDir, PillarDirError> {
    if settings.dry_run {
        return lock_existing(settings, log);
    }
    let directory = PillarDir::lock(&settings.pillar_dir, LOCK_LIMIT, || say_waiting(settings, log))?;
    tidy(&directory, log);
    Ok(directory)
}

/// Removes what interrupted runs left, and permissions that the directory should not have. What of this cannot be done
/// does not prevent the run.
pub(super) fn tidy(directory: &PillarDir, log: &mut Log) {
    match directory.close() {
        Ok(None) => {}
        Ok(Some(mode)) => log.note(&LogEntry::Message(Message {
            severity: Severity::Note,
            message: format!(
                "the permissions of the pillar directory were {mode:o}, and others are taken away"
            ),
            advice: "check that no other program changes the pillar directory".into(),
        })),
        Err(error) => log.message(Severity::Warning, error.to_string(), error.advice()),
    }
    if let Err(error) = directory.sweep() {
        log.message(Severity::Warning, error.to_string(), "remove them by hand");
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
