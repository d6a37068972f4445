//! The adj-RIB-in: the routes with communities that each neighbor announced.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bgpcs::{Community, UnixTime};

use crate::clock::now;
use crate::prefix::{Family, Prefix};
use crate::source::exabgp::event::{Event, EventKind, Nlri, Update};
use crate::source::filter::Route;
use crate::source::summary::{Session, has_converged};

/// A neighbor has sent all its routes when it sent an end-of-RIB and then nothing for so long: each family has its own
/// end-of-RIB.
const SILENCE_AFTER_END_OF_RIB: Duration = Duration::from_millis(400);

/// How long the program waits for a session to converge after it was restarted.
const LONGEST_RESTART: Duration = Duration::from_secs(120);

/// The communities of a route. Routes with the same communities share one list.
type Communities = Rc<Box<[Community]>>;

/// The routes of all neighbors. Routes without a community are not kept, since no query can select them.
#[derive(Debug, Default)]
pub struct AdjRibIn {
    neighbors: Vec<AdjRibInNeighbor>,
    /// By prefix first, so that the paths of a prefix follow one another.
    routes: BTreeMap<RouteKey, Communities>,
    /// Each list of communities that a route has, or had until recently.
    lists: HashSet<Communities>,
}

/// The order of a scan: the paths of a prefix follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RouteKey {
    prefix: Prefix,
    /// The index of the neighbor.
    neighbor: u16,
    path: u32,
}

#[derive(Debug)]
struct AdjRibInNeighbor {
    address: String,
    established: Option<Established>,
    /// Whether events of the present session are known to be missing.
    incomplete: bool,
    /// When the session was restarted.
    restarted: Option<Instant>,
    times_established: u64,
    updates: u64,
    ipv4: u64,
    ipv6: u64,
}

#[derive(Debug, Clone, Copy)]
struct Established {
    since: UnixTime,
    at: Instant,
    last_update: Instant,
    end_of_rib: bool,
}

/// Earlier events are missing: there are routes of a session that was not reported as established.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissedEvents;

impl AdjRibIn {
    /// Applies an event.
    ///
    /// # Errors
    /// When it shows for the first time that events of a session are missing. The routes of that session are not kept.
    pub fn apply(&mut self, Event { neighbor, kind }: Event) -> Result<(), MissedEvents> {
        let Some(index) = self.index_of(neighbor) else { return Ok(()) };
        let Some(neighbor) = self.neighbors.get_mut(usize::from(index)) else { return Ok(()) };
        match (kind, &mut neighbor.established) {
            (EventKind::Other, _) => {}
            (EventKind::Up, established) => {
                let at = Instant::now();
                *established = Some(Established { since: now(), at, last_update: at, end_of_rib: false });
                neighbor.incomplete = false;
                neighbor.times_established += 1;
                self.remove_all(index);
            }
            (EventKind::Down, established) => {
                // When the session was seen to begin, it is not the one that had to be restarted.
                if established.take().is_some() {
                    neighbor.restarted = None;
                }
                neighbor.incomplete = false;
                self.remove_all(index);
            }
            (EventKind::EndOfRib, Some(established)) => established.end_of_rib = true,
            (EventKind::Update(update), Some(established)) => {
                established.last_update = Instant::now();
                neighbor.updates += 1;
                self.update(index, update);
            }
            (EventKind::EndOfRib | EventKind::Update(_), None) => {
                if !std::mem::replace(&mut neighbor.incomplete, true) {
                    return Err(MissedEvents);
                }
            }
        }
        Ok(())
    }

    /// Notes that the session with a neighbor was restarted: events of its present session, if it has one, are missing.
    pub fn note_restart(&mut self, address: String) {
        let index = self.index_of(address);
        if let Some(neighbor) = index.and_then(|index| self.neighbors.get_mut(usize::from(index))) {
            neighbor.incomplete = true;
            neighbor.restarted = Some(Instant::now());
        }
    }

