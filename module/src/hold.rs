//! What stays in the output file when a run gave nothing better. Values in, values out.

use bgpcs::{ApplicationName, ModuleConfiguration, StalePathTime};

use crate::prefix::Family;
use crate::services::Services;
use crate::source::Survey;
use crate::state::{LastGood, UnixTime};

/// Whether what `last_good` found may still stand at `now`.
pub fn holds(last_good: &LastGood, stale_path_time: StalePathTime, now: UnixTime) -> bool {
    now.saturating_sub(last_good.time) < u64::from(stale_path_time.get())
}

/// The last good run as it is to be remembered at `now`. A stamp from the future, left when the clock was set back,
/// would hold for ever: its age is unknown, and begins anew.
pub fn remember(last_good: LastGood, now: UnixTime) -> LastGood {
    LastGood { time: last_good.time.min(now), ..last_good }
}

/// Keeps of `services` the applications that still ask for the same communities as in the last good run; all of them,
/// when there is no configuration to tell.
pub fn keep_unchanged(
    services: &mut Services,
    last_good: &LastGood,
    configuration: Option<&ModuleConfiguration>,
) {
    let Some(configuration) = configuration else { return };
    let communities = |configuration: &ModuleConfiguration, name: &ApplicationName| {
        let of_that_name =
            configuration.applications.iter().filter(|application| application.application_name == *name);
        of_that_name.flat_map(|application| application.bgp_community.clone()).collect::<Vec<_>>()
    };
    services.retain(|name| {
        let asked_for = communities(configuration, name);
        !asked_for.is_empty() && asked_for == communities(&last_good.configuration, name)
    });
}

/// Why an answer without error is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// No session is established and there are no routes: that says nothing about the routes that there are.
    NoSession,
    /// Prefixes of a family are gone together with its last session.
    FamilyDown(Family),
    /// Prefixes of a family are missing, and no neighbor has sent all its routes yet: BGP has just started.
    Starting(Family),
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoSession => f.write_str("no BGP session is established"),
            Self::FamilyDown(family) => write!(f, "no BGP session for {family} is established"),
            Self::Starting(family) => {
                write!(f, "BGP has just started, no neighbor has sent all its {family} routes yet")
            }
        }
    }
}

/// Whether what was `found` is to be doubted, given what the routing engine says of its sessions now and said of them
/// in the last good run, and what was found then.
pub fn doubt(
    survey: &Survey,
    last_survey: Option<&Survey>,
    last: impl FnOnce() -> Services,
    found: &Services,
) -> Option<Doubt> {
    let had = |family| last_survey.is_some_and(|survey| survey.carrying(family).next().is_some());
    let has = |family| survey.carrying(family).next().is_some();
    let knows_sessions = !survey.sessions.is_empty() || Family::ALL.into_iter().any(had);
    if found.is_empty() && knows_sessions && !Family::ALL.into_iter().any(has) {
        return Some(Doubt::NoSession);
    }
    let in_doubt = Family::ALL.into_iter().filter_map(|family| match has(family) {
        false => had(family).then_some((family, Doubt::FamilyDown(family))),
        true if survey.carrying(family).any(|session| session.settled) => None,
        true => Some((family, Doubt::Starting(family))),
    });
    let mut in_doubt = in_doubt.peekable();
    in_doubt.peek()?;
    let last = last();
    in_doubt.find(|(family, _)| last.missing_in(found, *family).next().is_some()).map(|(_, doubt)| doubt)
}
