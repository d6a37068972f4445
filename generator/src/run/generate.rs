//! A whole run: the pillar directory is made equal to the configuration.

use std::time::Instant;

use bgpcs::Quoted;
use bgpcs_display::listed;

use super::completion::Completion;
use super::error::{END_NOT_SEEN, RunError, SHOW_END};
use super::lock::lock;
use super::pending::PendingChanges;
use super::report_findings::{findings, report};
use super::settings::RunSettings;
use crate::finding::Severity;
use crate::pillar::{DirectoryChanges, WriteReason};
use crate::plan::{Plan, plan};
use crate::read::End;
use crate::report::{InputCounts, Log, LogEntry, Message, Operation};

/// How many replaced files of other programs the log names.
const FOREIGN_SHOWN: usize = 5;

/// Makes the pillar directory equal to the configuration. Partial if a pillar could not be generated as configured, a
/// file could not be changed, or the findings could not be written.
///
/// # Errors
/// When nothing was changed.
pub fn generate(settings: &RunSettings, log: &mut Log) -> Result<Completion, RunError> {
    let start = Instant::now();
    // Locked before the configuration is read: the last of two runs has to read the newest configuration.
    let directory = lock(settings, log)?;
    let (authority, end) = settings.read()?;
    let plan = plan(&authority);
    let changes = directory.compare(&plan)?;
    weigh_removals(&changes, end, log)?;
    note_foreign(&plan, &changes, log);
    let operation = Operation::Generate;
    let pending = PendingChanges { operation, authority: &authority, plan: &plan, changes: &changes };
    let applied = pending.apply(settings, &directory, log)?;
    let findings = findings(&authority, &plan);
    let reported = report(settings, &authority, &findings, log);
    let read = InputCounts::new(authority.routers.len(), authority.profiles.len(), &findings);
    if !settings.dry_run {
        pending.record(&applied, read, start, log);
    }
    Ok(Completion::of(!plan.has_errors() && applied.failures.is_empty() && reported))
}

/// Warns of removals that may not be intended. Refuses to remove most files if the configuration may be incomplete.
fn weigh_removals(changes: &DirectoryChanges, end: End, log: &mut Log) -> Result<(), RunError> {
    let (remove, existing) = (changes.remove.len(), changes.existing);
    match end {
        End::Unmarked if changes.removes_most() => {
            return Err(RunError::EndNotSeen { remove, existing });
        }
        End::Unmarked if remove > 0 => {
            let message = format!("removing {remove} of {existing} pillar files, but {END_NOT_SEEN}");
            log.message(Severity::Warning, message, SHOW_END);
        }
        End::Seen if changes.removes_most() => log.note(&LogEntry::Message(Message {
            severity: Severity::Note,
            message: format!(
                "removing {remove} of {existing} pillar files; the configuration was read to its end"
            ),
            advice: "restore the previous configuration if this is not intended".into(),
        })),
        End::Unmarked | End::Seen => {}
    }
    Ok(())
}

/// Notes which files are replaced although another program wrote them, such as another build of the plugin before an
/// upgrade to this one.
fn note_foreign(plan: &Plan<'_>, changes: &DirectoryChanges, log: &mut Log) {
    let foreign: Vec<_> = changes.write.iter().filter(|write| write.why == WriteReason::Foreign).collect();
    if foreign.is_empty() {
        return;
    }
    let names = foreign.iter().map(|write| plan.file_name(write.index).unwrap_or_default());
    let names = listed(names.map(|name| Quoted(&name).to_string()), FOREIGN_SHOWN);
    log.note(&LogEntry::Message(Message {
        severity: Severity::Note,
        message: format!("replacing pillar files that generate_pillar did not write: {names}"),
        advice: "check that no other program writes to the pillar directory".into(),
    }));
}
