//! One run: the thin edge around `resolve` and `hold`.

use std::fs;
use std::path::Path;

use bgpcs::whole_file::WholeFileError;
use bgpcs::{ModuleConfiguration, RefreshInterval, StalePathTime};

use crate::error::{ConfigurationError, RunError, causes, with_causes};
use crate::hold;
use crate::output::{self, Output};
use crate::resolve::{Gathering, Resolution, questions};
use crate::settings::{Settings, SourceChoice};
use crate::source::bgpd::Bgpd;
use crate::source::routing_manager::RoutingManager;
use crate::source::{Budget, RouteSource};
use crate::state::{self, Failure, LastGood, Outcome, State};

/// A run that left no trace where it matters.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// The output file could not be replaced.
    #[error("SSR's application identification keeps the prefixes that it has")]
    File(#[from] WholeFileError),
    /// The output could not be put into JSON.
    #[error("the output cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// Asks for the routes and replaces the output file. Whatever fails on the way is told in that file, on standard error,
/// and in the state that is left and returned.
///
/// # Errors
/// When the output file could not be replaced.
pub fn run(settings: &Settings) -> Result<State, NotWritten> {
    let started = state::now();
    let earlier = State::load(&settings.state_dir);
    let Attempt { configuration, source, resolved } = attempt(settings);
    let failure = resolved.as_ref().err().map(|error| {
        eprintln!("{}", with_causes(error));
        Failure { text: error.to_string(), causes: causes(error).into_iter().skip(1).collect() }
    });
    let known = configuration.as_ref().or(earlier.configuration.as_ref());
    let duration = known.map_or(RefreshInterval::default(), |known| known.duration);
    let stale_path_time = known.map_or(StalePathTime::default(), |known| known.stale_path_time);
    let last_good = earlier.last_good.map(|last_good| hold::remember(last_good, started));
    let (outcome, found) = match (resolved, &last_good) {
        (Ok(found), _) => (Outcome::Good, found),
        (Err(_), Some(last_good)) if hold::holds(last_good, stale_path_time, started) => {
            let mut services = output::read_services(&settings.output).unwrap_or_default();
            hold::keep_unchanged(&mut services, last_good, configuration.as_ref());
            let counts = earlier.communities;
            (Outcome::Held, Resolution { services, counts, warnings: Vec::new() })
        }
        (Err(_), _) => (Outcome::Failed, Resolution::default()),
    };
    let error = failure.as_ref().map(|failure| failure.text.as_str());
    let bytes = Output::new(duration, &found.services, error).to_bytes()?;
    output::write(&settings.output, &bytes)?;
    let good = || configuration.iter().map(|good| good.applications.clone());
    let state = State {
        outcome,
        started,
        finished: state::now(),
        source,
        last_good: match outcome {
            Outcome::Good => good().next().map(|applications| LastGood { time: started, applications }),
            _ => last_good,
        },
        configuration: configuration.or(earlier.configuration),
        communities: found.counts,
        warnings: found.warnings,
        error: failure,
    };
    // The prefixes are where they belong; what is not remembered costs the hold, not the file.
    if let Err(error) = fs::create_dir_all(&settings.state_dir) {
        eprintln!(
            "cannot create {}: {error}; the next run knows nothing of this one",
            settings.state_dir.display()
        );
    } else if let Err(error) = state.save(&settings.state_dir) {
        eprintln!("{}; the next run knows nothing of this one", with_causes(&error));
    }
    Ok(state)
}

/// What came of looking.
struct Attempt {
    configuration: Option<ModuleConfiguration>,
    /// Who was asked.
    source: Option<String>,
    resolved: Result<Resolution, RunError>,
}

fn attempt(settings: &Settings) -> Attempt {
    let configuration = match read_configuration(&settings.configuration) {
        Ok(configuration) => configuration,
        Err(error) => return Attempt { configuration: None, source: None, resolved: Err(error.into()) },
    };
    let mut source = open(settings);
    let resolved = resolve(&configuration, &mut *source);
    Attempt { configuration: Some(configuration), source: Some(source.name()), resolved }
}

fn resolve(
    configuration: &ModuleConfiguration,
    source: &mut dyn RouteSource,
) -> Result<Resolution, RunError> {
    let mut gathering = Gathering::new(configuration);
    for question in questions(configuration) {
        gathering.gather(&question, |question, each| source.ask(question, each))?;
    }
    Ok(gathering.finish())
}

fn read_configuration(path: &Path) -> Result<ModuleConfiguration, ConfigurationError> {
    let bytes =
        fs::read(path).map_err(|source| ConfigurationError::Unreadable { path: path.to_owned(), source })?;
    serde_json::from_slice(&bytes)
        .map_err(|source| ConfigurationError::Malformed { path: path.to_owned(), source })
}

/// The route source that is asked; it connects with the first question.
fn open(settings: &Settings) -> Box<dyn RouteSource> {
    let budget = Budget::begin(settings.limits);
    let existing = settings.bgpd_sockets.iter().find(|socket| socket.exists());
    let bgpd = match settings.source {
        SourceChoice::Auto => existing,
        SourceChoice::Bgpd => existing.or(settings.bgpd_sockets.first()),
        SourceChoice::RoutingManager => None,
    };
    match bgpd {
        Some(socket) => Box::new(Bgpd::new(socket, budget)),
        None => {
            let url = settings.routing_manager_url.clone();
            Box::new(RoutingManager::new(url, settings.routing_manager_socket.as_deref(), budget))
        }
    }
}
