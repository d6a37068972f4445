//! Selecting from every route, for sources that have no filter of their own.

use std::collections::BTreeSet;

use bgpcs::{Community, RouteTarget};
use ipnet::IpNet;

use crate::prefix::{Family, Prefix};
use crate::source::error::SourceError;
use crate::source::{Destination, DestinationPath, MatchedPath, Query};

/// A valid route, as a source shows it.
#[derive(Debug, Clone, Copy)]
pub struct Route<'r> {
    /// Where it leads.
    pub prefix: Prefix,
    /// The neighbor's address; empty when the source does not say.
    pub neighbor: &'r str,
    /// Whether it is the prefix's best path; always, if the source chooses none.
    pub best: bool,
    /// What it carries, by value.
    pub communities: &'r [Community],
}

/// Passes every route of a family to the function that it is given.
pub type EveryRoute<'s> = dyn FnMut(Family, &mut dyn FnMut(Route<'_>)) -> Result<(), SourceError> + 's;

/// The query's communities by their values, for [`paths`].
pub fn wanted(query: &Query) -> Vec<Community> {
    query.communities().map(Community::canonical).collect()
}

/// The route as an answer to a query: a path for each of the wanted communities that it carries.
pub fn paths<'r>(wanted: &'r [Community], route: Route<'r>) -> impl Iterator<Item = MatchedPath> + 'r {
    let carried = (0..).zip(wanted).filter(move |(_, wanted)| route.communities.contains(wanted));
    carried.map(move |(community, _)| MatchedPath { community, prefix: route.prefix, best: route.best })
}

/// Answers a query from routes that come in any order, each of them best: the paths of a prefix follow one another.
///
/// # Errors
/// When the look at the routes fails.
pub fn in_order(
    query: &Query,
    every_route: &mut EveryRoute<'_>,
    each: &mut dyn FnMut(MatchedPath, &str),
) -> Result<(), SourceError> {
    let wanted = wanted(query);
    let mut neighbors: Vec<String> = Vec::new();
    let mut found: BTreeSet<(Prefix, usize, usize)> = BTreeSet::new();
    every_route(query.family, &mut |route| {
        for path in paths(&wanted, route) {
            // The routes of a neighbor mostly follow one another.
            if neighbors.last().is_none_or(|last| last != route.neighbor) {
                neighbors.push(route.neighbor.to_owned());
            }
            found.insert((path.prefix, neighbors.len(), path.community));
        }
    })?;
    for (prefix, neighbor, community) in found {
        let neighbor = neighbors.get(neighbor - 1).map_or("", String::as_str);
        each(MatchedPath { community, prefix, best: true }, neighbor);
    }
    Ok(())
}

/// [`RibInspection::longest_match`](super::RibInspection::longest_match) by a look at every route.
///
/// # Errors
/// When the look fails.
pub fn paths_to(
    prefix: Prefix,
    every_route: &mut EveryRoute<'_>,
) -> Result<Option<Destination>, SourceError> {
    let mut longest: Option<Destination> = None;
    every_route(prefix.family(), &mut |route| {
        if !IpNet::from(route.prefix).contains(&IpNet::from(prefix)) {
            return;
        }
        let length = |prefix: &Prefix| prefix.parts().1;
        let found = match &mut longest {
            Some(known) if length(&known.prefix) > length(&route.prefix) => return,
            Some(known) if known.prefix == route.prefix => known,
            other => other.insert(Destination { prefix: route.prefix, paths: Vec::new() }),
        };
        found.paths.push(DestinationPath {
            neighbor: route.neighbor.to_owned(),
            best: route.best,
            communities: route.communities.to_vec(),
            is_unclear: false,
        });
    })?;
    Ok(longest)
}

/// [`RibInspection::communities_of_same_as`](super::RibInspection::communities_of_same_as) by a look at every route.
pub fn of_the_same_as(community: &Community, every_route: &mut EveryRoute<'_>) -> Option<Vec<Community>> {
    let mut found = BTreeSet::new();
    for family in Family::ALL {
        let looked = every_route(family, &mut |route| {
            found.extend(route.communities.iter().filter(|carried| is_of_the_same_as(carried, community)));
        });
        looked.ok()?;
    }
    Some(found.into_iter().collect())
}

/// Whether two communities are of one kind and name the same administrator: an AS number, or a router of it.
pub fn is_of_the_same_as(one: &Community, another: &Community) -> bool {
    use RouteTarget::{As2, As4, Ipv4};
    match (one.canonical(), another.canonical()) {
        (Community::Standard(one), Community::Standard(another)) => one.high == another.high,
        (Community::Large(one), Community::Large(another)) => one.global == another.global,
        (Community::RouteTarget(one), Community::RouteTarget(another)) => match (one, another) {
            (As2(one, _), As2(another, _)) => one == another,
            (As4(one, _), As4(another, _)) => one == another,
            (Ipv4(one, _), Ipv4(another, _)) => one == another,
            _ => false,
        },
        _ => false,
    }
}
