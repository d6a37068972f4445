//! The adj-RIB-in: the routes with communities that each neighbor announced.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::IpAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bgpcs::{Community, UnixTime};

use crate::clock::now;
use crate::prefix::{Family, Prefix};
use crate::source::exabgp::event::{Event, EventKind, Nlri, SessionAddresses, Update};
use crate::source::filter::Route;
use crate::source::summary::{Session, has_converged};

/// A neighbor has sent all its routes when it sent an end-of-RIB and then nothing for so long: each family has its own
/// end-of-RIB.
const SILENCE_AFTER_END_OF_RIB: Duration = Duration::from_millis(400);

/// How long the program waits for a session to converge after it was restarted.
const LONGEST_RESTART: Duration = Duration::from_secs(120);

/// The communities of a route. Routes with the same communities share one list.
type Communities = Rc<Box<[Community]>>;

/// The routes of all sessions. Routes without a community are not kept, since no query can select them.
#[derive(Debug, Default)]
pub struct AdjRibIn {
    sessions: Vec<AdjRibInSession>,
    /// By prefix first, so that the paths of a prefix follow one another.
    routes: BTreeMap<RouteKey, Communities>,
    /// Each list of communities that a route has, or had until recently.
    lists: HashSet<Communities>,
}

/// The order of a scan: the paths of a prefix follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RouteKey {
    prefix: Prefix,
    /// The index of the session.
    session: u16,
    path: u32,
}

#[derive(Debug)]
struct AdjRibInSession {
    addresses: SessionAddresses,
    /// The neighbor's address.
    peer: String,
    established: Option<Established>,
    /// Whether events of it are known to be missing since it is established.
    incomplete: bool,
    /// When it was restarted.
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

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It was applied.
    Done,
    /// It was left out, since earlier events are missing: there are routes of a session that was not reported as
    /// established.
    MissedEvents {
        /// Whether this is the first event that shows it.
        is_first: bool,
    },
}

impl AdjRibIn {
    /// Applies an event.
    pub fn apply(&mut self, Event { session, kind }: Event) -> Applied {
        let Some(index) = self.index_of(session) else { return Applied::Done };
        let Some(session) = self.sessions.get_mut(usize::from(index)) else { return Applied::Done };
        match (kind, &mut session.established) {
            (EventKind::Other | EventKind::Connected, _) => {}
            (EventKind::Up, established) => {
                let at = Instant::now();
                *established = Some(Established { since: now(), at, last_update: at, end_of_rib: false });
                session.incomplete = false;
                session.times_established += 1;
                self.remove_all(index);
            }
            (EventKind::Down, established) => {
                // When the session was seen to begin, it is not the one that had to be restarted.
                if established.take().is_some() {
                    session.restarted = None;
                }
                session.incomplete = false;
                self.remove_all(index);
            }
            (EventKind::EndOfRib, Some(established)) => established.end_of_rib = true,
            (EventKind::Update(update), Some(established)) => {
                established.last_update = Instant::now();
                session.updates += 1;
                self.update(index, update);
            }
            (EventKind::EndOfRib | EventKind::Update(_), None) => {
                let is_first = !std::mem::replace(&mut session.incomplete, true);
                return Applied::MissedEvents { is_first };
            }
        }
        Applied::Done
    }

    /// Notes that a session was restarted: events of the present one, if it is established, are missing.
    pub fn note_restart(&mut self, addresses: SessionAddresses) {
        let index = self.index_of(addresses);
        if let Some(session) = index.and_then(|index| self.sessions.get_mut(usize::from(index))) {
            session.incomplete = true;
            session.restarted = Some(Instant::now());
        }
    }

