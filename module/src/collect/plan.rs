//! From a configuration to queries. Values in, values out.

use std::collections::HashSet;

use bgpcs::{Community, ModuleConfiguration};

use crate::prefix::Family;
use crate::source::{Abilities, Query};

/// The queries of a configuration, in the operator's order: each community once per family, however many applications list
/// it and in whichever spelling. Communities for which the source has to scan all routes share a query; those of a kind that
/// the source does not have get none.
pub fn queries(configuration: &ModuleConfiguration, abilities: &Abilities) -> Vec<Query> {
    let mut seen = HashSet::new();
    let mut queries: Vec<Query> = Vec::new();
    for application in &configuration.applications {
        let selectable = application.bgp_community.iter().filter(|listed| abilities.can_select(listed));
        for &community in selectable.filter(|listed| seen.insert(listed.canonical())) {
            let shares =
                |community: Community| abilities.scans_once || matches!(community, Community::RouteTarget(_));
            let mut shared = queries.iter_mut().filter(|query| shares(query.community)).peekable();
            if shares(community) && shared.peek().is_some() {
                shared.for_each(|query| query.further.push(community));
            } else {
                let application = &application.application_name;
                let query = |family| Query {
                    family,
                    application: application.clone(),
                    community,
                    further: Vec::new(),
                };
                queries.extend(Family::ALL.map(query));
            }
        }
    }
    queries
}
