//! Gets the answer to every query: from the route source, or from the snapshot of the last answers.

use bgpcs::{ApplicationLeaf, Community, ModuleConfiguration, PathSelection, Quoted};
use bgpcs_display::listed;

use crate::collect::error::{CollectError, CommunityFailure};
use crate::collect::gather::{Gathering, Resolution};
use crate::collect::incremental::{Remembered, update};
use crate::collect::last_answers::LastAnswers;
use crate::collect::plan::queries;
use crate::collect::snapshot::Snapshot;
use crate::prefix::Family;
use crate::source::summary::BgpSummary;
use crate::source::{Abilities, Query, RibInspection, RouteSource};

/// How many leaves without effect the warning names.
const IGNORED_SHOWN: usize = 8;

/// What a configuration resolves to now.
pub struct Resolved {
    /// Prefixes by application.
    pub resolution: Resolution,
    /// The communities whose prefixes are not up to date.
    pub failures: Vec<CommunityFailure>,
    /// Whether all answers came from the source, none from the snapshot.
    pub is_full: bool,
}

/// Resolves a configuration to prefixes by application.
///
/// Communities that no route carries are not queried. What is `remembered` is brought up to date and used instead of a query
/// where that is possible. Where a query fails, the `last` good prefixes of its communities stay.
///
/// # Errors
/// When the source as a whole does not answer, or there are too many prefixes.
pub fn resolve(
    configuration: &ModuleConfiguration,
    source: &mut dyn RouteSource,
    summary: Option<&BgpSummary>,
    remembered: Option<Remembered<'_>>,
    last: &LastAnswers<'_>,
) -> Result<Resolved, CollectError> {
    let abilities = source.abilities();
    let queries = queries(configuration, &abilities);
    let in_use = in_use(source, &queries);
    let due: Vec<&Query> =
        queries.iter().zip(&in_use).filter(|(_, in_use)| **in_use).map(|(query, _)| query).collect();
    let mut snapshot = remembered.map_or(Snapshot::default(), |remembered| update(source, remembered, &due));
    let mut is_full = true;
    let mut gathering = Gathering::new(configuration, last);
    for (query, in_use) in queries.iter().zip(in_use) {
        gathering.gather(query, |query, each| {
            let is_known = in_use && snapshot.answer(query, each);
            is_full &= !is_known;
            if is_known || !in_use { Ok(()) } else { source.query(query, each) }
        })?;
    }
    keep_unselectable(configuration, source, &abilities, &mut gathering)?;
    let (mut resolution, failures) = gathering.finish(&source.name())?;
    for family in Family::ALL {
        let are_single = match summary.zip(source.path_count(family)) {
            Some((summary, paths)) => summary.has_single_paths(family, paths),
            None => snapshot.has_single_paths(family),
        };
        resolution.snapshot.set_single_paths(family, are_single);
    }
    resolution.warnings.extend(source.warnings());
    if configuration.path_selection == PathSelection::Best && !abilities.best_path {
        resolution.warnings.push(format!("{} selects no best path: every path counts", source.name()));
    }
    resolution.warnings.extend(without_effect(configuration));
    Ok(Resolved { resolution, failures, is_full })
}

/// A warning that names what is configured and has no effect yet.
fn without_effect(configuration: &ModuleConfiguration) -> Option<String> {
    let applications = configuration.applications.iter().flat_map(|application| {
        let leaves = ApplicationLeaf::ALL.iter().filter(|leaf| match leaf {
            // It is for people.
            ApplicationLeaf::Description => false,
            ApplicationLeaf::Vrf => !application.vrf.is_empty(),
            ApplicationLeaf::Within => false,
        });
        leaves.map(|leaf| {
            format!("{} of application {}", leaf.name(), Quoted(application.application_name.as_str()))
        })
    });
    let ignored: Vec<String> = applications.collect();
    (!ignored.is_empty()).then(|| {
        format!("configured, but this release does not act on it: {}", listed(ignored.iter(), IGNORED_SHOWN))
    })
}

/// Keeps the last good prefixes of communities of a kind that the source's routes do not have.
fn keep_unselectable(
    configuration: &ModuleConfiguration,
    source: &dyn RouteSource,
    abilities: &Abilities,
    gathering: &mut Gathering<'_>,
) -> Result<(), CollectError> {
    let listed = configuration.applications.iter().flat_map(|application| &application.bgp_community);
    let failed = |application, community| CollectError::Selection {
        source_name: source.name(),
        application,
        community,
    };
    for community in listed.filter(|community| !abilities.can_select(community)) {
        for family in Family::ALL {
            gathering.keep(community, family, &failed)?;
        }
    }
    Ok(())
}

/// For each query whether any route carries a community of it, as far as the source can tell.
fn in_use(source: &mut dyn RibInspection, queries: &[Query]) -> Vec<bool> {
    let communities: Vec<_> =
        queries.iter().flat_map(|query| query.communities()).map(Community::canonical).collect();
    let in_use = source.communities_in_use(&communities).unwrap_or_else(|| vec![true; communities.len()]);
    let mut in_use = in_use.into_iter();
    let any_is_used =
        |query: &Query| in_use.by_ref().take(query.communities().count()).filter(|used| *used).count() > 0;
    queries.iter().map(any_is_used).collect()
}
