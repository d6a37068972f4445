//! `preview`: what a profile would bring from the routes as they are now, and how that differs from what is in force. Nothing
//! is written.

pub mod choose;
mod difference;

use std::path::Path;

use bgpcs::{Health, Profile, UnixTime, plain};
use bgpcs_display::counted;
use serde::Serialize;

use crate::collect::last_good::LastOutput;
use crate::collect::refresh::{Prefixes, Refresh};
use crate::collect::services::Services;
use crate::collect::state::State;
use crate::collect::understood::Unknown;
use crate::error_text::with_causes;
use crate::health::facts::Facts;
use crate::operator::error::OperatorError;
use crate::operator::preview::choose::{Chosen, choose};
use crate::operator::preview::difference::{ApplicationDifference, difference};
use crate::operator::printed::{Printed, json_text};
use crate::settings::Settings;
use crate::source::open::open;

/// What a profile would bring.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Preview {
    profile: String,
    /// The name of the route source.
    source: String,
    /// Those of the profile, and those that are in force and not in the profile.
    applications: Vec<ApplicationDifference>,
    /// What is to be known of the answers and of the profile, a sentence each.
    notes: Vec<String>,
    /// Communities that could not be queried, each with its reason.
    failures: Vec<String>,
}

/// Queries the routes as a first run with the profile would.
///
/// # Errors
/// When there is no such profile or it is not valid, and when the source does not answer.
pub fn preview(
    facts: &Facts,
    settings: &Settings,
    profile: &Path,
    name: Option<&str>,
    now: UnixTime,
) -> Result<Preview, OperatorError> {
    let Chosen { profile: Profile { name, configuration }, unknown } = choose(profile, name)?;
    let mut source = open(settings);
    let source_name = source.name();
    if !source.abilities().can_be_queried {
        return Err(OperatorError::CannotPreview { source_name });
    }
    let refresh = Refresh {
        configuration: &configuration,
        earlier: &State::default(),
        output: &NoOutput,
        state_dir: &settings.state_dir,
        unknown: &Unknown::default(),
        now,
    };
    let collected = match refresh.run(&mut *source).result {
        Ok(collected) => collected,
        Err(cause) => return Err(OperatorError::NoPreview { source_name, cause: cause.into() }),
    };
    let (services, failures, mut notes) = match collected {
        Prefixes::Collected(collected) => {
            let failures = collected.failures.iter().map(|failure| with_causes(&failure.error)).collect();
            (collected.resolution.services, failures, collected.resolution.warnings)
        }
        Prefixes::AsBefore(services) => (services, Vec::new(), Vec::new()),
    };
    if !unknown.is_empty() {
        notes.push(format!("this release does not know {}, and does without it", plain(&unknown.join(", "))));
    }
    let names = configuration.applications.iter().map(|application| &application.application_name);
    Ok(Preview {
        profile: name.to_string(),
        source: source_name,
        applications: difference(names, &facts.services, &services),
        notes,
        failures,
    })
}

/// A first run has no output file.
struct NoOutput;

impl LastOutput for NoOutput {
    fn services_of(&self, _: u64) -> Option<Services> {
        None
    }

    fn services(&self) -> Services {
        Services::default()
    }
}

impl Preview {
    fn health(&self) -> Health {
        if self.failures.is_empty() { Health::Healthy } else { Health::Degraded }
    }

    /// The form for people.
    pub fn text(&self) -> Printed {
        let notes = self.failures.iter().chain(&self.notes);
        let notes: String = notes.map(|note| format!("{note}\n")).collect();
        let notes = if notes.is_empty() { notes } else { format!("\n{notes}") };
        let changed = self.applications.iter().filter(|application| application.differs()).count();
        let verdict = match changed {
            0 => "no prefix would change".to_owned(),
            changed => format!("{} would change", counted(changed, "application")),
        };
        let text = format!(
            "profile {}, from {}; nothing was written\n\n{}\n{verdict}\n{}{notes}",
            plain(&self.profile),
            plain(&self.source),
            difference::table(&self.applications),
            difference::lists(&self.applications),
        );
        Printed { text, health: self.health() }
    }

    /// The form for programs.
    pub fn json(&self) -> Printed {
        Printed { text: json_text(&serde_json::json!(self)), health: self.health() }
    }
}
