//! One look at the routes: whether it is due, what is asked, and whether the answer is to be believed.

use bgpcs::{ModuleConfiguration, PathSelection};

use crate::digest::digest_of;
use crate::error::RunError;
use crate::hold::{self, Doubt};
use crate::output;
use crate::resolve::{Gathering, Resolution, questions};
use crate::services::Services;
use crate::settings::Settings;
use crate::source::{Abilities, RouteSource, Survey, on_the_wire};
use crate::state::{LastGood, Outcome, State, UnixTime};

/// The longest time in seconds for which the routes are not looked at because there is no sign of a change: it bounds
/// what the signs could miss.
pub const FULL_LOOK_INTERVAL: u64 = 600;

/// What came of looking at the routes.
pub struct Looked {
    /// Who was asked.
    pub source: Option<String>,
    /// What it said of itself before.
    pub survey: Option<Survey>,
    /// What it has, or why there is no answer.
    pub found: Result<Found, RunError>,
}

/// What a look found.
pub enum Found {
    /// There is no sign of a change since the output file was written.
    NoChange,
    /// The routes as they are now.
    Routes(Resolution),
}

/// Looks at the routes, if there is any sign that they changed.
pub fn look(
    settings: &Settings,
    source: &mut dyn RouteSource,
    configuration: &ModuleConfiguration,
    earlier: &State,
    now: UnixTime,
) -> Looked {
    let name = source.name();
    let survey = source.survey();
    let found = match is_as_before(settings, configuration, earlier, &name, survey.as_ref(), now) {
        true => Ok(Found::NoChange),
        false => resolve(configuration, source)
            .and_then(|resolution| doubt(settings, configuration, earlier, survey.as_ref(), resolution, now))
            .map(Found::Routes),
    };
    Looked { source: Some(name), survey, found }
}

/// Whether there is no sign that a look at the routes would change the output file.
fn is_as_before(
    settings: &Settings,
    configuration: &ModuleConfiguration,
    earlier: &State,
    source: &str,
    survey: Option<&Survey>,
    now: UnixTime,
) -> bool {
    let Some((last_good, survey)) = earlier.last_good.as_ref().zip(survey) else { return false };
    earlier.outcome == Outcome::Good
        && last_good.source == source
        && last_good.configuration == *configuration
        && last_good.survey.as_ref().is_some_and(|last_survey| last_survey.same_routes(survey))
        && (last_good.looked..last_good.looked + FULL_LOOK_INTERVAL).contains(&now)
        && digest_of(&settings.output) == Some(last_good.output)
}

/// Asks every question to which the answer can be other than empty.
fn resolve(
    configuration: &ModuleConfiguration,
    source: &mut dyn RouteSource,
) -> Result<Resolution, RunError> {
    let abilities = source.abilities();
    for application in &configuration.applications {
        if let Some(community) = application.bgp_community.iter().find(|listed| !abilities.select_by(listed))
        {
            return Err(RunError::Selection {
                source_name: source.name(),
                application: application.application_name.clone(),
                community: *community,
            });
        }
    }
    let questions = questions(configuration, &abilities);
    let communities: Vec<_> =
        questions.iter().flat_map(|question| question.communities()).map(on_the_wire).collect();
    let in_use = source.in_use(&communities).unwrap_or_else(|| vec![true; communities.len()]);
    let mut in_use = in_use.into_iter();
    let mut gathering = Gathering::new(configuration);
    for question in questions {
        let worth_asking =
            in_use.by_ref().take(question.communities().count()).filter(|used| *used).count() > 0;
        gathering.gather(&question, |question, each| match worth_asking {
            true => source.ask(question, each),
            false => Ok(()),
        })?;
    }
    let mut resolution = gathering.finish();
    resolution.warnings.extend(source.warnings());
    if configuration.path_selection == PathSelection::Best && !abilities.best_path {
        resolution.warnings.push(format!("{} chooses no best path; every path counts", source.name()));
    }
    Ok(resolution)
}

/// Passes on what was found, unless the routing engine's sessions give reason to hold what was there before.
fn doubt(
    settings: &Settings,
    configuration: &ModuleConfiguration,
    earlier: &State,
    survey: Option<&Survey>,
    mut found: Resolution,
    now: UnixTime,
) -> Result<Resolution, RunError> {
    let last_good = earlier.last_good.as_ref();
    let last_survey = last_good.and_then(|last_good| last_good.survey.as_ref());
    let last = || last_good.map_or(Services::default(), |good| held(settings, good, Some(configuration)));
    let Some(doubt) = survey.and_then(|survey| hold::doubt(survey, last_survey, last, &found.services))
    else {
        return Ok(found);
    };
    let holds = last_good.is_some_and(|good| hold::holds(good, configuration.stale_path_time, now));
    match questions(configuration, &Abilities::default()).into_iter().next() {
        Some(first) if holds || doubt == Doubt::NoSession => {
            Err(RunError::Doubt { doubt, application: first.application, community: first.community })
        }
        _ => {
            found.warnings.push(doubt.to_string());
            Ok(found)
        }
    }
}

/// The last good prefixes of the applications that still ask for the same.
pub fn held(
    settings: &Settings,
    last_good: &LastGood,
    configuration: Option<&ModuleConfiguration>,
) -> Services {
    let mut services = output::read_services(&settings.output).unwrap_or_default();
    hold::keep_unchanged(&mut services, last_good, configuration);
    services
}
