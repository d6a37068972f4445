//! What the guards left out of each application. Values in, values out.

use std::borrow::Cow;

use bgpcs::{ApplicationName, ModuleConfiguration};
use serde::{Deserialize, Deserializer, Serialize};

use crate::collect::guard::{Guard, Guards};
use crate::prefix::{Family, Prefix};

/// The most prefixes that are named of those that a guard left out of an application.
pub const MOST_NAMED: usize = 5;

/// The prefixes that a guard left out of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LeftOut {
    /// Which application.
    pub application: ApplicationName,
    /// Which guard.
    pub guard: Guard,
    /// How many prefixes.
    pub count: u64,
    /// The first of them, at most [`MOST_NAMED`].
    pub prefixes: Vec<Prefix>,
}

/// Applies the guards to answers, and remembers what they left out.
#[derive(Debug)]
pub struct Sieve {
    guards: Guards,
    refused: Refused,
}

/// All that was left out. The prefixes are sorted, each once.
#[derive(Debug, Default)]
pub struct Refused(Vec<(ApplicationName, Guard, Vec<Prefix>)>);

impl Sieve {
    /// With the guards of this configuration.
    pub fn new(configuration: &ModuleConfiguration) -> Self {
        Self { guards: Guards::of(configuration), refused: Refused::default() }
    }

    /// Those of an application's prefixes that may be used, in their order. They were found in the table of a family, and
    /// are sorted.
    pub fn sift<'p>(
        &mut self,
        application: &ApplicationName,
        table: Family,
        prefixes: &'p [Prefix],
    ) -> Cow<'p, [Prefix]> {
        let guards = self.guards.of_application(application);
        let guard_of = |prefix: &Prefix| guards.against(table, *prefix);
        if prefixes.iter().all(|prefix| guard_of(prefix).is_none()) {
            return Cow::Borrowed(prefixes);
        }
        let (mut admitted, mut refused): (Vec<Prefix>, Vec<(Guard, Prefix)>) = Default::default();
        for prefix in prefixes {
            match guard_of(prefix) {
                Some(guard) => refused.push((guard, *prefix)),
                None => admitted.push(*prefix),
            }
        }
        refused.sort_unstable();
        for of_guard in refused.chunk_by(|(one, _), (another, _)| one == another) {
            if let Some((guard, _)) = of_guard.first() {
                self.refused.note(application, *guard, of_guard.iter().map(|(_, prefix)| *prefix));
            }
        }
        Cow::Owned(admitted)
    }

    /// What was left out, in the order in which it was found.
    pub fn finish(self) -> Refused {
        self.refused
    }
}

impl Refused {
    /// Adds what was left out of another instance of BGP: a prefix counts once for a guard of an application.
    pub fn absorb(&mut self, other: Self) {
        for (application, guard, prefixes) in other.0 {
            self.note(&application, guard, prefixes.into_iter());
        }
    }

    /// Adds sorted prefixes to those that a guard left out of an application.
    fn note(&mut self, application: &ApplicationName, guard: Guard, prefixes: impl Iterator<Item = Prefix>) {
        let known = self.0.iter_mut().find(|(name, of, _)| name == application && *of == guard);
        match known {
            Some((.., known)) => {
                known.extend(prefixes);
                // Two sorted runs, which the stable sort merges in one pass.
                known.sort();
                known.dedup();
            }
            None => self.0.push((application.clone(), guard, prefixes.collect())),
        }
    }

    /// The same as it is told.
    pub fn told(self) -> Vec<LeftOut> {
        let left_out = self.0.into_iter().map(|(application, guard, mut prefixes)| {
            let count = prefixes.len() as u64;
            prefixes.truncate(MOST_NAMED);
            LeftOut { application, guard, count, prefixes }
        });
        left_out.collect()
    }
}

/// Reads a list of what was left out. Entries of a later release that are not understood are passed over.
///
/// # Errors
/// When it is no list.
pub fn understood<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LeftOut>, D::Error> {
    let entries = Vec::<serde_json::Value>::deserialize(deserializer)?;
    Ok(entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect())
}
