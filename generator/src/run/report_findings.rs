//! Collects the findings of a run, and writes them where they are wanted.

use std::io::{self, Write};

use bgpcs::whole_file;

use super::error::RunError;
use super::settings::RunSettings;
use crate::authority::Authority;
use crate::check::check;
use crate::finding::{Finding, Severity};
use crate::plan::Plan;
use crate::report::{Log, LogEntry, findings_as_json, summary};

/// The same as for pillar files, since the findings show names from the configuration.
const REPORT_MODE: u32 = 0o640;

/// All findings: of the plan and of the checks.
pub(crate) fn findings(authority: &Authority, plan: &Plan<'_>) -> Vec<Finding> {
    plan.findings.iter().cloned().chain(check(authority)).collect()
}

/// Writes the findings to the log and to the file for them, and prints the summary. Gives whether all this could be
/// done.
pub(super) fn report(
    settings: &RunSettings,
    authority: &Authority,
    findings: &[Finding],
    log: &mut Log,
) -> bool {
    findings.iter().for_each(|finding| log.say(&LogEntry::Finding(finding.named(&authority.names))));
    let mut failures = Vec::new();
    if settings.summary {
        let written = write!(io::stdout(), "{}", summary(authority));
        failures.extend(written.err().map(RunError::Output));
    }
    if let Some(path) = &settings.report {
        let written = findings_as_json(findings, &authority.names)
            .map_err(RunError::ReportText)
            .and_then(|text| Ok(whole_file::write(path, text.as_bytes(), REPORT_MODE)?));
        failures.extend(written.err());
    }
    failures.iter().for_each(|failure| log.message(Severity::Error, failure.to_string(), failure.advice()));
    failures.is_empty()
}
