//! The changes of a run: makes them, prints them, and logs them.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::time::Instant;

use bgpcs::{PillarDocument, Quoted};

use super::error::RunError;
use super::settings::RunSettings;
use crate::authority::Authority;
use crate::finding::Severity;
use crate::pillar::{AppliedChanges, DirectoryChanges, FailedChange, PillarDir};
use crate::plan::{Plan, difference};
use crate::report::{
    Asset, AssetChange, FileCounts, InputCounts, Log, LogEntry, Operation, RunRecord, assets,
};

/// How many lines of a pillar's difference a dry run prints.
const DIFFERENCES_SHOWN: usize = 40;

/// What has to be done, and why.
pub(super) struct PendingChanges<'a> {
    pub operation: Operation,
    pub authority: &'a Authority,
    pub plan: &'a Plan<'a>,
    pub changes: &'a DirectoryChanges,
}

impl PendingChanges<'_> {
    /// Makes the changes; a dry run only prints them.
    pub fn apply(
        &self,
        settings: &RunSettings,
        directory: &PillarDir,
        log: &mut Log,
    ) -> Result<AppliedChanges, RunError> {
        if settings.dry_run {
            let DirectoryChanges { write, remove, .. } = self.changes;
            let applied =
                AppliedChanges { written: write.len(), removed: remove.len(), failures: Vec::new() };
            return self
                .show(settings, &applied, log.is_verbose())
                .map(|()| applied)
                .map_err(RunError::Output);
        }
        let applied = directory.apply(self.plan, self.changes)?;
        for FailedChange { error, .. } in &applied.failures {
            log.message(Severity::Error, error.to_string(), error.advice());
        }
        Ok(applied)
    }

    fn assets(&self) -> impl Iterator<Item = Asset<'_>> {
        assets(self.operation, self.authority, self.plan, self.changes)
    }

    /// Prints what would be done; verbose: also what would stay, and why.
    fn show(&self, settings: &RunSettings, applied: &AppliedChanges, is_verbose: bool) -> io::Result<()> {
        let mut output = io::stdout().lock();
        for asset in self.assets() {
            let verb = match asset.change {
                AssetChange::Written => "write",
                AssetChange::Removed => "remove",
                AssetChange::Unchanged | AssetChange::Kept | AssetChange::Absent if is_verbose => "leave",
                AssetChange::Unchanged | AssetChange::Kept | AssetChange::Absent => continue,
            };
            let reason = if is_verbose { format!(": {}", asset.reason) } else { String::new() };
            writeln!(output, "would {verb} {}{reason}", Quoted(&asset.file_name()))?;
            if asset.change == AssetChange::Written {
                self.show_difference(settings, asset.asset_id, &mut output)?;
            }
        }
        writeln!(output, "would be: {}", FileCounts::new(self.changes, applied))
    }

    /// Prints what the new pillar of an asset changes. A file that cannot be read, or is of another program, is as none.
    fn show_difference(
        &self,
        settings: &RunSettings,
        asset_id: &str,
        output: &mut impl Write,
    ) -> io::Result<()> {
        let Some((asset_id, new)) = self.plan.index(asset_id).and_then(|index| self.plan.pillar(index))
        else {
            return Ok(());
        };
        let old = fs::read_to_string(settings.pillar_dir.join(asset_id.file_name())).unwrap_or_default();
        // The lines before it are comments of YAML.
        let old: String = old.lines().skip_while(|line| line.starts_with('#')).collect();
        let old: Option<PillarDocument> = serde_json::from_str(&old).ok();
        let lines = difference(old.as_ref().map(|old| &old.pillar), &new.pillar);
        for line in lines.iter().take(DIFFERENCES_SHOWN) {
            writeln!(output, "  {line}")?;
        }
        match lines.len().saturating_sub(DIFFERENCES_SHOWN) {
            0 => Ok(()),
            more => writeln!(output, "  and {more} more"),
        }
    }

    /// Logs what was done: for each asset if verbose, and in numbers.
    pub fn record(&self, applied: &AppliedChanges, read: InputCounts, start: Instant, log: &mut Log) {
        if log.is_verbose() {
            let failed: HashSet<&str> =
                applied.failures.iter().map(|failure| failure.name.as_str()).collect();
            let done = self.assets().filter(|asset| !failed.contains(asset.file_name().as_str()));
            done.for_each(|asset| log.note(&LogEntry::Asset(asset)));
        }
        let counts = FileCounts::new(self.changes, applied);
        log.note(&LogEntry::Run(RunRecord {
            operation: self.operation,
            counts,
            read,
            duration: start.elapsed(),
        }));
    }
}
