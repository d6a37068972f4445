//! What follows from what, so that one cause is said once.

use crate::health::check::{Check, CheckResult};
use crate::health::code::Code;

/// The findings that follow from others, as far as both are found.
const CONSEQUENCES: &[(Code, &[Code])] = &[
    (
        Code::PackageMissing,
        &[
            Code::LinkMissing,
            Code::LinkBroken,
            Code::ConfigurationMissing,
            Code::RunMissing,
            Code::OutputMissing,
            Code::RunOverdue,
            Code::ServiceMissing,
            Code::SourceUnchecked,
        ],
    ),
    (Code::ConfigurationMissing, CONFIGURATION),
    (Code::ConfigurationUnusable, CONFIGURATION),
    (Code::LinkMissing, NOT_RUN),
    (Code::LinkBroken, NOT_RUN),
    (Code::ModeModuleMissing, NOT_RUN),
    (Code::StateUnreadable, &[Code::RunMissing]),
    (Code::RunMissing, &[Code::OutputMissing, Code::ApplicationEmpty, Code::CommunityEmpty]),
    (Code::OutputMissing, &[Code::ApplicationEmpty, Code::ApplicationLoss]),
    (Code::SourceSilent, SOURCE),
    (Code::SessionsNone, SOURCE),
    (Code::NotConverged, PREFIXES),
    (Code::PrefixLimit, PREFIXES),
    (Code::RunHeld, PREFIXES),
    (Code::RunFailed, PREFIXES),
    (Code::CommunityStale, &[Code::RunPartial, Code::ApplicationEmpty]),
    (Code::ApplicationKept, &[Code::RunPartial]),
];

/// Without a configuration there is nothing to query for.
const CONFIGURATION: &[Code] = &[
    Code::SourceUnchecked,
    Code::RunMissing,
    Code::OutputMissing,
    Code::RunHeld,
    Code::RunFailed,
    Code::ServiceMissing,
];

/// SSR does not run the module.
const NOT_RUN: &[Code] = &[Code::RunMissing, Code::OutputMissing, Code::RunOverdue];

/// Nobody tells the routes.
const SOURCE: &[Code] = &[
    Code::NotConverged,
    Code::RunHeld,
    Code::RunFailed,
    Code::SessionLost,
    Code::CommunityStale,
    Code::CommunityEmpty,
    Code::ApplicationEmpty,
    Code::ApplicationLoss,
];

/// The prefixes are not those of the source.
const PREFIXES: &[Code] = &[Code::CommunityEmpty, Code::ApplicationEmpty, Code::ApplicationLoss];

/// Marks the findings that follow from others.
pub fn mark(checks: &mut [Check]) {
    let found: Vec<Code> = checks.iter().filter_map(|check| check.problem()).map(|one| one.code).collect();
    for check in checks {
        let CheckResult::Found(finding) = &check.result else { continue };
        let causes = CONSEQUENCES.iter().filter(|(cause, _)| found.contains(cause));
        let mut causes = causes.filter(|(_, consequences)| consequences.contains(&finding.code));
        if let Some((cause, _)) = causes.next() {
            check.result = CheckResult::Follows(finding.clone(), *cause);
        }
    }
}
