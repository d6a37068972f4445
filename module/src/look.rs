//! A look at the routes: whether one is due, what is asked, and whether the answer is to be believed.

use bgpcs::{ModuleConfiguration, PathSelection};

use crate::digest::digest_of;
use crate::error::RunError;
use crate::hold::{self, Doubt};
use crate::output;
use crate::prefix::Family;
use crate::recheck::{Remembered, recheck};
use crate::resolve::{Gathering, Resolution, questions};
use crate::routes::Routes;
use crate::services::Services;
use crate::settings::Settings;
use crate::source::{Abilities, Question, RouteSource, Survey, on_the_wire};
use crate::state::{LastGood, Outcome, State, UnixTime};

/// The longest time in seconds from one look at all routes to the next. Meanwhile routes are asked for only when there is
/// a sign of a change, and maybe only those that changed: this bounds what the signs could miss.
pub const FULL_LOOK_INTERVAL: u64 = 600;

/// What came of looking at the routes.
pub struct Looked {
    /// Who was asked.
    pub source: Option<String>,
    /// What it has, or why there is no answer; `None` when there is no sign of a change since the output file was written.
    pub found: Result<Option<Found>, RunError>,
}

/// What a look found.
pub struct Found {
    /// What the routes make of the configuration.
    pub resolution: Resolution,
    /// What is to be remembered; the files are not written yet.
    pub last_good: LastGood,
}

/// A look, and its circumstances.
pub struct Look<'l> {
    /// Where the files are.
    pub settings: &'l Settings,
    /// What is asked for.
    pub configuration: &'l ModuleConfiguration,
    /// What is known of earlier runs.
    pub earlier: &'l State,
    /// When the run began.
    pub now: UnixTime,
}

impl Look<'_> {
    /// Looks at the routes, if there is any sign that they changed.
    pub fn look(&self, source: &mut dyn RouteSource) -> Looked {
        let name = source.name();
        let survey = source.survey();
        let found = match self.is_as_before(&name, survey.as_ref()) {
            true => Ok(None),
            false => self.find(source, survey).map(Some),
        };
        Looked { source: Some(name), found }
    }

    /// The last run, if what it found can still be built on: it was good, and no look at all routes is due.
    fn last(&self, source: &str) -> Option<&LastGood> {
        let last_good = self.earlier.last_good.as_ref()?;
        let can_be_built_on = self.earlier.outcome == Outcome::Good
            && last_good.source == source
            && (last_good.looked..last_good.looked + FULL_LOOK_INTERVAL).contains(&self.now);
        can_be_built_on.then_some(last_good)
    }

    /// Whether there is no sign that a look at the routes would change the output file.
    fn is_as_before(&self, source: &str, survey: Option<&Survey>) -> bool {
        let Some((last, survey)) = self.last(source).zip(survey) else { return false };
        last.configuration == *self.configuration
            && last.has_same_routes(survey)
            && last.output.is_some()
            && digest_of(&self.settings.output) == last.output
    }

    fn find(&self, source: &mut dyn RouteSource, survey: Option<Survey>) -> Result<Found, RunError> {
        let last = self.last(&source.name());
        let remembered = last.zip(survey.as_ref()).and_then(|(last, now)| self.remembered(last, now));
        let (mut resolution, is_whole) = resolve(self.configuration, source, survey.as_ref(), remembered)?;
        if survey.as_ref().is_none_or(|survey| survey.process.is_none()) {
            // Nothing will tell what changed since.
            resolution.routes = Routes::default();
        }
        let resolution = self.doubt(survey.as_ref(), resolution)?;
        let last_good = LastGood {
            time: self.now,
            looked: last.filter(|_| !is_whole).map_or(self.now, |last| last.looked),
            source: source.name(),
            configuration: self.configuration.clone(),
            survey,
            output: None,
            routes: None,
        };
        Ok(Found { resolution, last_good })
    }

    /// What the last run found, if that was asked for in the same way.
    fn remembered<'s>(&'s self, last: &'s LastGood, now: &'s Survey) -> Option<Remembered<'s>> {
        let path_selection = self.configuration.path_selection;
        let before = last.survey.as_ref().filter(|_| last.configuration.path_selection == path_selection)?;
        let routes = Routes::load(&self.settings.state_dir, last.routes?)?;
        Some(Remembered { routes, path_selection, before, now })
    }

    /// Passes on what was found, unless the routing engine's sessions give reason to hold what was there before.
    fn doubt(&self, survey: Option<&Survey>, mut found: Resolution) -> Result<Resolution, RunError> {
        let last_good = self.earlier.last_good.as_ref();
        let last_survey = last_good.and_then(|last_good| last_good.survey.as_ref());
        let last = || {
            last_good.map_or(Services::default(), |good| held(self.settings, good, Some(self.configuration)))
        };
        let Some(doubt) = survey.and_then(|survey| hold::doubt(survey, last_survey, last, &found.services))
        else {
            return Ok(found);
        };
        let stale_path_time = self.configuration.stale_path_time;
        let holds = last_good.is_some_and(|good| hold::holds(good, stale_path_time, self.now));
        match questions(self.configuration, &Abilities::default()).into_iter().next() {
            Some(first) if holds || doubt == Doubt::NoSession => {
                Err(RunError::Doubt { doubt, application: first.application, community: first.community })
            }
            _ => {
                found.warnings.push(doubt.to_string());
                Ok(found)
            }
        }
    }
}

