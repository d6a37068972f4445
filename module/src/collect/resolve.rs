//! Gets the answer to every query: from the route source, or from the snapshot of the last answers.

use bgpcs::{
    ApplicationLeaf, ApplicationName, Community, ModuleConfiguration, PathSelection, ProfileLeaf, Quoted,
    Ranged,
};
use bgpcs_display::listed;

use crate::collect::error::CollectError;
use crate::collect::gather::{Gathered, Gathering};
use crate::collect::last_answers::LastAnswers;
use crate::collect::plan::Part;
use crate::collect::snapshot::Snapshot;
use crate::instance::Table;
use crate::source::summary::BgpSummary;
use crate::source::{Query, RibInspection, RouteSource};

/// How many leaves without effect the warning names.
const IGNORED_SHOWN: usize = 8;

/// What is known before an instance of BGP is queried.
pub struct Circumstances<'r> {
    /// For each query whether any route carries a community of it.
    pub in_use: Vec<bool>,
    /// The present summary of the instance.
    pub summary: Option<&'r BgpSummary>,
    /// The answers of the last run that are up to date.
    pub snapshot: &'r mut Snapshot,
    /// The last good prefixes, which stay where a query fails.
    pub last: &'r LastAnswers<'r>,
}

/// Resolves what one instance of BGP is queried for; also whether all answers came from the source, none from the snapshot.
///
/// Communities that no route carries are not queried. What is in the snapshot is used instead of a query. Where a query
/// fails, the last good prefixes of its communities stay. An instance that the source does not have has no prefixes.
///
/// # Errors
/// When the source as a whole does not answer, or there are too many prefixes.
pub fn resolve(
    part: &Part,
    source: &mut dyn RouteSource,
    circumstances: Circumstances<'_>,
) -> Result<(Gathered, bool), CollectError> {
    let Circumstances { in_use, summary, snapshot, last } = circumstances;
    let mut is_full = true;
    let mut gathering = Gathering::new(part, last);
    let is_absent = summary.is_some_and(|summary| summary.is_absent);
    for (query, in_use) in part.queries.iter().zip(in_use).filter(|_| !is_absent) {
        gathering.gather(query, |query, each| {
            let is_known = in_use && snapshot.answer(query, each);
            is_full &= !is_known;
            if is_known || !in_use { Ok(()) } else { source.query(query, each) }
        })?;
    }
    keep_unselectable(part, source, &mut gathering)?;
    let mut gathered = gathering.finish(&source.name());
    for table in &Table::all_of(&part.instance) {
        let are_single = match summary.zip(source.path_count(table)) {
            Some((summary, paths)) => summary.has_single_paths(table.family, paths),
            None => snapshot.has_single_paths(table),
        };
        gathered.resolution.snapshot.set_single_paths(table, are_single);
    }
    Ok((gathered, is_full))
}

/// What stays of an instance of BGP as a whole for the reason `failed`: its last good prefixes.
///
/// # Errors
/// When there are too many prefixes.
pub fn keep(
    part: &Part,
    source: &dyn RouteSource,
    last: &LastAnswers<'_>,
    failed: &dyn Fn(ApplicationName, Community) -> CollectError,
) -> Result<Gathered, CollectError> {
    let mut gathering = Gathering::new(part, last);
    for query in &part.queries {
        for community in query.communities() {
            gathering.keep(community, &query.table, failed)?;
        }
    }
    keep_unselectable(part, source, &mut gathering)?;
    Ok(gathering.finish(&source.name()))
}

/// What is unusual about the source's answers as a whole, or in the configuration, a sentence each.
pub fn warnings(configuration: &ModuleConfiguration, source: &mut dyn RouteSource) -> Vec<String> {
    let mut warnings = source.warnings();
    if configuration.path_selection == PathSelection::Best && !source.abilities().best_path {
        warnings.push(format!("{} selects no best path: every path counts", source.name()));
    }
    warnings.extend(without_effect(configuration));
    warnings
}

/// A warning that names what is configured and has no effect yet.
fn without_effect(configuration: &ModuleConfiguration) -> Option<String> {
    let applications = configuration.applications.iter().flat_map(|application| {
        let leaves = ApplicationLeaf::ALL.iter().filter(|leaf| match leaf {
            // The former is for people.
            ApplicationLeaf::Description | ApplicationLeaf::Vrf => false,
            ApplicationLeaf::Within => !application.within.is_empty(),
        });
        leaves.map(|leaf| {
            format!("{} of application {}", leaf.name(), Quoted(application.application_name.as_str()))
        })
    });
    let profile = ProfileLeaf::ALL.iter().filter(|leaf| match leaf {
        ProfileLeaf::ShortestIpv4Prefix => configuration.shortest_ipv4_prefix != Ranged::default(),
        ProfileLeaf::ShortestIpv6Prefix => configuration.shortest_ipv6_prefix != Ranged::default(),
        ProfileLeaf::LargestLoss => configuration.largest_loss != Ranged::default(),
        ProfileLeaf::RefreshInterval
        | ProfileLeaf::PathSelection
        | ProfileLeaf::StalePathTime
        | ProfileLeaf::MaxPrefixes
        | ProfileLeaf::AggregatePrefixes
        | ProfileLeaf::UpdateMode => false,
    });
    let ignored: Vec<String> = applications.chain(profile.map(|leaf| leaf.name().to_owned())).collect();
    (!ignored.is_empty()).then(|| {
        format!("configured, but this release does not act on it: {}", listed(ignored.iter(), IGNORED_SHOWN))
    })
}

/// Keeps the last good prefixes of communities of a kind that the source's routes do not have.
fn keep_unselectable(
    part: &Part,
    source: &dyn RouteSource,
    gathering: &mut Gathering<'_>,
) -> Result<(), CollectError> {
    let listed = part.configuration.applications.iter().flat_map(|application| &application.bgp_community);
    let failed = |application, community| CollectError::Selection {
        source_name: source.name(),
        application,
        community,
        instance: part.instance.clone(),
    };
    let abilities = source.abilities();
    for community in listed.filter(|community| !abilities.can_select(community)) {
        for table in &Table::all_of(&part.instance) {
            gathering.keep(community, table, &failed)?;
        }
    }
    Ok(())
}

/// For each query of each part whether any route carries a community of it, as far as the source can tell.
pub fn in_use(source: &mut dyn RibInspection, parts: &[Part]) -> Vec<Vec<bool>> {
    let queries = || parts.iter().flat_map(|part| &part.queries);
    let of_query =
        |query: &Query| -> Vec<Community> { query.communities().map(Community::canonical).collect() };
    let communities: Vec<_> = queries()
        .flat_map(|query| {
            of_query(query).into_iter().map(move |community| (&query.table.instance, community))
        })
        .collect();
    let in_use = source.communities_in_use(&communities).unwrap_or_else(|| vec![true; communities.len()]);
    let mut in_use = in_use.into_iter();
    let mut any_is_used =
        |query: &Query| in_use.by_ref().take(query.communities().count()).filter(|used| *used).count() > 0;
    parts.iter().map(|part| part.queries.iter().map(&mut any_is_used).collect()).collect()
}
