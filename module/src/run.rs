//! One run: the thin edge around a look at the routes, and what it leaves.

use std::fs;
use std::path::Path;

use bgpcs::whole_file::{self, WholeFileError};
use bgpcs::{ModuleConfiguration, PLUGIN, RefreshInterval, StalePathTime};

use crate::digest::digest_of;
use crate::error::{ConfigurationError, MEND_FILE, RunError, causes, with_causes};
use crate::history::{self, Entry};
use crate::hold;
use crate::look::{Found, Look, Looked, held};
use crate::output::{self, Output};
use crate::resolve::Resolution;
use crate::routes::Routes;
use crate::settings::{Settings, SourceChoice};
use crate::source::bagpipe::Bagpipe;
use crate::source::bgpd::Bgpd;
use crate::source::exabgp::sessions::FromOutside;
use crate::source::gobgp::{self, GoBgp};
use crate::source::routing_manager::RoutingManager;
use crate::source::{Budget, RouteSource};
use crate::state::{self, Failure, LastGood, Lock, Outcome, State, UnixTime};

/// A run that left no trace where it matters: the output file could not be replaced.
#[derive(Debug, thiserror::Error)]
#[error("SSR's application identification keeps the prefixes that it has; {MEND_FILE}")]
pub struct NotWritten(#[from] WholeFileError);

/// Whether the output file is replaced by one with the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// Its time then tells when the module last ran.
    Always,
    /// For who runs often.
    WhenChanged,
}

/// Makes one run, unless another process is at work with the same state directory.
///
/// # Errors
/// When the output file could not be replaced.
pub fn run(settings: &Settings) -> Result<State, NotWritten> {
    match Lock::take(&settings.state_dir) {
        Ok(Some(lock)) => run_locked(settings, &lock, Rewrite::Always),
        Ok(None) => {
            eprintln!(
                "another process is at work in {} and writes the output file; see what it does with: {PLUGIN} status",
                settings.state_dir.display()
            );
            Ok(State::load(&settings.state_dir))
        }
        Err(error) => {
            // The prefixes matter more than what can be remembered of them.
            eprintln!(
                "cannot use {}: {error}; the next run knows nothing of this one; {MEND_FILE}",
                settings.state_dir.display()
            );
            run_once(settings, Rewrite::Always, &mut *open(settings))
        }
    }
}

/// Makes one run while nobody else does: asks for the routes and replaces the output file. Whatever fails on the way
/// is told in that file, on standard error, and in the state that is left and returned.
///
/// # Errors
/// When the output file could not be replaced.
pub fn run_locked(settings: &Settings, lock: &Lock, rewrite: Rewrite) -> Result<State, NotWritten> {
    run_with(settings, lock, rewrite, &mut *open(settings))
}

/// Makes one run like [`run_locked`], with a route source that is open already.
///
/// # Errors
/// When the output file could not be replaced.
pub fn run_with(
    settings: &Settings,
    _: &Lock,
    rewrite: Rewrite,
    source: &mut dyn RouteSource,
) -> Result<State, NotWritten> {
    // What an earlier run left when it was ended in the middle; that it stays is no failure of this one.
    whole_file::sweep_beside(&settings.output).ok();
    whole_file::sweep(&settings.state_dir).ok();
    let state = run_once(settings, rewrite, source)?;
    if let Err(error) = state.save(&settings.state_dir) {
        eprintln!("{}; the next run knows nothing of this one; {MEND_FILE}", with_causes(&error));
    }
    Ok(state)
}

/// What goes into the output file, and why.
struct Ending {
    outcome: Outcome,
    resolution: Resolution,
    /// What is to be remembered instead of the last good run that is known.
    last_good: Option<LastGood>,
    error: Option<RunError>,
}

