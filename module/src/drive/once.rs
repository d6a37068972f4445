//! One run: refreshes the prefixes and publishes them, or what stays of the last good ones.

use std::path::PathBuf;

use bgpcs::whole_file::{self, WholeFileError};
use bgpcs::{ApplicationName, PLUGIN, RefreshInterval, StalePathTime, UnixTime};

use crate::cli::SourceChoice;
use crate::clock::now;
use crate::collect::error::CollectError;
use crate::collect::gather::Resolution;
use crate::collect::guard::Guards;
use crate::collect::kept::Kept;
use crate::collect::last_answers::LastAnswers;
use crate::collect::last_good::{LastGood, LastOutput};
use crate::collect::recent::RecentPrefixes;
use crate::collect::refresh::{Collected, Refresh, Refreshed};
use crate::collect::services::Services;
use crate::collect::snapshot::Snapshot;
use crate::collect::state::{FORM, Outcome, RunFailure, State};
use crate::collect::summaries::Summaries;
use crate::collect::understood::Understood;
use crate::configuration::{self, ConfigurationError};
use crate::drive::failure;
use crate::drive::lock::Lock;
use crate::drive::record::{self, Comparison, Found, LastRun};
use crate::drive::stopwatch::Stopwatch;
use crate::error_text::{FIX_FILE, with_causes};
use crate::health::facts::SourceAnswer;
use crate::prefix::Prefix;
use crate::publish::changes::{self, Change, Reasons};
use crate::publish::history::{self, RunRecord};
use crate::publish::output::{self, OutputContent, OutputFile};
use crate::settings::Settings;
use crate::source::RouteSource;
use crate::source::open::open;

/// A run that is not good. `Display` is what goes into the output file.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no usable configuration.
    #[error("ConfigurationError: {0}")]
    Configuration(#[from] ConfigurationError),
    /// There are no prefixes to publish.
    #[error(transparent)]
    Collect(#[from] CollectError),
}

/// The output file could not be replaced.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// The system does not let it be written.
    #[error("{0}; SSR keeps its current prefixes; {FIX_FILE}")]
    Refused(#[from] WholeFileError),
    /// It is a directory, a device, a pipe or a socket.
    #[error(
        "cannot write {}: expected a regular file or none; SSR keeps its current prefixes; name another one with --output, or \
         see the prefixes with: {PLUGIN} show", .0.display()
    )]
    NoFile(PathBuf),
}

/// Whether the output file is replaced by one with the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// Its modification time then tells when the module last ran.
    Always,
    /// For a service, which runs often.
    WhenChanged,
}

/// Makes one run, unless another process uses the same state directory.
///
/// # Errors
/// When the output file cannot be replaced.
pub fn run(settings: &Settings) -> Result<State, NotWritten> {
    match Lock::take(&settings.state_dir) {
        Ok(Some(lock)) => run_locked(settings, &lock, Rewrite::Always),
        Ok(None) => {
            eprintln!(
                "another process uses {} and writes the output file; see what it does with: {PLUGIN} status",
                settings.state_dir.display()
            );
            Ok(State::load(&settings.state_dir))
        }
        Err(error) => {
            // The prefixes matter more than the state.
            eprintln!(
                "cannot use {}: {error}; the next run will not know of this one; {FIX_FILE}",
                settings.state_dir.display()
            );
            run_once(settings, Rewrite::Always, &mut *open(settings))
        }
    }
}

/// Makes one run while no other process does: queries the route source and replaces the output file. A failure is reported
/// in that file, on standard error, and in the state that is saved and returned.
///
/// # Errors
/// When the output file cannot be replaced.
pub fn run_locked(settings: &Settings, lock: &Lock, rewrite: Rewrite) -> Result<State, NotWritten> {
    run_with(settings, lock, rewrite, &mut *open(settings))
}

/// Makes one run like [`run_locked`], with a route source that is open already.
///
/// # Errors
/// When the output file cannot be replaced.
pub fn run_with(
    settings: &Settings,
    _: &Lock,
    rewrite: Rewrite,
    source: &mut dyn RouteSource,
) -> Result<State, NotWritten> {
    // Files of an earlier run that was killed. If they cannot be removed, that is no failure of this run.
    whole_file::sweep_beside(&settings.output).ok();
    whole_file::sweep(&settings.state_dir).ok();
    let state = run_once(settings, rewrite, source)?;
    if let Err(error) = state.save(&settings.state_dir) {
        eprintln!("{}; the next run will not know of this one; {FIX_FILE}", with_causes(&error));
    }
    Ok(state)
}

