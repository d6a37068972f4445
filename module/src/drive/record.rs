//! What a run leaves for the operator beside the prefixes: what changed and why, in the log of changes and as events for
//! syslog; and how all of it is, as a change of health and as metrics.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use bgpcs::whole_file::{self, Staged, WholeFileError};
use bgpcs::{Application, ApplicationName, Health, ModuleConfiguration, UnixTime};

use crate::clock::now;

use crate::collect::kept::Kept;
use crate::collect::last_good::LastGood;
use crate::collect::left_out::LeftOut;
use crate::collect::plan::instances;
use crate::collect::schedule::next_run_at_the_latest;
use crate::collect::services::Services;
use crate::collect::sessions::{self, InstanceSession, SessionState};
use crate::collect::state::{Outcome, RunFailure, State, ToldHealth};
use crate::error_text::{FIX_FILE, with_causes};
use crate::health::facts::SourceAnswer;
use crate::health::{self, Facts, Finding, metrics};
use crate::instance::Instance;
use crate::prefix::Prefix;
use crate::publish::change_log::{self, Entry, Pause};
use crate::publish::changes::{Change, Moved, Reasons, Why};
use crate::publish::syslog::{self, SyslogEvent};
use crate::settings::Settings;

/// What a run found beside the prefixes.
#[derive(Debug, Default)]
pub struct Found {
    /// The changes of the applications' prefixes.
    pub changes: Vec<Change>,
    /// The prefixes in the output file.
    pub in_force: Option<Services>,
    /// The source's sessions, if it tells them.
    pub sessions: Option<Vec<InstanceSession>>,
    /// Whether the source answered.
    pub answer: SourceAnswer,
}

/// What is compared with the last run.
pub struct LastRun {
    outcome: Outcome,
    told: Option<ToldHealth>,
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
            told: state.told.clone(),
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

/// Adds what a run with this `state` found to the log of changes, tells syslog, and leaves metrics. None of it can fail the
/// run.
pub fn record(settings: &Settings, last: &LastRun, state: State, found: Found) -> State {
    let Found { changes, in_force, sessions, answer } = found;
    let sessions = sessions.unwrap_or_else(|| last.sessions.clone());
    let mut facts = Facts::gather_beside(settings, now(), in_force, || state);
    facts.answer = answer;
    count(&mut facts, &changes);
    let findings = health::findings(&facts);
    let health = health::overall(&findings);
    let told = told(health, &findings);
    tell(settings, last, &mut facts.state, health, &told, (&sessions, &changes));
    facts.state.told = Some(told);
    facts.state.latest_sessions = None;
    let is_known = sessions::changes(&facts.state.sessions(), &sessions).is_empty();
    facts.state.latest_sessions = (!is_known).then_some(sessions);
    if let Some(file) = &settings.metrics_file
        && let Err(error) = leave(file, &metrics::text(&facts, &findings))
    {
        eprintln!("{}; monitoring does not learn of this run; {FIX_FILE}", with_causes(&error));
    }
    let pause = last.pause(facts.state.started).map(Entry::Pause);
    let entries: Vec<Entry> = pause.into_iter().chain(changes.into_iter().map(Entry::Change)).collect();
    if let Err(error) = change_log::append(&settings.state_dir, &entries) {
        eprintln!("{}; what changed is not recorded; {FIX_FILE}", with_causes(&error));
    }
    facts.state
}

/// Counts the changes of the applications that there are.
fn count(facts: &mut Facts, changes: &[Change]) {
    let names: Vec<ApplicationName> = facts.applications().iter().map(|one| one.name.clone()).collect();
    let tally = &mut facts.state.tally;
    for Change { application, gained, lost, .. } in changes {
        let count = |moved: &Option<Moved>| moved.as_ref().map_or(0, |moved| moved.count);
        tally.moved(application, count(gained), count(lost));
    }
    tally.retain(|application| names.contains(application));
}

/// The health with the codes of the findings, each once.
fn told(health: Health, findings: &[Finding]) -> ToldHealth {
    let mut codes: Vec<String> = Vec::new();
    for name in findings.iter().map(|finding| finding.code.name()) {
        if codes.iter().all(|known| known != name) {
            codes.push(name.to_owned());
        }
    }
    ToldHealth { health: health.name().to_owned(), findings: codes }
}

/// Tells syslog of the health, if it or its reasons are not as they were told last, of the sessions, and of the changes.
fn tell(
    settings: &Settings,
    last: &LastRun,
    state: &mut State,
    health: Health,
    told: &ToldHealth,
    (sessions, changes): (&[InstanceSession], &[Change]),
) {
    // What no application asks for any more is not lost.
    let counts = state.configuration.as_ref().map(instances).unwrap_or_default();
    let before: Vec<InstanceSession> =
        last.sessions.iter().filter(|known| counts.contains(&known.instance)).cloned().collect();
    let of_sessions = sessions::changes(&before, sessions);
    let of_health = SyslogEvent::Health {
        health,
        was: last.told.as_ref().map(|told| told.health.as_str()),
        findings: &told.findings,
        outcome: state.outcome.name(),
        error: state.error.as_ref().map(|failure| failure.text.as_str()),
    };
    let events: Vec<SyslogEvent<'_>> = (last.told.as_ref() != Some(told))
        .then_some(of_health)
        .into_iter()
        .chain(of_sessions.iter().map(|(session, state)| SyslogEvent::Session { session, state: *state }))
        .chain(changes.iter().map(SyslogEvent::Prefixes))
        .collect();
    state.syslog = syslog::send(&settings.syslog_socket, state.syslog, state.started, &events);
}

/// Replaces the file of metrics, which monitoring reads without being root. Its directory is made if it does not exist.
fn leave(file: &Path, text: &str) -> Result<(), WholeFileError> {
    if let Some(directory) = file.parent()
        && fs::create_dir(directory).is_ok()
    {
        // Not at creation, where the umask could remove permissions. If it fails, so does what follows, or the directory is
        // as the umask has it.
        fs::set_permissions(directory, Permissions::from_mode(0o755)).ok();
    }
    // What a run that was killed left is no failure of this one.
    whole_file::sweep_beside(file).ok();
    Staged::write(file, text.as_bytes(), 0o644)?.publish()
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