fn run_once(
    settings: &Settings,
    rewrite: Rewrite,
    source: &mut dyn RouteSource,
) -> Result<State, NotWritten> {
    let started = state::now();
    let mut earlier = State::load(&settings.state_dir);
    earlier.last_good = earlier.last_good.map(|last_good| hold::remember(last_good, started));
    let (configuration, Looked { source, found }) = match read_configuration(&settings.configuration) {
        Ok(configuration) => {
            let look = Look { settings, configuration: &configuration, earlier: &earlier, now: started };
            let looked = look.look(source);
            (Some(configuration), looked)
        }
        Err(error) => (None, Looked { source: None, found: Err(error.into()) }),
    };
    let ending = match found {
        Ok(None) => return Ok(rest(settings, rewrite, earlier, started)),
        Ok(Some(Found { resolution, last_good })) => {
            Ending { outcome: Outcome::Good, resolution, last_good: Some(last_good), error: None }
        }
        Err(error) => fall_back(settings, &earlier, configuration.as_ref(), error, started),
    };
    let known = configuration.as_ref().or(earlier.configuration.as_ref());
    let duration = known.map_or(RefreshInterval::default(), |known| known.duration);
    let output = write(settings, rewrite, duration, &ending, started)?;
    let error = ending.error.as_ref().map(|error| report(error, rewrite, earlier.error.as_ref()));
    let last_good = match ending.outcome {
        Outcome::Good => {
            let routes = remember(settings, &ending.resolution.routes);
            ending.last_good.map(|found| LastGood { output: Some(output), routes, ..found })
        }
        _ => ending.last_good,
    };
    Ok(State {
        outcome: ending.outcome,
        started,
        finished: state::now(),
        source,
        configuration: configuration.or(earlier.configuration),
        last_good: last_good.or(earlier.last_good),
        communities: ending.resolution.counts,
        warnings: ending.resolution.warnings,
        error,
    })
}

/// Leaves the routes for the next run; returns their digest.
fn remember(settings: &Settings, routes: &Routes) -> Option<u64> {
    routes.save(&settings.state_dir).unwrap_or_else(|error| {
        eprintln!("{}; the next run looks at every route; {MEND_FILE}", with_causes(&error));
        None
    })
}

/// Leaves the output file as it is, but for its time.
fn rest(settings: &Settings, rewrite: Rewrite, earlier: State, started: UnixTime) -> State {
    if rewrite == Rewrite::Always
        && let Err(error) = output::touch(&settings.output)
    {
        eprintln!("cannot give {} the present time: {error}; {MEND_FILE}", settings.output.display());
    }
    let last_good = earlier.last_good.map(|last_good| LastGood { time: started, ..last_good });
    State { started, finished: state::now(), last_good, ..earlier }
}

/// Replaces the output file, unless it has the same content and that is enough; returns the content's digest.
fn write(
    settings: &Settings,
    rewrite: Rewrite,
    duration: RefreshInterval,
    ending: &Ending,
    started: UnixTime,
) -> Result<u64, NotWritten> {
    let services = &ending.resolution.services;
    let error = ending.error.as_ref().map(RunError::to_string);
    let content = Output::new(duration, services, error.as_deref());
    let unchanged = Some(content.digest()).filter(|digest| digest_of(&settings.output) == Some(*digest));
    let before = match unchanged {
        Some(_) => None,
        None => Some(output::read_services(&settings.output).unwrap_or_default()),
    };
    let entry = Entry::new(started, ending.outcome, error.as_deref(), services, before.as_ref());
    drop(before);
    let output = match unchanged.filter(|_| rewrite == Rewrite::WhenChanged) {
        Some(digest) => digest,
        None => content.write(&settings.output)?,
    };
    if let Err(error) = history::note(&settings.state_dir, entry) {
        eprintln!("{}; what this run found is not in the history; {MEND_FILE}", with_causes(&error));
    }
    Ok(output)
}

/// Tells of an error on standard error, where a service does not repeat what it said last.
fn report(error: &RunError, rewrite: Rewrite, last: Option<&Failure>) -> Failure {
    let failure = Failure { text: error.to_string(), causes: causes(error).into_iter().skip(1).collect() };
    if rewrite == Rewrite::Always || last != Some(&failure) {
        eprintln!("{}; see what mends it with: {PLUGIN} doctor", with_causes(error));
    }
    failure
}

