//! Selects routes by community or prefix, for sources without a filter. Every query scans all routes.

use std::collections::BTreeSet;

use bgpcs::{Community, RouteTarget};
use ipnet::IpNet;

use crate::prefix::{Family, Prefix};
use crate::source::error::{SourceError, SourceErrorKind};
use crate::source::summary::can_be_peer;
use crate::source::{CarriedCommunities, Destination, DestinationPath, MatchedPath, Query, QueryItem};

/// A valid route of a source.
#[derive(Debug, Clone, Copy)]
pub struct Route<'r> {
    /// As it is in the RIB.
    pub prefix: Prefix,
    /// The neighbor's address; empty when the source does not report it.
    pub neighbor: &'r str,
    /// Whether it is the prefix's best path; always true when the source does not mark one.
    pub best: bool,
    /// In [canonical](Community::canonical) form.
    pub communities: &'r [Community],
}

/// A piece of a scan.
#[derive(Debug, Clone, Copy)]
pub enum Scanned<'r> {
    /// A route.
    Route(Route<'r>),
    /// A value that could not be read, of this prefix if that is known.
    Unreadable(Option<Prefix>),
}

impl Scanned<'_> {
    /// A value of `prefix` that could not be read.
    pub fn unreadable(prefix: Prefix) -> Self {
        Self::Unreadable(Some(prefix))
    }
}

/// A scan: passes every route of a family to a function.
pub type Scan<'s> = dyn FnMut(Family, &mut dyn FnMut(Scanned<'_>)) -> Result<(), SourceError> + 's;

/// The query's communities in [canonical](Community::canonical) form, for [`matched_paths`].
pub fn wanted(query: &Query) -> Vec<Community> {
    query.communities().map(Community::canonical).collect()
}

/// A path for each of the `wanted` communities that the route carries.
pub fn matched_paths<'r>(
    wanted: &'r [Community],
    route: Route<'r>,
) -> impl Iterator<Item = MatchedPath> + 'r {
    let carried = (0..).zip(wanted).filter(move |(_, wanted)| route.communities.contains(wanted));
    carried.map(move |(community, _)| MatchedPath { community, prefix: route.prefix, best: route.best })
}

/// Answers a query by a scan in which the paths of a prefix follow one another.
///
/// # Errors
/// When the scan fails.
pub fn answer(
    query: &Query,
    scan: &mut Scan<'_>,
    each: &mut dyn FnMut(QueryItem, &str),
) -> Result<(), SourceError> {
    let wanted = wanted(query);
    scan(query.table.family, &mut |scanned| match scanned {
        Scanned::Route(route) => {
            matched_paths(&wanted, route).for_each(|path| each(QueryItem::Path(path), route.neighbor));
        }
        Scanned::Unreadable(prefix) => each(QueryItem::Unreadable(prefix), ""),
    })
}

/// The most paths of an answer that has to be sorted, which take 35 MB.
const MOST_PATHS: usize = 500_000;

/// The most neighbors that are told apart in such an answer. They only inform.
const MOST_NEIGHBORS: usize = 1000;

/// The most communities with the same AS number that are listed.
pub const MOST_OF_SAME_AS: usize = 10_000;

/// The most paths to one prefix that are explained, and the most communities of each.
const MOST_OF_PREFIX: usize = 1000;

/// Answers a query by a scan in any order. Every path counts as best. The answer is in memory until the scan ends,
/// since the paths of a prefix have to follow one another.
///
/// # Errors
/// When the scan fails, or the answer has more than 500,000 paths.
pub fn answer_sorted(
    query: &Query,
    scan: &mut Scan<'_>,
    each: &mut dyn FnMut(QueryItem, &str),
) -> Result<(), SourceError> {
    let wanted = wanted(query);
    let mut neighbors: Vec<String> = Vec::new();
    let mut found: BTreeSet<(Prefix, usize, usize)> = BTreeSet::new();
    let mut are_too_many = false;
    scan(query.table.family, &mut |scanned| {
        let route = match scanned {
            Scanned::Route(route) => route,
            Scanned::Unreadable(prefix) => return each(QueryItem::Unreadable(prefix), ""),
        };
        for path in matched_paths(&wanted, route) {
            // The routes of a neighbor mostly follow one another.
            let known = neighbors.iter().rposition(|known| known == route.neighbor);
            let neighbor = match known {
                Some(known) => known,
                None if neighbors.len() < MOST_NEIGHBORS && can_be_peer(route.neighbor) => {
                    neighbors.push(route.neighbor.to_owned());
                    neighbors.len() - 1
                }
                None => MOST_NEIGHBORS,
            };
            if found.len() < MOST_PATHS {
                found.insert((path.prefix, neighbor, path.community));
            } else {
                are_too_many = true;
            }
        }
    })?;
    if are_too_many {
        let reason = format!("more than {MOST_PATHS} routes carry the communities that are queried for");
        let what = format!("query for {} routes", query.table.family);
        return Err(SourceError::new(SourceErrorKind::Refused(reason), what, None));
    }
    for (prefix, neighbor, community) in found {
        let neighbor = neighbors.get(neighbor).map_or("", String::as_str);
        each(QueryItem::Path(MatchedPath { community, prefix, best: true }), neighbor);
    }
    Ok(())
}

