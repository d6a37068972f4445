//! Which of an application's communities select a prefix. The output file does not say it, so the source is queried.

use bgpcs::{Application, Community, ModuleConfiguration, PLUGIN, plain};

use crate::collect::plan::queries;
use crate::error_text::with_causes;
use crate::health::facts::ApplicationFacts;
use crate::prefix::Prefix;
use crate::settings::Settings;
use crate::source::QueryItem;
use crate::source::open::open;

/// The prefixes of communities, sorted.
#[derive(Default)]
pub struct Attribution(Vec<(Community, Vec<Prefix>)>);

impl Attribution {
    /// Queries the prefixes of these applications' communities. If the source does not answer, there are none, and a note
    /// says why.
    pub fn query<'a, 'f: 'a>(
        settings: &Settings,
        configuration: &ModuleConfiguration,
        applications: impl Iterator<Item = &'a ApplicationFacts<'f>>,
    ) -> (Self, Option<String>) {
        let applications = applications
            .map(|application| Application::new(application.name.clone(), application.communities.to_vec()));
        let configuration =
            ModuleConfiguration { applications: applications.collect(), ..configuration.clone() };
        let mut source = open(settings);
        let mut attribution = Self::default();
        if configuration.applications.is_empty()
            && source.abilities().has_summary
            && source.summary().is_none()
        {
            let note = format!(
                "{} does not answer; these are the prefixes of the output file; see why with: {PLUGIN} doctor",
                source.name()
            );
            return (attribution, Some(plain(&note)));
        }
        for query in queries(&configuration, &source.abilities()) {
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
            if let Err(error) = source.query(&query, &mut take) {
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
            attribution.0.extend(communities.into_iter().zip(found));
        }
        (attribution, None)
    }

    /// Whether a community selects a prefix or, since prefixes may have been aggregated, a prefix in it.
    pub fn selects(&self, community: &Community, prefix: Prefix) -> bool {
        let mut lists = self.0.iter().filter(|(queried, _)| queried.canonical() == community.canonical());
        lists.any(|(_, prefixes)| {
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