/// What goes into the file when there was no answer: the last good prefixes, for as long as they may stay.
fn fall_back(
    settings: &Settings,
    earlier: &State,
    configuration: Option<&ModuleConfiguration>,
    error: RunError,
    now: UnixTime,
) -> Ending {
    let known = configuration.or(earlier.configuration.as_ref());
    let stale_path_time = known.map_or(StalePathTime::default(), |known| known.stale_path_time);
    let last_good = earlier.last_good.as_ref();
    let stays = |warnings| Resolution {
        services: last_good.map(|good| held(settings, good, configuration)).unwrap_or_default(),
        counts: earlier.communities.clone(),
        warnings,
        routes: Routes::default(),
    };
    if known.is_some_and(|known| known.high_availability) && is_inactive(settings, &error) {
        let told = match last_good {
            Some(_) => "what it said last stays",
            None => "it has said nothing yet",
        };
        let warning = format!("the routing engine is not active on this node ({error}); {told}");
        // The age of what stays counts from when the routing engine was last known to be elsewhere.
        let last_good = last_good.map(|good| LastGood { time: now, ..good.clone() });
        Ending { outcome: Outcome::Standby, resolution: stays(vec![warning]), last_good, error: None }
    } else if last_good.is_some_and(|good| hold::holds(good, stale_path_time, now)) {
        Ending { outcome: Outcome::Held, resolution: stays(Vec::new()), last_good: None, error: Some(error) }
    } else {
        let resolution = Resolution::default();
        Ending { outcome: Outcome::Failed, resolution, last_good: None, error: Some(error) }
    }
}

/// Whether the routing engine does not run on this node, which on a node of an HA pair is no failure. A bgpd leaves its
/// socket when it ends, so what counts is that nobody listens.
fn is_inactive(settings: &Settings, error: &RunError) -> bool {
    settings.source == SourceChoice::Auto
        && matches!(error, RunError::Source { source, .. } if source.kind.nobody_is_there())
}

/// The module's configuration as it is now.
pub(crate) fn read_configuration(path: &Path) -> Result<ModuleConfiguration, ConfigurationError> {
    let bytes =
        fs::read(path).map_err(|source| ConfigurationError::Unreadable { path: path.to_owned(), source })?;
    serde_json::from_slice(&bytes)
        .map_err(|source| ConfigurationError::Malformed { path: path.to_owned(), source })
}

/// The route source that is asked; it connects with the first question.
pub(crate) fn open(settings: &Settings) -> Box<dyn RouteSource> {
    let budget = Budget::begin(settings.limits);
    let exabgp = || Box::new(FromOutside::at(&settings.state_dir));
    let gobgp = |table| Box::new(GoBgp::new(settings.gobgp_address, table, budget));
    let routing_engine = |bgpd: Option<&Path>| -> Box<dyn RouteSource> {
        match bgpd {
            Some(socket) => Box::new(Bgpd::new(socket, budget)),
            None => {
                let url = settings.routing_manager_url.clone();
                Box::new(RoutingManager::new(url, settings.routing_manager_socket.as_deref(), budget))
            }
        }
    };
    match settings.source {
        SourceChoice::Auto => match exabgp() {
            exabgp if exabgp.is_at_work() => exabgp,
            _ => routing_engine(settings.bgpd_socket()),
        },
        SourceChoice::Bgpd => {
            let first = settings.bgpd_sockets.first().map(|socket| socket.as_path());
            routing_engine(settings.bgpd_socket().or(first))
        }
        SourceChoice::RoutingManager => routing_engine(None),
        SourceChoice::Exabgp => exabgp(),
        SourceChoice::Gobgp => gobgp(gobgp::Table::Global),
        SourceChoice::GobgpAdjIn => gobgp(gobgp::Table::AdjIn),
        SourceChoice::Bagpipe => Box::new(Bagpipe::new(settings.bagpipe_url.clone(), budget)),
    }
}