/// Answers every question to which the answer can be other than empty, from what is remembered where that is possible;
/// and tells whether all routes were looked at, none being remembered.
fn resolve(
    configuration: &ModuleConfiguration,
    source: &mut dyn RouteSource,
    survey: Option<&Survey>,
    remembered: Option<Remembered<'_>>,
) -> Result<(Resolution, bool), RunError> {
    let abilities = source.abilities();
    refuse_others(configuration, source, &abilities)?;
    let questions = questions(configuration, &abilities);
    let worth_asking = worth_asking(source, &questions);
    let to_ask = questions.iter().zip(&worth_asking).filter(|(_, worth)| **worth);
    let to_ask: Vec<_> = to_ask.map(|(question, _)| question).collect();
    let mut routes = remembered.map_or(Routes::default(), |remembered| recheck(source, remembered, &to_ask));
    let mut is_whole = true;
    let mut gathering = Gathering::new(configuration);
    for (question, worth_asking) in questions.iter().zip(worth_asking) {
        gathering.gather(question, |question, each| {
            let is_known = worth_asking && routes.answer(question, each);
            is_whole &= !is_known;
            if is_known || !worth_asking { Ok(()) } else { source.ask(question, each) }
        })?;
    }
    let mut resolution = gathering.finish();
    for family in Family::ALL {
        let are_single = match survey.zip(source.path_count(family)) {
            Some((survey, paths)) => survey.has_single_paths(family, paths),
            None => routes.has_single_paths(family),
        };
        resolution.routes.set_single_paths(family, are_single);
    }
    resolution.warnings.extend(source.warnings());
    if configuration.path_selection == PathSelection::Best && !abilities.best_path {
        resolution.warnings.push(format!("{} chooses no best path; every path counts", source.name()));
    }
    Ok((resolution, is_whole))
}

/// Refuses communities by which the source cannot select.
fn refuse_others(
    configuration: &ModuleConfiguration,
    source: &dyn RouteSource,
    abilities: &Abilities,
) -> Result<(), RunError> {
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
    Ok(())
}

/// Whether any route carries a community of each question, as far as the source can tell.
fn worth_asking(source: &mut dyn RouteSource, questions: &[Question]) -> Vec<bool> {
    let communities: Vec<_> =
        questions.iter().flat_map(|question| question.communities()).map(on_the_wire).collect();
    let in_use = source.in_use(&communities).unwrap_or_else(|| vec![true; communities.len()]);
    let mut in_use = in_use.into_iter();
    let any_is_used = |question: &Question| {
        in_use.by_ref().take(question.communities().count()).filter(|used| *used).count() > 0
    };
    questions.iter().map(any_is_used).collect()
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
