//! Which of an application's communities select a prefix. The output file does not say it, so the source is queried.

use bgpcs::{Community, ModuleConfiguration, PLUGIN, PathSelection, plain};

use crate::collect::plan::{Part, parts};
use crate::collect::resolve::in_use;
use crate::error_text::with_causes;
use crate::health::facts::ApplicationFacts;
use crate::instance::Instance;
use crate::prefix::Prefix;
use crate::settings::Settings;
use crate::source::open::open;
use crate::source::{Query, QueryItem, RouteSource};

/// How many prefixes are looked up at most; for more, communities are queried, each with a scan of all routes.
const MOST_LOOKED_UP: usize = 100;

/// The prefixes of communities in instances of BGP, sorted.
#[derive(Default)]
pub struct Attribution(Vec<(Instance, Community, Vec<Prefix>)>);

impl Attribution {
    /// Asks which communities of these applications select these prefixes of theirs. If the source does not answer, there
    /// is nothing, and a note says why.
    pub fn ask<'a, 'f: 'a>(
        settings: &Settings,
        configuration: &ModuleConfiguration,
        applications: &[(&'a ApplicationFacts<'f>, Vec<Prefix>)],
    ) -> (Self, Option<String>) {
        let mut source = open(settings);
        if applications.is_empty() {
            let is_silent = source.abilities().has_summary && source.summary(&Instance::Default).is_none();
            let note = format!(
                "{} does not answer; these are the prefixes of the output file; see why with: {PLUGIN} doctor",
                source.name()
            );
            return (Self::default(), is_silent.then(|| plain(&note)));
        }
        let prefixes: usize = applications.iter().map(|(_, prefixes)| prefixes.len()).sum();
        let looked_up = (prefixes <= MOST_LOOKED_UP)
            .then(|| Self::look_up(&mut *source, configuration.path_selection, applications));
        if let Some(attribution) = looked_up.flatten() {
            return (attribution, None);
        }
        let mut configuration = configuration.clone();
        configuration.applications.retain(|application| {
            applications.iter().any(|(wanted, _)| *wanted.name == application.application_name)
        });
        Self::query(&mut *source, &configuration)
    }

    /// Looks up each prefix; nothing if that does not tell for one of them, as where prefixes were aggregated.
    fn look_up<'a, 'f: 'a>(
        source: &mut dyn RouteSource,
        path_selection: PathSelection,
        applications: &[(&'a ApplicationFacts<'f>, Vec<Prefix>)],
    ) -> Option<Self> {
        let mut attribution = Self::default();
        for (application, prefixes) in applications {
            for prefix in prefixes {
                let before = attribution.0.len();
                for instance in &application.instances {
                    let paths = source.paths_of(instance, *prefix)?;
                    let counts =
                        paths.iter().filter(|path| path.best || path_selection == PathSelection::Any);
                    for path in counts {
                        if path.is_unclear {
                            return None;
                        }
                        let carried = path.communities.iter().filter(|carried| application.lists(carried));
                        let selecting =
                            carried.map(|community| (instance.clone(), *community, vec![*prefix]));
                        attribution.0.extend(selecting);
                    }
                }
                if attribution.0.len() == before {
                    return None;
                }
            }
        }
        Some(attribution)
    }

    /// Queries the prefixes of those communities of a configuration that any route carries.
    fn query(source: &mut dyn RouteSource, configuration: &ModuleConfiguration) -> (Self, Option<String>) {
        let mut attribution = Self::default();
        let parts = parts(configuration, &source.abilities());
        let present: Vec<Part> = parts.into_iter().filter(|part| is_present(part, source)).collect();
        let in_use = in_use(source, &present);
        let queries = present.iter().flat_map(|part| &part.queries).zip(in_use.into_iter().flatten());
        for query in queries.filter_map(|(query, is_used)| is_used.then_some(query)) {
            if let Err(note) = attribution.add(source, query) {
                return (Self::default(), Some(note));
            }
        }
        (attribution, None)
    }

    /// Adds the answer to a query.
    fn add(&mut self, source: &mut dyn RouteSource, query: &Query) -> Result<(), String> {
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
            return Err(plain(&format!(
                "cannot tell which of several communities selected a prefix: {} did not answer: {}",
                source.name(),
                with_causes(&error)
            )));
        }
        for prefixes in &mut found {
            prefixes.sort_unstable();
            prefixes.dedup();
        }
        let found = communities.into_iter().zip(found);
        let instance = &query.table.instance;
        self.0.extend(found.map(|(community, prefixes)| (instance.clone(), community, prefixes)));
        Ok(())
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