    /// The routes of a family, prefix by prefix.
    pub fn routes(&self, family: Family) -> impl Iterator<Item = Route<'_>> {
        let of_family = self.routes.iter().filter(move |(key, _)| key.prefix.family() == family);
        of_family.map(|(key, communities)| Route {
            prefix: key.prefix,
            neighbor: self.sessions.get(usize::from(key.session)).map_or("", |session| &session.peer),
            best: true,
            communities,
        })
    }

    /// How many sessions there are.
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// How many of them are with this neighbor.
    pub fn sessions_with(&self, peer: IpAddr) -> usize {
        self.sessions.iter().filter(|session| session.addresses.peer == peer).count()
    }

    /// How each session is.
    ///
    /// While a restarted session has not converged, no session counts as converged: its missing routes must not be
    /// taken for withdrawn routes.
    pub fn sessions(&self) -> Vec<Session> {
        let restarting = self.sessions.iter().any(AdjRibInSession::is_restarting);
        let session = |session: &AdjRibInSession| {
            let session = session.session();
            Session { converged: session.converged && !restarting, ..session }
        };
        self.sessions.iter().map(session).collect()
    }

    fn index_of(&mut self, addresses: SessionAddresses) -> Option<u16> {
        let SessionAddresses { local, peer } = addresses;
        let mut sessions = self.sessions.iter();
        let known = sessions.position(|session| session.addresses == addresses).or_else(|| {
            // ExaBGP may choose the local address only when it connects.
            let is_same =
                |known: &SessionAddresses| known.peer == peer && (known.local.is_none() || local.is_none());
            self.sessions.iter().position(|session| is_same(&session.addresses))
        });
        if let Some(session) = known.and_then(|index| self.sessions.get_mut(index)) {
            session.addresses.local = session.addresses.local.or(local);
        }
        let index = known.unwrap_or_else(|| {
            self.sessions.push(AdjRibInSession {
                addresses,
                peer: peer.to_string(),
                established: None,
                incomplete: false,
                restarted: None,
                times_established: 0,
                updates: 0,
                ipv4: 0,
                ipv6: 0,
            });
            self.sessions.len() - 1
        });
        u16::try_from(index).ok()
    }

    /// Withdrawn routes are applied first: a prefix that is both withdrawn and announced in a message counts as
    /// announced (RFC 4271 section 4.3). A route of which a community could not be read keeps those that it had.
    fn update(&mut self, session: u16, update: Update) {
        let Update { communities, announced, withdrawn, lacks_communities, .. } = update;
        let key = |Nlri { prefix, path }| RouteKey { prefix, session, path };
        let removed = withdrawn.into_iter().map(key);
        if communities.is_empty() && !lacks_communities {
            removed.chain(announced.into_iter().map(key)).for_each(|key| self.remove(key));
            return;
        }
        removed.for_each(|key| self.remove(key));
        let communities = self.shared(communities.into_boxed_slice());
        for key in announced.into_iter().map(key) {
            let communities = match self.routes.get(&key).filter(|_| lacks_communities) {
                Some(earlier) => {
                    let all: BTreeSet<Community> =
                        earlier.iter().chain(communities.iter()).copied().collect();
                    self.shared(all.into_iter().collect())
                }
                None => Rc::clone(&communities),
            };
            if self.routes.insert(key, communities).is_none()
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
        let session = self.sessions.get_mut(usize::from(key.session))?;
        Some(match key.prefix.family() {
            Family::Ipv4 => &mut session.ipv4,
            Family::Ipv6 => &mut session.ipv6,
        })
    }

    /// Drops all routes of a session.
    fn remove_all(&mut self, index: u16) {
        if let Some(session) = self.sessions.get_mut(usize::from(index))
            && session.ipv4 + session.ipv6 > 0
        {
            (session.ipv4, session.ipv6) = (0, 0);
            self.routes.retain(|key, _| key.session != index);
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

impl AdjRibInSession {
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
            peer: self.peer.clone(),
            local: self.addresses.local.map(|address| address.to_string()),
            since: self.established.map(|established| established.since),
            times_established: self.times_established,
            updates: self.updates,
            ipv4: self.established.map(|_| self.ipv4),
            ipv6: self.established.map(|_| self.ipv6),
            converged: self.established.is_some_and(converged),
            ports: None,
            add_path: false,
        }
    }
}
