//! From which neighbors the prefixes come that the guards left out. A run does not ask for it, since the answers to most
//! queries do not tell it.

use bgpcs::{ApplicationName, Community, ModuleConfiguration};

use crate::collect::guard::Guard;
use crate::collect::left_out::{LeftOut, MOST_NAMED};
use crate::instance::Instance;
use crate::prefix::Prefix;
use crate::source::RouteSource;

/// The most prefixes that are looked up.
const MOST_LOOKUPS: usize = 5;

/// The neighbors that send a prefix with a community of an application.
#[derive(Debug, Default)]
pub struct Culprits(Vec<(ApplicationName, Prefix, Vec<String>)>);

impl Culprits {
    /// Looks up the first prefixes, so that each guard of each application has its turn.
    pub fn find(
        source: &mut dyn RouteSource,
        configuration: &ModuleConfiguration,
        left_out: &[LeftOut],
    ) -> Self {
        // A mapped prefix has another name in the table.
        let in_table = left_out.iter().filter(|left_out| left_out.guard != Guard::Ipv4Mapped);
        let turn = |at: usize| {
            in_table.clone().filter_map(move |left_out| Some((left_out, *left_out.prefixes.get(at)?)))
        };
        let has_vrfs = source.abilities().vrfs;
        let lookups = (0..MOST_NAMED).flat_map(turn).flat_map(|(left_out, prefix)| {
            let name = &left_out.application;
            let mut applications = configuration.applications.iter();
            let application = applications.find(|application| application.application_name == *name);
            let instances = application.map_or_else(Vec::new, Instance::of);
            let queried = instances.into_iter().filter(move |instance| has_vrfs || instance.is_default());
            queried.filter_map(move |instance| Some((application?, instance, prefix)))
        });
        let mut culprits = Self::default();
        for (application, instance, prefix) in lookups.take(MOST_LOOKUPS) {
            let Some(Ok(Some(found))) = source.longest_match(&instance, prefix) else { continue };
            let carries = |carried: &Community| {
                application.bgp_community.iter().any(|listed| listed.canonical() == carried.canonical())
            };
            let paths = found.paths.into_iter().filter(|path| path.communities.iter().any(carries));
            let mut neighbors: Vec<String> =
                paths.map(|path| path.neighbor).filter(|neighbor| !neighbor.is_empty()).collect();
            neighbors.sort();
            neighbors.dedup();
            if found.prefix == prefix {
                culprits.add(&application.application_name, prefix, neighbors);
            }
        }
        culprits
    }

    fn add(&mut self, application: &ApplicationName, prefix: Prefix, neighbors: Vec<String>) {
        let mut known = self.0.iter_mut();
        match known.find(|(name, known, _)| name == application && *known == prefix) {
            Some((.., known)) => {
                known.extend(neighbors);
                known.sort();
                known.dedup();
            }
            None => self.0.push((application.clone(), prefix, neighbors)),
        }
    }

    /// The neighbors that send a prefix; none if that is not known.
    pub fn of(&self, application: &ApplicationName, prefix: Prefix) -> &[String] {
        let found = self.0.iter().find(|(name, known, _)| name == application && *known == prefix);
        found.map_or(&[], |(.., neighbors)| neighbors)
    }
}
