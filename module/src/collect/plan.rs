//! From a configuration to queries. Values in, values out.

use std::collections::{HashMap, HashSet};

use bgpcs::{Application, Community, ModuleConfiguration};

use crate::instance::{Instance, Table};
use crate::source::{Abilities, Query};

/// The most instances of BGP that are queried. Each costs the routing engine three short commands four times a second in
/// watch mode.
pub const MOST_INSTANCES: usize = 64;

/// What one instance of BGP is queried for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The instance.
    pub instance: Instance,
    /// The configuration, with those applications only for which the instance counts.
    pub configuration: ModuleConfiguration,
    /// Why the instance cannot be queried, if it cannot.
    pub fault: Option<InstanceFault>,
    /// The queries, in the operator's order.
    pub queries: Vec<Query>,
}

/// Why an instance of BGP cannot be queried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceFault {
    /// The source has the default instance only.
    NoVrfs,
    /// There are more than [`MOST_INSTANCES`].
    TooMany,
}

/// The instances that count for any application, each once, in the operator's order; the default one if there is no
/// application.
pub fn instances(configuration: &ModuleConfiguration) -> Vec<Instance> {
    let mut seen = HashSet::new();
    let named = configuration.applications.iter().flat_map(Instance::of);
    let instances: Vec<Instance> = named.filter(|instance| seen.insert(instance.clone())).collect();
    if instances.is_empty() { vec![Instance::Default] } else { instances }
}

/// The parts of a configuration, one for each of its [`instances`].
pub fn parts(configuration: &ModuleConfiguration, abilities: &Abilities) -> Vec<Part> {
    let instances = instances(configuration);
    let place: HashMap<&Instance, usize> = instances.iter().zip(0..).collect();
    let mut applications = vec![Vec::new(); instances.len()];
    for application in &configuration.applications {
        for instance in Instance::of(application) {
            let counting = place.get(&instance).and_then(|place| applications.get_mut(*place));
            counting.into_iter().for_each(|counting| counting.push(application.clone()));
        }
    }
    let profile = ModuleConfiguration { applications: Vec::new(), ..configuration.clone() };
    let part = |(index, (instance, applications)): (usize, (&Instance, Vec<Application>))| {
        let configuration = ModuleConfiguration { applications, ..profile.clone() };
        let fault = match abilities.vrfs || instance.is_default() {
            true => (index >= MOST_INSTANCES).then_some(InstanceFault::TooMany),
            false => Some(InstanceFault::NoVrfs),
        };
        let queries = queries(&configuration, instance, abilities);
        Part { instance: instance.clone(), configuration, fault, queries }
    };
    instances.iter().zip(applications).enumerate().map(part).collect()
}

/// The instances of those parts that can be queried.
pub fn queryable(parts: &[Part]) -> impl Iterator<Item = &Instance> {
    parts.iter().filter(|part| part.fault.is_none()).map(|part| &part.instance)
}

/// The queries of the applications of one instance, in the operator's order: each community once per family, however many
/// applications list it and in whichever spelling. Communities for which the source has to scan all routes share a query;
/// those of a kind that the source does not have get none.
fn queries(configuration: &ModuleConfiguration, instance: &Instance, abilities: &Abilities) -> Vec<Query> {
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
                let query =
                    |table| Query { table, application: application.clone(), community, further: Vec::new() };
                queries.extend(Table::all_of(instance).map(query));
            }
        }
    }
    queries
}