    /// The routes of a family, prefix by prefix.
    pub fn routes(&self, family: Family) -> impl Iterator<Item = Route<'_>> {
        let of_family = self.routes.iter().filter(move |(key, _)| key.prefix.family() == family);
        of_family.map(|(key, communities)| Route {
            prefix: key.prefix,
            neighbor: self.neighbors.get(usize::from(key.neighbor)).map_or("", |neighbor| &neighbor.address),
            best: true,
            communities,
        })
    }

    /// How many neighbors there are.
    pub fn neighbor_count(&self) -> usize {
        self.neighbors.len()
    }

    /// How each neighbor's session is.
    ///
    /// While a restarted session has not converged, no session counts as converged: its missing routes must not be
    /// taken for withdrawn routes.
    pub fn sessions(&self) -> Vec<Session> {
        let restarting = self.neighbors.iter().any(AdjRibInNeighbor::is_restarting);
        let session = |neighbor: &AdjRibInNeighbor| {
            let session = neighbor.session();
            Session { converged: session.converged && !restarting, ..session }
        };
        self.neighbors.iter().map(session).collect()
    }

    fn index_of(&mut self, address: String) -> Option<u16> {
        let known = self.neighbors.iter().position(|neighbor| neighbor.address == address);
        let index = known.unwrap_or_else(|| {
            self.neighbors.push(AdjRibInNeighbor {
                address,
                established: None,
                incomplete: false,
                restarted: None,
                times_established: 0,
                updates: 0,
                ipv4: 0,
                ipv6: 0,
            });
            self.neighbors.len() - 1
        });
        u16::try_from(index).ok()
    }

    /// Withdrawn routes are applied first: a prefix that is both withdrawn and announced in a message counts as
    /// announced (RFC 4271 section 4.3).
    fn update(&mut self, neighbor: u16, Update { communities, announced, withdrawn }: Update) {
        let key = |Nlri { prefix, path }| RouteKey { prefix, neighbor, path };
        let removed = withdrawn.into_iter().map(key);
        if communities.is_empty() {
            removed.chain(announced.into_iter().map(key)).for_each(|key| self.remove(key));
            return;
        }
        removed.for_each(|key| self.remove(key));
        let communities = self.shared(communities.into_boxed_slice());
        for key in announced.into_iter().map(key) {
            if self.routes.insert(key, Rc::clone(&communities)).is_none()
                && let Some(count) = self.count(key)
            {
                *count += 1;
            }
        }
    }

    fn remove(&mut self, key: RouteKey) {
        if self.routes.remove(&key).is_some()
            && let Some(count) = self.count(key)
        {
            *count -= 1;
        }
    }

    fn count(&mut self, key: RouteKey) -> Option<&mut u64> {
        let neighbor = self.neighbors.get_mut(usize::from(key.neighbor))?;
        Some(match key.prefix.family() {
            Family::Ipv4 => &mut neighbor.ipv4,
            Family::Ipv6 => &mut neighbor.ipv6,
        })
    }

    /// Drops all routes of a neighbor.
    fn remove_all(&mut self, index: u16) {
        if let Some(neighbor) = self.neighbors.get_mut(usize::from(index))
            && neighbor.ipv4 + neighbor.ipv6 > 0
        {
            (neighbor.ipv4, neighbor.ipv6) = (0, 0);
            self.routes.retain(|key, _| key.neighbor != index);
        }
    }

    /// The one copy of a list of communities. Lists that no route needs any more are removed when the set is full.
    fn shared(&mut self, communities: Box<[Community]>) -> Communities {
        if let Some(known) = self.lists.get(&communities) {
            return Rc::clone(known);
        }
        if self.lists.len() == self.lists.capacity() {
            self.lists.retain(|list| Rc::strong_count(list) > 1);
        }
        let communities = Rc::new(communities);
        self.lists.insert(Rc::clone(&communities));
        communities
    }
}

impl AdjRibInNeighbor {
    fn is_restarting(&self) -> bool {
        self.restarted.is_some_and(|restarted| restarted.elapsed() < LONGEST_RESTART)
            && !self.session().converged
    }

    fn session(&self) -> Session {
        let converged = |established: Established| {
            let silent = established.last_update.elapsed();
            let end_of_rib = established.end_of_rib && silent >= SILENCE_AFTER_END_OF_RIB;
            has_converged(end_of_rib, Some(silent), established.at.elapsed())
        };
        // ExaBGP does not report which families a session carries: it may be both.
        Session {
            peer: self.address.clone(),
            since: self.established.map(|established| established.since),
            times_established: self.times_established,
            updates: self.updates,
            ipv4: self.established.map(|_| self.ipv4),
            ipv6: self.established.map(|_| self.ipv6),
            converged: self.established.is_some_and(converged),
            add_path: false,
        }
    }
}