/// [`RibInspection::longest_match`](super::RibInspection::longest_match) by a scan.
///
/// # Errors
/// When the scan fails.
pub fn longest_match(prefix: Prefix, scan: &mut Scan<'_>) -> Result<Option<Destination>, SourceError> {
    let mut longest: Option<Destination> = None;
    scan(prefix.family(), &mut |scanned| {
        let Scanned::Route(route) = scanned else { return };
        if !IpNet::from(route.prefix).contains(&IpNet::from(prefix)) {
            return;
        }
        let length = |prefix: &Prefix| prefix.parts().1;
        let found = match &mut longest {
            Some(known) if length(&known.prefix) > length(&route.prefix) => return,
            Some(known) if known.prefix == route.prefix => known,
            other => other.insert(Destination { prefix: route.prefix, paths: Vec::new() }),
        };
        if found.paths.len() < MOST_OF_PREFIX {
            let neighbor = if can_be_peer(route.neighbor) { route.neighbor } else { "" };
            found.paths.push(DestinationPath {
                neighbor: neighbor.to_owned(),
                best: route.best,
                communities: route.communities.iter().take(MOST_OF_PREFIX).copied().collect(),
                is_unclear: route.communities.len() > MOST_OF_PREFIX,
            });
        }
    })?;
    Ok(longest)
}

/// [`RibInspection::communities_like`](super::RibInspection::communities_like) by a scan; `None` when it
/// fails.
pub fn communities_like(community: &Community, scan: &mut Scan<'_>) -> Option<Vec<Community>> {
    let mut found = BTreeSet::new();
    for family in Family::ALL {
        let result = scan(family, &mut |scanned| {
            if let Scanned::Route(route) = scanned {
                let left = MOST_OF_SAME_AS.saturating_sub(found.len());
                let same = route.communities.iter().filter(|carried| are_like(carried, community));
                found.extend(same.take(left));
            }
        });
        result.ok()?;
    }
    Some(found.into_iter().collect())
}

/// [`RibInspection::carried_communities`](super::RibInspection::carried_communities) by a scan of each family.
///
/// # Errors
/// When a scan fails.
pub fn carried_communities(scan: &mut Scan<'_>) -> Result<CarriedCommunities, SourceError> {
    let mut carried = CarriedCommunities { has_route_targets: true, ..CarriedCommunities::default() };
    for family in Family::ALL {
        scan(family, &mut |scanned| {
            if let Scanned::Route(route) = scanned {
                route.communities.iter().for_each(|community| carried.add(*community));
            }
        })?;
    }
    Ok(carried)
}

/// Whether one community may have been typed for another: they have the same AS number, or are [near](is_near).
pub fn are_like(one: &Community, another: &Community) -> bool {
    have_same_as(one, another) || is_near(one, another)
}

/// Whether the texts of two communities differ by no more than two slips of the fingers: a digit too many, too few or
/// wrong, or two in the wrong order. A short text has room for one only.
pub fn is_near(one: &Community, another: &Community) -> bool {
    const SHORT: usize = 8;
    let (one, another) = (one.to_string(), another.to_string());
    let slips = if one.len().min(another.len()) < SHORT { 1 } else { 2 };
    one.len().abs_diff(another.len()) <= slips && strsim::osa_distance(&one, &another) <= slips
}

/// Whether two communities are of one kind and name the same administrator: an AS number, or a router of it.
fn have_same_as(one: &Community, another: &Community) -> bool {
    match (one.canonical(), another.canonical()) {
        (Community::Standard(one), Community::Standard(another)) => one.high == another.high,
        (Community::Large(one), Community::Large(another)) => one.global == another.global,
        (Community::RouteTarget(one), Community::RouteTarget(another)) => same_administrator(one, another),
        (
            Community::Standard(_)
            | Community::WellKnown(_)
            | Community::Large(_)
            | Community::RouteTarget(_),
            _,
        ) => false,
    }
}

fn same_administrator(one: RouteTarget, another: RouteTarget) -> bool {
    use RouteTarget::{As2, As4, Ipv4};
    match (one, another) {
        (As2(one, _), As2(another, _)) => one == another,
        (As4(one, _), As4(another, _)) => one == another,
        (Ipv4(one, _), Ipv4(another, _)) => one == another,
        (As2(..) | As4(..) | Ipv4(..), _) => false,
    }
}
