//! What each neighbor announced: the adj-ribs-in, as far as communities select from them.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bgpcs::Community;

use crate::clock::now;
use crate::prefix::{Family, Prefix};
use crate::source::exabgp::event::{Event, Kind, Nlri, Update};
use crate::source::filter::Route;
use crate::source::summary::Session;
use bgpcs::UnixTime;

/// A neighbor that has said so, and then was silent for so long, has sent all its routes.
const PAUSE: Duration = Duration::from_millis(400);

/// A neighbor that was silent for so long has sent all its routes, even if it has not said so.
const QUIET: Duration = Duration::from_secs(5);

/// A session that is up for so long has sent all its routes, even if it never falls silent.
const GROWN: Duration = Duration::from_secs(60);

/// A neighbor that was asked for everything anew is waited for so long.
const PATIENCE: Duration = Duration::from_secs(120);

/// The communities of a route; routes with the same ones share them.
type Communities = Rc<Box<[Community]>>;

/// The routes of all neighbors. Snapshot without a community are not kept, since nothing can select them.
#[derive(Debug, Default)]
pub struct AdjRibIn {
    neighbors: Vec<AdjRibInNeighbor>,
    /// By prefix first, so that the paths of a prefix follow one another.
    routes: BTreeMap<Key, Communities>,
    /// Each list of communities that is, or lately was, in use.
    lists: HashSet<Communities>,
}

/// Ordered as it is looked through: the paths of a prefix follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
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
    /// When it was asked for everything anew.
    renewed: Option<Instant>,
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

/// An event that shows that earlier ones are missing: routes of a session whose beginning was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissedEvents;

impl AdjRibIn {
    /// Takes an event in.
    ///
    /// # Errors
    /// When it is the first to show that events are missing; the session's routes are then not kept.
    pub fn take(&mut self, Event { neighbor, kind }: Event) -> Result<(), MissedEvents> {
        let Some(index) = self.index_of(neighbor) else { return Ok(()) };
        let Some(neighbor) = self.neighbors.get_mut(usize::from(index)) else { return Ok(()) };
        match (kind, &mut neighbor.established) {
            (Kind::Other, _) => {}
            (Kind::Up, established) => {
                let at = Instant::now();
                *established = Some(Established { since: now(), at, last_update: at, end_of_rib: false });
                neighbor.incomplete = false;
                neighbor.times_established += 1;
                self.forget(index);
            }
            (Kind::Down, established) => {
                // The end of a session that was seen to begin is not the one that was asked for.
                if established.take().is_some() {
                    neighbor.renewed = None;
                }
                neighbor.incomplete = false;
                self.forget(index);
            }
            (Kind::EndOfRib, Some(established)) => established.end_of_rib = true,
            (Kind::Update(update), Some(established)) => {
                established.last_update = Instant::now();
                neighbor.updates += 1;
                self.update(index, update);
            }
            (Kind::EndOfRib | Kind::Update(_), None) => {
                if !std::mem::replace(&mut neighbor.incomplete, true) {
                    return Err(MissedEvents);
                }
            }
        }
        Ok(())
    }

    /// Makes a neighbor known whose present session, if there is one, has told what is lost.
    pub fn expect(&mut self, address: String) {
        let index = self.index_of(address);
        if let Some(neighbor) = index.and_then(|index| self.neighbors.get_mut(usize::from(index))) {
            neighbor.incomplete = true;
            neighbor.renewed = Some(Instant::now());
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
    /// As long as one that was asked for everything anew has not told it, none counts as converged: what is missing of it
    /// is not to be missed.
    pub fn sessions(&self) -> Vec<Session> {
        let awaited = self.neighbors.iter().any(AdjRibInNeighbor::is_awaited);
        let session = |neighbor: &AdjRibInNeighbor| {
            let session = neighbor.session();
            Session { converged: session.converged && !awaited, ..session }
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
                renewed: None,
                times_established: 0,
                updates: 0,
                ipv4: 0,
                ipv6: 0,
            });
            self.neighbors.len() - 1
        });
        u16::try_from(index).ok()
    }

    /// Within a message the withdrawn routes come first (RFC 4271 section 4.3: a prefix should not be in both, and is
    /// announced if it is).
    fn update(&mut self, neighbor: u16, Update { communities, announced, withdrawn }: Update) {
        let key = |Nlri { prefix, path }| Key { prefix, neighbor, path };
        let gone = withdrawn.into_iter().map(key);
        if communities.is_empty() {
            gone.chain(announced.into_iter().map(key)).for_each(|key| self.remove(key));
            return;
        }
        gone.for_each(|key| self.remove(key));
        let communities = self.shared(communities.into_boxed_slice());
        for key in announced.into_iter().map(key) {
            if self.routes.insert(key, Rc::clone(&communities)).is_none()
                && let Some(count) = self.count(key)
            {
                *count += 1;
            }
        }
    }

    fn remove(&mut self, key: Key) {
        if self.routes.remove(&key).is_some()
            && let Some(count) = self.count(key)
        {
            *count -= 1;
        }
    }

    fn count(&mut self, key: Key) -> Option<&mut u64> {
        let neighbor = self.neighbors.get_mut(usize::from(key.neighbor))?;
        Some(match key.prefix.family() {
            Family::Ipv4 => &mut neighbor.ipv4,
            Family::Ipv6 => &mut neighbor.ipv6,
        })
    }

    /// Drops all routes of a neighbor.
    fn forget(&mut self, index: u16) {
        if let Some(neighbor) = self.neighbors.get_mut(usize::from(index))
            && neighbor.ipv4 + neighbor.ipv6 > 0
        {
            (neighbor.ipv4, neighbor.ipv6) = (0, 0);
            self.routes.retain(|key, _| key.neighbor != index);
        }
    }

    /// The one copy of a list of communities. Copies that no route needs any more go when their number has doubled.
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
    fn is_awaited(&self) -> bool {
        self.renewed.is_some_and(|renewed| renewed.elapsed() < PATIENCE) && !self.session().converged
    }

    fn session(&self) -> Session {
        let is_settled = |established: Established| {
            let silent = established.last_update.elapsed();
            (established.end_of_rib && silent >= PAUSE)
                || silent >= QUIET
                || established.at.elapsed() >= GROWN
        };
        // ExaBGP does not tell which families a session carries: it may be both.
        Session {
            peer: self.address.clone(),
            since: self.established.map(|established| established.since),
            times_established: self.times_established,
            updates: self.updates,
            ipv4: self.established.map(|_| self.ipv4),
            ipv6: self.established.map(|_| self.ipv6),
            converged: self.established.is_some_and(is_settled),
            add_path: false,
        }
    }
}
