//! Whether all is well: the facts about the module on this router, and the findings that follow from them.
//!
//! [`findings`] is the one place where a finding is made. `status`, `doctor`, `explain` and the page show the same ones, and
//! so does whoever tells of a change of health. It takes values and returns values; only [`facts`] reads files, and has the
//! source queried.

mod applications;
mod causes;
pub mod check;
pub mod code;
pub mod facts;
mod finding;
pub mod guarded;
pub mod installation;
mod link;
pub mod metrics;
mod runs;
pub mod service;
mod sessions;
mod severity;
mod source;
mod usual;
pub mod vrfs;

use bgpcs::Health;

pub use check::Check;
pub use code::Code;
pub use facts::Facts;
pub use finding::Finding;
pub use severity::Severity;

/// Every check, from the package to the prefixes. What follows from another finding is marked so.
pub fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks = installation::checks(facts);
    checks.push(source::answers(facts));
    checks.extend(source::vrfs_answer(facts));
    checks.extend(sessions::lost(facts));
    checks.extend(runs::checks(facts));
    checks.extend(guarded::kept(facts));
    checks.extend(applications::checks(facts));
    checks.extend(guarded::left_out(facts));
    checks.push(installation::registration(facts));
    causes::mark(&mut checks);
    checks
}

/// What is wrong, worst first: each cause once, without what follows from it.
pub fn findings(facts: &Facts) -> Vec<Finding> {
    problems(&checks(facts))
}

/// The findings of checks that are a problem, worst first.
pub fn problems(checks: &[Check]) -> Vec<Finding> {
    let found = || checks.iter().filter_map(Check::problem);
    let of = |severity| found().filter(move |finding| finding.severity == severity).cloned();
    of(Severity::Error).chain(of(Severity::Warning)).collect()
}

/// The health of the worst finding.
pub fn overall(findings: &[Finding]) -> Health {
    findings.iter().map(|finding| finding.severity.health()).max().unwrap_or_default()
}
