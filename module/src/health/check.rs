//! One check: that all is well, or a finding.

use crate::health::code::Code;
use crate::health::finding::Finding;
use crate::health::severity::Severity;

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// The result.
    pub result: CheckResult,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckResult {
    /// All is well; with what was found.
    Pass(String),
    /// It is not, or there is something to know.
    Found(Finding),
    /// It is not, but only because of another finding, which has this code.
    Follows(Finding, Code),
}

impl Check {
    /// A check that found nothing wrong, but this.
    pub fn pass(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, result: CheckResult::Pass(found.into()) }
    }

    /// A check with a finding.
    pub fn found(name: &'static str, finding: Finding) -> Self {
        Self { name, result: CheckResult::Found(finding) }
    }

    /// Its finding, unless it follows from another.
    pub fn cause(&self) -> Option<&Finding> {
        match &self.result {
            CheckResult::Found(finding) => Some(finding),
            CheckResult::Pass(_) | CheckResult::Follows(..) => None,
        }
    }

    /// Its finding if something is wrong because of it and nothing else.
    pub fn problem(&self) -> Option<&Finding> {
        self.cause().filter(|finding| finding.severity > Severity::Note)
    }
}
