//! What a run leaves for the operator beside the prefixes: what changed and why, in the log of changes and as events for
//! syslog.

use bgpcs::{ApplicationName, Health, ModuleConfiguration, UnixTime};

use crate::collect::kept::Kept;
use crate::collect::last_good::LastGood;
use crate::collect::schedule::next_run_at_the_latest;
use crate::collect::sessions::{self, InstanceSession, SessionState};
use crate::collect::state::{Outcome, RunFailure, State};
use crate::error_text::{FIX_FILE, with_causes};
use crate::instance::Instance;
use crate::publish::change_log::{self, Entry, Pause};
use crate::publish::changes::{Change, Reasons, Why};
use crate::publish::syslog::{self, SyslogEvent};
use crate::settings::Settings;

/// What a run found.
#[derive(Debug, Default)]
pub struct Findings {
    /// The changes of the applications' prefixes.
    pub changes: Vec<Change>,
    /// The source's sessions, if it tells them.
    pub sessions: Option<Vec<InstanceSession>>,
}

/// What is compared with the last run.
pub struct LastRun {
    outcome: Outcome,
    sessions: Vec<InstanceSession>,
    /// When it ended, and until when the next run was to begin.
    ended: (UnixTime, UnixTime),
}

impl LastRun {
    /// The run with this state.
    pub fn of(state: &State) -> Self {
        let configuration = state.configuration.as_ref();
        let interval = configuration.map(|configuration| configuration.duration).unwrap_or_default();
        Self {
            outcome: state.outcome,
            sessions: state.sessions(),
            ended: (state.finished, next_run_at_the_latest(state.finished, interval)),
        }
    }

    /// The time until a run that began at `to`, if it was too long.
    fn pause(&self, to: UnixTime) -> Option<Pause> {
        let (from, latest) = self.ended;
        (self.outcome != Outcome::None && to > latest).then_some(Pause { from, to })
    }
}

/// Adds what a run with this `state` found to the log of changes, and tells syslog. Neither can fail the run.
pub fn record(settings: &Settings, last: &LastRun, state: &mut State, findings: Findings) {
    let Findings { changes, sessions } = findings;
    let sessions = sessions.unwrap_or_else(|| last.sessions.clone());
    let of_sessions = sessions::changes(&last.sessions, &sessions);
    let health = SyslogEvent::Health {
        health: health(state.outcome),
        was: (last.outcome != Outcome::None).then(|| self::health(last.outcome)),
        outcome: state.outcome.name(),
        error: state.error.as_ref().map(|failure| failure.text.as_str()),
    };
    let has_changed =
        last.outcome == Outcome::None || self::health(last.outcome) != self::health(state.outcome);
    let events: Vec<SyslogEvent<'_>> = has_changed
        .then_some(health)
        .into_iter()
        .chain(of_sessions.iter().map(|(session, state)| SyslogEvent::Session { session, state: *state }))
        .chain(changes.iter().map(SyslogEvent::Prefixes))
        .collect();
    state.syslog = syslog::send(&settings.syslog_socket, state.syslog, state.started, &events);
    drop(events);
    state.latest_sessions = None;
    let is_known = sessions::changes(&state.sessions(), &sessions).is_empty();
    state.latest_sessions = (!is_known).then_some(sessions);
    let pause = last.pause(state.started).map(Entry::Pause);
    let entries: Vec<Entry> = pause.into_iter().chain(changes.into_iter().map(Entry::Change)).collect();
    if let Err(error) = change_log::append(&settings.state_dir, &entries) {
        eprintln!("{}; what changed is not recorded; {FIX_FILE}", with_causes(&error));
    }
}

/// The health that an outcome stands for.
fn health(outcome: Outcome) -> Health {
    match outcome {
        Outcome::Good | Outcome::Standby => Health::Healthy,
        Outcome::Partial | Outcome::Held => Health::Degraded,
        Outcome::None | Outcome::Failed => Health::Broken,
    }
}

