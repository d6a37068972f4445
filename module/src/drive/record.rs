//! What a run leaves for the operator beside the prefixes: what changed and why, in the log of changes and as events for
//! syslog.

use bgpcs::{Application, ApplicationName, Health, ModuleConfiguration, UnixTime};

use crate::collect::kept::Kept;
use crate::collect::last_good::LastGood;
use crate::collect::left_out::LeftOut;
use crate::collect::plan::instances;
use crate::collect::schedule::next_run_at_the_latest;
use crate::collect::sessions::{self, InstanceSession, SessionState};
use crate::collect::state::{Outcome, RunFailure, State};
use crate::error_text::{FIX_FILE, with_causes};
use crate::instance::Instance;
use crate::prefix::Prefix;
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
    // What no application asks for any more is not lost.
    let counts = state.configuration.as_ref().map(instances).unwrap_or_default();
    let before: Vec<InstanceSession> =
        last.sessions.iter().filter(|known| counts.contains(&known.instance)).cloned().collect();
    let of_sessions = sessions::changes(&before, &sessions);
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
    /// What the guards left out.
    pub left_out: &'r [LeftOut],
}

impl Comparison<'_> {
    /// Why an application gained prefixes, and lost these (sorted). Of several reasons it is the one that explains most.
    pub fn reasons(&self) -> impl Fn(&ApplicationName, &[Prefix]) -> Reasons {
        let before = self.earlier.last_good.as_ref().map(LastGood::sessions).unwrap_or_default();
        let changes = sessions::changes(&before, self.sessions.unwrap_or(&before));
        let changes: Vec<(Instance, SessionState)> =
            changes.into_iter().map(|(session, state)| (session.instance.clone(), state)).collect();
        move |application, gone| {
            if let Some(why) = self.is_configured_anew(application) {
                return Reasons { gained: why, lost: why };
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
                    (false, _) if self.is_guarded_anew(application, gone) => Why::Guard,
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

    /// Why the application is not as it was when its prefixes were last good, if it is not: its own configuration, or what
    /// the profile says for all, or guards alone.
    fn is_configured_anew(&self, application: &ApplicationName) -> Option<Why> {
        let last_good = self.earlier.last_good.as_ref().map(|good| &good.configuration);
        let now = self.configuration?;
        let Some(before) = last_good.or(self.earlier.configuration.as_ref()) else {
            return Some(Why::Configuration);
        };
        fn named<'c>(of: &'c ModuleConfiguration, name: &ApplicationName) -> Option<&'c Application> {
            of.applications.iter().find(|listed| listed.application_name == *name)
        }
        let [earlier, present] = [before, now].map(|configuration| named(configuration, application));
        let selects = |listed: Option<&Application>| {
            listed.map(|listed| (listed.bgp_community.clone(), listed.vrf.clone()))
        };
        let of_all = |configuration: &ModuleConfiguration| {
            (configuration.path_selection, configuration.aggregate_prefixes)
        };
        let within = |listed: Option<&Application>| listed.map(|listed| listed.within.clone());
        let guards = |configuration: &ModuleConfiguration| {
            (configuration.shortest_ipv4_prefix, configuration.shortest_ipv6_prefix)
        };
        if of_all(before) != of_all(now) || selects(earlier) != selects(present) {
            return Some(Why::Configuration);
        }
        (guards(before) != guards(now) || within(earlier) != within(present)).then_some(Why::Guard)
    }

    /// Whether a guard left out any of the prefixes (sorted) that the application lost: an earlier release has fewer guards.
    fn is_guarded_anew(&self, application: &ApplicationName, gone: &[Prefix]) -> bool {
        let of_application = self.left_out.iter().filter(|left_out| left_out.application == *application);
        let mut prefixes = of_application.flat_map(|left_out| &left_out.prefixes);
        prefixes.any(|prefix| gone.binary_search(prefix).is_ok())
    }

    /// Whether last good prefixes of a community of the application went since they may not stay longer.
    fn is_released(&self, application: &ApplicationName) -> bool {
        let stay = |failure: &&RunFailure| failure.last_good.is_some();
        let of_application = |failure: &&RunFailure| failure.application.as_ref() == Some(application);
        let mut stayed = self.earlier.failures.iter().filter(of_application).filter(stay);
        stayed.any(|earlier| {
            let now = self.failures.iter().filter(of_application);
            now.clone().any(|failure| {
                let is_same = failure.community == earlier.community && failure.instance == earlier.instance;
                is_same && failure.last_good.is_none()
            })
        })
    }
}
