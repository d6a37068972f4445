//! How the prefixes that a profile would bring differ from those in force.

use bgpcs::{ApplicationName, Health, plain};
use bgpcs_display::table::{Head, Paint, Table};
use serde::Serialize;

use crate::collect::services::Services;
use crate::prefix::{Prefix, missing};

/// The most prefixes that are shown to people of what an application gains, and of what it loses.
const MOST_SHOWN: usize = 20;

/// What would become of an application.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ApplicationDifference {
    application_name: String,
    /// How many prefixes are in force.
    in_force: usize,
    /// How many there would be.
    previewed: usize,
    gained: Vec<Prefix>,
    lost: Vec<Prefix>,
}

impl ApplicationDifference {
    /// Whether its prefixes would change.
    pub fn differs(&self) -> bool {
        !(self.gained.is_empty() && self.lost.is_empty())
    }
}

/// The applications of the profile in its order, then those that would be gone.
pub fn difference<'n>(
    names: impl Iterator<Item = &'n ApplicationName>,
    in_force: &Services,
    previewed: &Services,
) -> Vec<ApplicationDifference> {
    let mut all: Vec<&ApplicationName> = names.collect();
    let gone = in_force.iter().map(|(name, _)| name).filter(|name| !all.contains(name)).collect::<Vec<_>>();
    all.extend(gone);
    let of_application = |name: &ApplicationName| {
        let (now, then) = (in_force.get(name), previewed.get(name));
        ApplicationDifference {
            application_name: name.to_string(),
            in_force: now.len(),
            previewed: then.len(),
            gained: missing(then, now).collect(),
            lost: missing(now, then).collect(),
        }
    };
    all.into_iter().map(of_application).collect()
}

/// A row for each application.
pub fn table(applications: &[ApplicationDifference]) -> String {
    let heads = [
        Head::Text("Application"),
        Head::Number("In force"),
        Head::Number("Previewed"),
        Head::Number("Gained"),
        Head::Number("Lost"),
    ];
    let mut table = Table::new(heads, Paint(false));
    for one in applications {
        let numbers = [one.in_force, one.previewed, one.gained.len(), one.lost.len()].map(|n| n.to_string());
        let name = std::iter::once(plain(&one.application_name));
        table.row(Health::Healthy, name.chain(numbers).collect::<Vec<_>>());
    }
    table.to_string()
}

/// The first prefixes that each application gains and loses.
pub fn lists(applications: &[ApplicationDifference]) -> String {
    let mut text = String::new();
    for one in applications.iter().filter(|one| one.differs()) {
        text += &format!("\n{}\n", plain(&one.application_name));
        for (sign, prefixes) in [('+', &one.gained), ('-', &one.lost)] {
            prefixes.iter().take(MOST_SHOWN).for_each(|prefix| text += &format!("  {sign} {prefix}\n"));
            if prefixes.len() > MOST_SHOWN {
                text += &format!("  {sign} {} more, which --json lists\n", prefixes.len() - MOST_SHOWN);
            }
        }
    }
    text
}