/// What is published, and why.
struct Ending {
    outcome: Outcome,
    resolution: Resolution,
    /// Replaces the last good run in the state.
    last_good: Option<LastGood>,
    /// Why it is not good, if it is not.
    failures: Vec<RunFailure>,
    /// The applications that keep what they had, although the source answered.
    kept: Vec<Kept>,
}

fn run_once(
    settings: &Settings,
    rewrite: Rewrite,
    source: &mut dyn RouteSource,
) -> Result<State, NotWritten> {
    let started = now();
    if !OutputFile(&settings.output).is_replaceable() {
        return Err(NotWritten::NoFile(settings.output.clone()));
    }
    let mut earlier = State::load(&settings.state_dir);
    earlier.last_good = earlier.last_good.map(|last_good| last_good.not_after(started));
    let last_run = LastRun::of(&earlier);
    let mut found = Found::default();
    let stopwatch = Stopwatch::start();
    let mut state = refresh_and_publish(settings, rewrite, source, started, earlier, &mut found)?;
    state.tally.add(state.outcome.name(), stopwatch.cost());
    Ok(record::record(settings, &last_run, state, found))
}

/// Queries the source and replaces the output file; what it finds beside the prefixes goes to `found`.
fn refresh_and_publish(
    settings: &Settings,
    rewrite: Rewrite,
    source: &mut dyn RouteSource,
    started: UnixTime,
    earlier: State,
    found: &mut Found,
) -> Result<State, NotWritten> {
    let output = OutputFile(&settings.output);
    let (understood, source, warnings, result) = match configuration::read(&settings.configuration) {
        Ok(understood) => {
            let refresh = Refresh {
                configuration: &understood.configuration,
                unknown: &understood.unknown,
                earlier: &earlier,
                output: &output,
                state_dir: &settings.state_dir,
                now: started,
            };
            let Refreshed { source, warnings, summaries, result } = refresh.run(source);
            found.sessions = summaries.any().then(|| summaries.sessions(&earlier.sessions()));
            found.answer = answer(summaries, result.as_ref().err());
            (Some(understood), source, warnings, result.map_err(RunError::from))
        }
        Err(error) => (None, None, Vec::new(), Err(error.into())),
    };
    let mut ending = match result {
        Ok(None) => return Ok(leave_unchanged(settings, rewrite, earlier, started)),
        Ok(Some(Collected { resolution, failures, keeping, last_good })) => {
            let of_applications =
                keeping.errors.iter().map(|error| failure::of_application(error, &keeping.kept));
            let failures: Vec<_> =
                failures.iter().map(failure::of_community).chain(of_applications).collect();
            let outcome = if failures.is_empty() { Outcome::Good } else { Outcome::Partial };
            let last_good = Some(LastGood { recent: save_recent(settings, &keeping.recent), ..last_good });
            Ending { outcome, resolution, last_good, failures, kept: keeping.kept }
        }
        Err(error) => fall_back(settings, &earlier, understood.as_ref(), error, started),
    };
    ending.resolution.warnings.extend(warnings);
    let unknown = understood.as_ref().map_or(&earlier.unknown, |understood| &understood.unknown).clone();
    ending.resolution.warnings.extend(unknown.warnings());
    let configuration = understood.map(|understood| understood.configuration);
    let known = configuration.as_ref().or(earlier.configuration.as_ref());
    let duration = known.map_or(RefreshInterval::default(), |known| known.duration);
    let comparison = Comparison {
        earlier: &earlier,
        configuration: configuration.as_ref(),
        outcome: ending.outcome,
        sessions: found.sessions.as_deref(),
        failures: &ending.failures,
        kept: &ending.kept,
        left_out: &ending.resolution.left_out,
    };
    let Published { digest, changes } =
        write(settings, rewrite, duration, &ending, started, &comparison.reasons())?;
    found.changes = changes;
    failure::report(&ending.failures, &earlier, rewrite == Rewrite::WhenChanged);
    let last_good = match ending.outcome {
        Outcome::Good | Outcome::Partial => {
            let snapshot = save_snapshot(settings, &ending.resolution.snapshot);
            ending.last_good.map(|last_good| LastGood { output: Some(digest), snapshot, ..last_good })
        }
        Outcome::None | Outcome::Held | Outcome::Failed | Outcome::Standby => ending.last_good,
    };
    let sessions = last_good.as_ref().map(|last_good| earlier.sessions_with(last_good, started));
    let sessions = sessions.unwrap_or(earlier.sessions);
    Ok(State {
        version: FORM,
        outcome: ending.outcome,
        started,
        finished: now(),
        source,
        configuration: configuration.or(earlier.configuration),
        last_good: last_good.or(earlier.last_good),
        communities: ending.resolution.counts,
        warnings: ending.resolution.warnings,
        error: ending.failures.first().cloned(),
        failures: match ending.outcome {
            Outcome::Partial => ending.failures,
            Outcome::Held | Outcome::Standby => earlier.failures,
            Outcome::None | Outcome::Good | Outcome::Failed => Vec::new(),
        },
        kept: ending.kept,
        left_out: ending.resolution.left_out,
        unknown,
        sessions,
        latest_sessions: None,
        syslog: earlier.syslog,
        told: earlier.told,
        tally: earlier.tally,
    })
}