/// What is known of a run when its prefixes are compared with those before.
pub struct Comparison<'r> {
    /// The state of the last run.
    pub earlier: &'r State,
    /// The configuration, if it can be read.
    pub configuration: Option<&'r ModuleConfiguration>,
    /// How the run ended.
    pub outcome: Outcome,
    /// The source's sessions, if it tells them.
    pub sessions: Option<&'r [InstanceSession]>,
    /// The communities that are not up to date.
    pub failures: &'r [RunFailure],
    /// The applications that keep what they had, although the source answered.
    pub kept: &'r [Kept],
}

impl Comparison<'_> {
    /// Why an application gained prefixes, and lost some. Of several reasons it is the one that explains most.
    pub fn reasons(&self) -> impl Fn(&ApplicationName) -> Reasons {
        let before = self.earlier.last_good.as_ref().map(LastGood::sessions).unwrap_or_default();
        let changes = sessions::changes(&before, self.sessions.unwrap_or(&before));
        let changes: Vec<(Instance, SessionState)> =
            changes.into_iter().map(|(session, state)| (session.instance.clone(), state)).collect();
        move |application| {
            if self.is_configured_anew(application) {
                return Reasons { gained: Why::Configuration, lost: Why::Configuration };
            }
            if !matches!(self.outcome, Outcome::Good | Outcome::Partial) {
                return Reasons { gained: Why::Held, lost: Why::Released };
            }
            let keeps = |kept: &[Kept]| kept.iter().any(|kept| kept.application == *application);
            let (kept, keeps) = (keeps(&self.earlier.kept), keeps(self.kept));
            let instances = self.instances(application);
            let any = |states: [SessionState; 2]| {
                changes.iter().any(|(instance, state)| instances.contains(instance) && states.contains(state))
            };
            let began = self.earlier.outcome == Outcome::Failed
                || any([SessionState::Established, SessionState::Restarted]);
            let ended = any([SessionState::Lost, SessionState::Restarted]);
            Reasons {
                gained: match (keeps && !kept, began) {
                    (true, _) => Why::Held,
                    (false, true) => Why::Session,
                    (false, false) => Why::Announced,
                },
                lost: match (self.is_released(application) || (kept && !keeps), ended) {
                    (true, _) => Why::Released,
                    (false, true) => Why::Session,
                    (false, false) => Why::Withdrawn,
                },
            }
        }
    }

    /// The instances whose routes count for the application.
    fn instances(&self, application: &ApplicationName) -> Vec<Instance> {
        let mut applications =
            self.configuration.iter().flat_map(|configuration| &configuration.applications);
        let found = applications.find(|listed| listed.application_name == *application);
        found.map(Instance::of).unwrap_or_default()
    }

    /// Whether the application, or what the profile says for all of them, is not as it was when its prefixes were last good.
    fn is_configured_anew(&self, application: &ApplicationName) -> bool {
        let last_good = self.earlier.last_good.as_ref().map(|good| &good.configuration);
        let Some(now) = self.configuration else { return false };
        let Some(before) = last_good.or(self.earlier.configuration.as_ref()) else { return true };
        let of_all = |configuration: &ModuleConfiguration| {
            let ModuleConfiguration {
                path_selection,
                aggregate_prefixes,
                shortest_ipv4_prefix,
                shortest_ipv6_prefix,
                ..
            } = *configuration;
            (path_selection, aggregate_prefixes, shortest_ipv4_prefix, shortest_ipv6_prefix)
        };
        let named = |configuration: &'_ ModuleConfiguration| {
            let mut applications = configuration.applications.iter();
            applications
                .find(|listed| listed.application_name == *application)
                .map(|found| (found.bgp_community.clone(), found.vrf.clone(), found.within.clone()))
        };
        of_all(before) != of_all(now) || named(before) != named(now)
    }

    /// Whether last good prefixes of a community of the application went since they may not stay longer.
    fn is_released(&self, application: &ApplicationName) -> bool {
        let stay = |failure: &&RunFailure| failure.last_good.is_some();
        let of_application = |failure: &&RunFailure| failure.application.as_ref() == Some(application);
        let mut stayed = self.earlier.failures.iter().filter(of_application).filter(stay);
        stayed.any(|earlier| {
            let now = self.failures.iter().filter(of_application);
            now.clone().any(|failure| failure.community == earlier.community && failure.last_good.is_none())
        })
    }
}
