//! A whole run: the pillar directory is made equal to the configuration.

use std::time::Instant;

use bgpcs::{AssetId, Quoted};
use bgpcs_display::{counted, listed};

use super::completion::Completion;
use super::error::{END_NOT_SEEN, RunError, SHOW_END};
use super::lock::lock;
use super::pending::PendingChanges;
use super::report_findings::{findings, report};
use super::settings::RunSettings;
use crate::finding::Severity;
use crate::pillar::{AppliedChanges, DirectoryChanges, PillarDir, WriteReason};
use crate::plan::{Plan, plan};
use crate::read::End;
use crate::report::{InputCounts, Log, LogEntry, Message, Operation};

/// How many files a line of the log names.
const FILES_SHOWN: usize = 5;

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
    let mut changes = directory.compare(&plan)?;
    if !settings.is_whole {
        directory.keep_absent(&authority, &mut changes)?;
        warn_of_absent(&changes, log);
    }
    weigh_removals(&changes, end, log)?;
    note_replaced(&plan, &changes, log);
    let operation = Operation::Generate;
    let pending = PendingChanges { operation, authority: &authority, plan: &plan, changes: &changes };
    let applied = pending.apply(settings, &directory, log)?;
    let marked = settings.dry_run || mark(settings, &directory, &plan, &changes, &applied, log);
    let findings = findings(&authority, &plan);
    let reported = report(settings, &authority, &findings, log);
    let read = InputCounts::new(authority.routers.len(), authority.profiles.len(), &findings);
    if !settings.dry_run {
        pending.record(&applied, read, start, log);
    }
    let as_configured = !plan.has_errors() && changes.absent.is_empty();
    Ok(Completion::of(as_configured && applied.failures.is_empty() && marked && reported))
}

/// Leaves the marker after a run on the whole authority. Gives whether it is as it has to be.
fn mark(
    settings: &RunSettings,
    directory: &PillarDir,
    plan: &Plan<'_>,
    changes: &DirectoryChanges,
    applied: &AppliedChanges,
    log: &mut Log,
) -> bool {
    if !settings.is_whole {
        if !directory.is_marked() {
            log.note(&LogEntry::Message(Message {
                severity: Severity::Note,
                message: "nodes without a pillar file are not cleaned: no run has read the whole running configuration \
                          yet"
                    .into(),
                advice: "run generate_pillar without --config, or with --whole".into(),
            }));
        }
        return true;
    }
    let has_file = |name: &String| changes.kept.binary_search(name).is_ok();
    let kept = plan.kept().map(|id| format!("{id}{}", AssetId::FILE_SUFFIX)).filter(|name| !has_file(name));
    let failed = applied.failures.iter().map(|failure| failure.name.clone());
    let mut undecided: Vec<String> = kept
        .chain(failed)
        .filter_map(|name| Some(name.strip_suffix(AssetId::FILE_SUFFIX)?.to_owned()))
        .collect();
    undecided.sort_unstable();
    let marked = directory.mark(&undecided);
    if let Err(error) = &marked {
        log.message(Severity::Error, error.to_string(), error.advice());
    }
    marked.is_ok()
}

/// Warns of pillar files that stay although no router of the configuration has them.
fn warn_of_absent(changes: &DirectoryChanges, log: &mut Log) {
    if changes.absent.is_empty() {
        return;
    }
    let names = listed(changes.absent.iter().map(|name| Quoted(name).to_string()), FILES_SHOWN);
    let message = format!(
        "{} kept: their routers are not in this configuration, which may be a part of the authority: {names}",
        counted(changes.absent.len(), "pillar file")
    );
    let advice = "run generate_pillar without --config, or add --whole if this is the whole authority";
    log.message(Severity::Warning, message, advice);
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

/// Notes which files are replaced because of what another program did: wrote them, such as another build of the plugin
/// before an upgrade to this one, or changed their owner or permissions.
fn note_replaced(plan: &Plan<'_>, changes: &DirectoryChanges, log: &mut Log) {
    let mut note = |what: &str, reasons: &[WriteReason]| {
        let replaced: Vec<_> = changes.write.iter().filter(|write| reasons.contains(&write.why)).collect();
        if replaced.is_empty() {
            return;
        }
        let names = replaced.iter().map(|write| plan.file_name(write.index).unwrap_or_default());
        let names = listed(names.map(|name| Quoted(&name).to_string()), FILES_SHOWN);
        log.note(&LogEntry::Message(Message {
            severity: Severity::Note,
            message: format!("{what}: {names}"),
            advice: "check that no other program writes to the pillar directory".into(),
        }));
    };
    note("replacing pillar files that generate_pillar did not write", &[WriteReason::Foreign]);
    let access = [WriteReason::Owner, WriteReason::Permissions];
    note("replacing pillar files whose owner or permissions were wrong", &access);
}