/// Whether the source answered a refresh that may have failed so.
fn answer(summaries: Summaries, error: Option<&CollectError>) -> SourceAnswer {
    match error {
        Some(error @ CollectError::Source { .. }) if !summaries.any() => SourceAnswer::No(with_causes(error)),
        Some(_) | None => SourceAnswer::Yes(summaries),
    }
}

/// Saves what the applications had recently for the next run; returns the digest of the file.
fn save_recent(settings: &Settings, recent: &RecentPrefixes) -> Option<u64> {
    recent.save(&settings.state_dir).unwrap_or_else(|error| {
        eprintln!("{}; the next run believes every loss; {FIX_FILE}", with_causes(&error));
        None
    })
}

/// Saves the answers for the next run; returns the digest of the file.
fn save_snapshot(settings: &Settings, snapshot: &Snapshot) -> Option<u64> {
    snapshot.save(&settings.state_dir).unwrap_or_else(|error| {
        eprintln!("{}; the next run will query all routes; {FIX_FILE}", with_causes(&error));
        None
    })
}

/// Leaves the output file as it is, except for its modification time.
fn leave_unchanged(settings: &Settings, rewrite: Rewrite, earlier: State, started: UnixTime) -> State {
    if rewrite == Rewrite::Always
        && let Err(error) = output::touch(&settings.output)
    {
        eprintln!("cannot set the time of {}: {error}; {FIX_FILE}", settings.output.display());
    }
    let sessions = earlier.last_good.as_ref().map(|last_good| earlier.sessions_with(last_good, started));
    let sessions = sessions.unwrap_or_else(|| earlier.sessions.clone());
    let last_good = earlier.last_good.map(|last_good| LastGood { time: started, ..last_good });
    State { version: FORM, started, finished: now(), last_good, sessions, ..earlier }
}

/// What was published.
struct Published {
    /// Of the output file's content.
    digest: u64,
    /// From the content before.
    changes: Vec<Change>,
}

/// Replaces the output file, unless it has the same content and that is enough. `why` says why an application's prefixes
/// changed.
fn write(
    settings: &Settings,
    rewrite: Rewrite,
    duration: RefreshInterval,
    ending: &Ending,
    started: UnixTime,
    why: &dyn Fn(&ApplicationName, &[Prefix]) -> Reasons,
) -> Result<Published, NotWritten> {
    let file = OutputFile(&settings.output);
    let services = &ending.resolution.services;
    let error = ending.failures.first().map(|failure| failure.text.as_str());
    let content = OutputContent::new(duration, services, error);
    let unchanged = Some(content.digest()).filter(|digest| file.digest() == Some(*digest));
    let before = match unchanged {
        Some(_) => None,
        None => Some(file.services()),
    };
    let record = RunRecord::new(started, ending.outcome, error, services, before.as_ref());
    let changes = before.map(|before| changes::between(started, &before, services, why)).unwrap_or_default();
    let digest = match unchanged.filter(|_| rewrite == Rewrite::WhenChanged) {
        Some(digest) => digest,
        None => content.write(&settings.output)?,
    };
    if let Err(error) = history::add(&settings.state_dir, record) {
        eprintln!("{}; this run is missing in the history; {FIX_FILE}", with_causes(&error));
    }
    Ok(Published { digest, changes })
}

