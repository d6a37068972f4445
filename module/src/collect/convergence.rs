//! Whether an answer without error can be believed: a routing engine that lost its sessions, or has just started, answers
//! with too few routes and says nothing of it. Values in, values out.

use std::fmt;

use crate::collect::services::Services;
use crate::prefix::Family;
use crate::source::summary::BgpSummary;

/// Why an answer without error is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unconverged {
    /// No session is established and there are no routes, which tells nothing about the routes that exist.
    NoSession,
    /// Prefixes of a family are missing, and so is the family's last session.
    FamilyDown(Family),
    /// Prefixes of a family are missing, and no neighbor has sent its end-of-RIB yet: BGP has just started.
    Starting(Family),
    /// The routing engine had this instance of BGP until a moment ago. Perhaps it is being configured anew.
    Removed,
}

impl fmt::Display for Unconverged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSession => f.write_str("no BGP session is established"),
            Self::FamilyDown(family) => write!(f, "no BGP session for {family} is established"),
            Self::Removed => f.write_str("BGP is not configured any more"),
            Self::Starting(family) => {
                write!(f, "BGP has just started, no neighbor has sent all its {family} routes yet")
            }
        }
    }
}

/// Compares what was `found` in an instance of BGP with its sessions: those of the present summary and those of the last good run, whose prefixes
/// are `last`.
pub fn check(
    summary: &BgpSummary,
    last_summary: Option<&BgpSummary>,
    last: impl FnOnce() -> Services,
    found: &Services,
) -> Option<Unconverged> {
    if summary.is_absent {
        return (!last().is_empty()).then_some(Unconverged::Removed);
    }
    let had = |family| last_summary.is_some_and(|summary| summary.carrying(family).next().is_some());
    let has = |family| summary.carrying(family).next().is_some();
    let knows_sessions = !summary.sessions.is_empty() || Family::ALL.into_iter().any(had);
    if found.is_empty() && knows_sessions && !Family::ALL.into_iter().any(has) {
        return Some(Unconverged::NoSession);
    }
    let suspects = Family::ALL.into_iter().filter_map(|family| match has(family) {
        false => had(family).then_some((family, Unconverged::FamilyDown(family))),
        true if summary.carrying(family).any(|session| session.converged) => None,
        true => Some((family, Unconverged::Starting(family))),
    });
    let mut suspects = suspects.peekable();
    suspects.peek()?;
    let last = last();
    let mut unconverged = suspects.filter(|(family, _)| last.missing_in(found, *family).next().is_some());
    unconverged.next().map(|(_, reason)| reason)
}
