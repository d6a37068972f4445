//! `check`: a run that reports the findings and changes nothing.

use bgpcs::Release;

use super::error::RunError;
use super::report_findings::{findings, report};
use super::settings::RunSettings;
use crate::check::unknown_to;
use crate::finding::Severity;
use crate::plan::plan;
use crate::report::Log;

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Whether a finding is an error.
    pub has_errors: bool,
    /// Whether the findings could be written to the file and the summary to standard output.
    pub reported: bool,
}

/// Reports the findings, and changes nothing; with a `release`, also what that release does not know.
///
/// # Errors
/// When the configuration could not be read.
pub fn check(settings: &RunSettings, release: Option<Release>, log: &mut Log) -> Result<Checked, RunError> {
    let (authority, _) = settings.read()?;
    let mut findings = findings(&authority, &plan(&authority));
    findings.extend(release.into_iter().flat_map(|release| unknown_to(release, &authority)));
    let reported = report(settings, &authority, &findings, log);
    let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(Checked { has_errors, reported })
}