/// What is published without an answer: the last good prefixes, for as long as they may stay.
fn fall_back(
    settings: &Settings,
    earlier: &State,
    understood: Option<&Understood>,
    error: RunError,
    now: UnixTime,
) -> Ending {
    let configuration = understood.map(|understood| &understood.configuration);
    let known = configuration.or(earlier.configuration.as_ref());
    let stale_path_time = known.map_or(StalePathTime::default(), |known| known.stale_path_time);
    let last_good = earlier.last_good.as_ref();
    let output = OutputFile(&settings.output);
    let last_good_services =
        || last_good.map(|good| good.services(&output, configuration, &earlier.kept)).unwrap_or_default();
    let last_answers =
        LastAnswers::new(&settings.state_dir, earlier, &last_good_services, stale_path_time, now);
    let last_good_prefixes = |warnings| {
        // Communities that were stale before may have to go before the others.
        let is_of_community = |failure: &RunFailure| failure.community.is_some();
        let by_community = configuration.filter(|_| earlier.failures.iter().any(is_of_community));
        let by_community = by_community.and_then(|configuration| last_answers.all(configuration));
        let last = last_good_services();
        let mut services = match by_community {
            Some(mut services) => {
                // What these keep is not among the answers.
                let kept = earlier.kept.iter().map(|kept| &kept.application);
                kept.for_each(|name| services.add(name, last.get(name)));
                services
            }
            None => last,
        };
        if let Some(understood) = understood {
            keep_unknown(&mut services, understood, &output);
        }
        Resolution {
            services,
            counts: earlier.communities.clone(),
            left_out: earlier.left_out.clone(),
            warnings,
            snapshot: Snapshot::default(),
        }
    };
    let is_standby = known.is_some_and(|known| known.high_availability) && is_inactive(settings, &error);
    if let Some(last_good) = last_good.filter(|_| is_standby) {
        let warning =
            format!("the routing engine is not active on this node ({error}); the last good prefixes stay");
        // The age of the last good prefixes counts from when the routing engine was last known to be on the other node.
        let last_good = Some(LastGood { time: now, ..last_good.clone() });
        let resolution = last_good_prefixes(vec![warning]);
        let kept = earlier.kept.clone();
        Ending { outcome: Outcome::Standby, resolution, last_good, failures: Vec::new(), kept }
    } else if last_good.is_some_and(|good| good.may_stay(stale_path_time, now)) {
        let resolution = last_good_prefixes(Vec::new());
        let kept = earlier.kept.clone();
        Ending {
            outcome: Outcome::Held,
            resolution,
            last_good: None,
            failures: vec![failure::of(&error)],
            kept,
        }
    } else {
        let resolution = Resolution::default();
        let failures = vec![failure::of(&error)];
        Ending { outcome: Outcome::Failed, resolution, last_good: None, failures, kept: Vec::new() }
    }
}

/// Adds what the applications have in the output file whose configuration is not understood.
fn keep_unknown(services: &mut Services, understood: &Understood, output: &OutputFile<'_>) {
    let unknown = &understood.unknown.applications;
    if !unknown.is_empty() {
        let mut last = output.services();
        last.guard(&Guards::of(&understood.configuration));
        unknown.iter().for_each(|unknown| services.add(&unknown.application, last.get(&unknown.application)));
    }
}

/// Whether the routing engine does not run on this node, which is no failure on a node of an HA pair. A bgpd leaves its
/// socket behind when it ends, so what counts is that nobody listens.
fn is_inactive(settings: &Settings, error: &RunError) -> bool {
    settings.source == SourceChoice::Auto
        && matches!(error, RunError::Collect(CollectError::Source { source, .. }) if source.kind.nobody_listens())
}
