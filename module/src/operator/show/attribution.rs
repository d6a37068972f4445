//! Which of an application's communities select a prefix. The output file does not say it, so the source is queried.

use bgpcs::{Community, ModuleConfiguration, plain};

use crate::collect::plan::{Part, parts};
use crate::error_text::with_causes;
use crate::instance::Instance;
use crate::operator::facts::ApplicationFacts;
use crate::prefix::Prefix;
use crate::settings::Settings;
use crate::source::open::open;
use crate::source::{QueryItem, RouteSource};

/// The prefixes of communities in instances of BGP, sorted.
#[derive(Default)]
pub struct Attribution(Vec<(Instance, Community, Vec<Prefix>)>);

impl Attribution {
    /// Queries the prefixes of these applications' communities. If the source does not answer, there are none, and a note
    /// says why.
    pub fn query<'a, 'f: 'a>(
        settings: &Settings,
        configuration: &ModuleConfiguration,
        applications: impl Iterator<Item = &'a ApplicationFacts<'f>>,
    ) -> (Self, Option<String>) {
        let wanted: Vec<_> = applications.map(|application| application.name).collect();
        let mut configuration = configuration.clone();
        configuration.applications.retain(|application| wanted.contains(&&application.application_name));
        let mut source = open(settings);
        let mut attribution = Self::default();
        let parts = parts(&configuration, &source.abilities());
        let present: Vec<Part> = parts.into_iter().filter(|part| is_present(part, &mut *source)).collect();
        for query in present.iter().flat_map(|part| &part.queries) {
            let communities: Vec<Community> = query.communities().copied().collect();
            let mut found = vec![Vec::new(); communities.len()];
            let mut take = |item| match item {
                QueryItem::Path(path) => {
                    if let Some(prefixes) = found.get_mut(path.community) {
                        prefixes.push(path.prefix);
                    }
                }
                QueryItem::Unreadable(_) => {}
                QueryItem::StartOver => found.iter_mut().for_each(Vec::clear),
            };
            if let Err(error) = source.query(query, &mut take) {
                let note = format!(
                    "cannot tell which of several communities selected a prefix: {} did not answer: {}",
                    source.name(),
                    with_causes(&error)
                );
                return (Self::default(), Some(plain(&note)));
            }
            for prefixes in &mut found {
                prefixes.sort_unstable();
                prefixes.dedup();
            }
            let found = communities.into_iter().zip(found);
            let instance = &query.table.instance;
            attribution.0.extend(found.map(|(community, prefixes)| (instance.clone(), community, prefixes)));
        }
        (attribution, None)
    }

    /// Whether a community in an instance selects a prefix or, since prefixes may have been aggregated, a prefix in it.
    pub fn selects(&self, instance: &Instance, community: &Community, prefix: Prefix) -> bool {
        let is_wanted = |queried: &Community| queried.canonical() == community.canonical();
        let mut lists =
            self.0.iter().filter(|(queried_in, queried, _)| queried_in == instance && is_wanted(queried));
        lists.any(|(_, _, prefixes)| {
            // In the order of prefixes, those in a prefix follow it, apart from shorter ones with the same address.
            let from = prefixes.partition_point(|known| known.parts().0 < prefix.parts().0);
            let mut near = prefixes
                .get(from..)
                .unwrap_or_default()
                .iter()
                .take_while(|known| prefix.contains(**known) || known.parts().0 == prefix.parts().0);
            near.any(|known| prefix.contains(*known))
        })
    }
}

/// Whether a part can be queried and, where the source says it, has an instance of BGP on this router.
fn is_present(part: &Part, source: &mut dyn RouteSource) -> bool {
    let mut is_absent = || source.summary(&part.instance).is_some_and(|summary| summary.is_absent);
    part.fault.is_none() && (part.instance.is_default() || !is_absent())
}
