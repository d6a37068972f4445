//! One run: refreshes the prefixes and publishes them, or, without an answer, what stays of the last good ones.

use std::path::PathBuf;

use bgpcs::whole_file::{self, WholeFileError};
use bgpcs::{ApplicationName, PLUGIN, RefreshInterval, UnixTime};

use crate::clock::now;
use crate::collect::error::CollectError;
use crate::collect::last_good::{LastGood, LastOutput};
use crate::collect::recent::RecentPrefixes;
use crate::collect::refresh::{Collected, Prefixes, Refresh, Refreshed};
use crate::collect::snapshot::Snapshot;
use crate::collect::state::{FORM, Outcome, State};
use crate::collect::summaries::Summaries;
use crate::collect::understood::Understood;
use crate::configuration;
use crate::drive::ending::{Ending, RunError};
use crate::drive::failure;
use crate::drive::fall_back::fall_back;
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

/// What the source of routes was asked for.
struct Asked {
    /// Absent when there is no usable configuration.
    understood: Option<Understood>,
    /// The source's name.
    source: Option<String>,
    /// What it said beside the answer.
    warnings: Vec<String>,
}

/// Queries the source; what it finds beside the prefixes goes to `found`.
fn ask(
    settings: &Settings,
    source: &mut dyn RouteSource,
    started: UnixTime,
    earlier: &State,
    found: &mut Found,
) -> (Asked, Result<Prefixes, RunError>) {
    let understood = match configuration::read(&settings.configuration) {
        Ok(understood) => understood,
        Err(error) => {
            let asked = Asked { understood: None, source: None, warnings: Vec::new() };
            return (asked, Err(error.into()));
        }
    };
    let refresh = Refresh {
        configuration: &understood.configuration,
        unknown: &understood.unknown,
        earlier,
        output: &OutputFile(&settings.output),
        state_dir: &settings.state_dir,
        now: started,
    };
    let Refreshed { source, warnings, summaries, result } = refresh.run(source);
    found.sessions = summaries.any().then(|| summaries.sessions(&earlier.sessions()));
    found.answer = answer(summaries, result.as_ref().err());
    (Asked { understood: Some(understood), source, warnings }, result.map_err(RunError::from))
}

/// What is published of an answer.
fn answered(settings: &Settings, collected: Collected) -> Ending {
    let Collected { resolution, failures, keeping, last_good } = collected;
    let of_applications = keeping.errors.iter().map(|error| failure::of_application(error, &keeping.kept));
    let failures: Vec<_> = failures.iter().map(failure::of_community).chain(of_applications).collect();
    let outcome = if failures.is_empty() { Outcome::Good } else { Outcome::Partial };
    let last_good = Some(LastGood { recent: save_recent(settings, &keeping.recent), ..last_good });
    Ending { outcome, resolution, last_good, failures, kept: keeping.kept }
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
    let (asked, result) = ask(settings, source, started, &earlier, found);
    let ending = match result {
        Ok(Prefixes::AsBefore(services)) => {
            found.in_force = Some(services);
            return Ok(leave_unchanged(settings, rewrite, earlier, started));
        }
        Ok(Prefixes::Collected(collected)) => answered(settings, *collected),
        Err(error) => fall_back(settings, &earlier, asked.understood.as_ref(), error, started),
    };
    publish(settings, rewrite, asked, ending, started, earlier, found)
}

/// Replaces the output file; returns the state after it.
fn publish(
    settings: &Settings,
    rewrite: Rewrite,
    asked: Asked,
    mut ending: Ending,
    started: UnixTime,
    earlier: State,
    found: &mut Found,
) -> Result<State, NotWritten> {
    let Asked { understood, source, warnings } = asked;
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
    found.in_force = Some(ending.resolution.services);
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
    let unchanged = content.digest_if_in(&settings.output);
    let before = match unchanged {
        Some(_) => None,
        None => Some(file.services()),
    };
    let record = RunRecord::new(started, ending.outcome, error, services, before.as_ref());
    let changes = before.map(|before| changes::between(started, &before, services, why)).unwrap_or_default();
    let stays = || rewrite == Rewrite::WhenChanged || file.touch_as_new();
    let digest = match unchanged.filter(|_| stays()) {
        Some(digest) => digest,
        None => content.write(&settings.output)?,
    };
    if let Err(error) = history::add(&settings.state_dir, record) {
        eprintln!("{}; this run is missing in the history; {FIX_FILE}", with_causes(&error));
    }
    Ok(Published { digest, changes })
}
