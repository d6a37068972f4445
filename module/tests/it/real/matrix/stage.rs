//! What a scenario plays on: an engine, two neighbors, and modules that ask it.

use std::thread;
use std::time::{Duration, Instant};

use bgpcs_testing::releases::Release;
use bgpcs_testing::{Capabilities, Peer, Session};

use super::engine::{Daemon, Source, bagpipe};
use super::module::{Call, Module, Seen, Service};
use super::scenario::Scenario;
use super::{ONE, THREE, TWO};

/// How long a step may take until a module has what it should have.
const PATIENCE: Duration = Duration::from_secs(60);

/// The same where nothing says that a neighbor has sent all its routes: the module believes it after a minute.
const LONG_PATIENCE: Duration = Duration::from_secs(150);

/// How many routes a large table has besides: passing over them costs more than to ask about a few prefixes.
const OTHERS: u16 = 20_000;

/// How long what a module has must stay: the service asks whether anything changed every quarter of a second.
const STAYS: Duration = Duration::from_millis(400);

/// A scenario at work on one release.
pub struct Stage<'s> {
    scenario: &'s Scenario,
    source: Source,
    pub daemon: Daemon,
    patience: Duration,
    sessions: [Option<Session>; 3],
    /// UPDATE messages that the engine had read from each before.
    updates_before: [u64; 3],
    /// How the module asks, where the source is asked.
    call: Option<Call>,
    /// The module that is run again and again.
    repeated: Module,
    /// The one of the service, or of ExaBGP's process.
    followed: Module,
    _service: Option<Service>,
}

impl<'s> Stage<'s> {
    /// Starts the engine, of a release where there are several, and the module that follows it.
    pub fn new(scenario: &'s Scenario, source: Source, release: Option<&Release>) -> Self {
        let configuration = scenario.configuration(source);
        let [repeated, followed] = [(); 2].map(|()| Module::new(&configuration));
        let daemon = Daemon::start(source, release, scenario, &followed);
        let call = daemon.call(scenario);
        let _service = call.as_ref().map(|call| followed.watch(call));
        let tells_end_of_rib = match source {
            Source::Gobgp | Source::GobgpAdjIn => release.is_none_or(|release| release.major() > 2),
            Source::Bgpd | Source::LargeBgpd | Source::ExaBgp | Source::Bagpipe => true,
        };
        let patience = if tells_end_of_rib { PATIENCE } else { LONG_PATIENCE };
        let (sessions, updates_before) = ([const { None }; 3], [0; 3]);
        let mut stage = Self {
            scenario,
            source,
            daemon,
            patience,
            sessions,
            updates_before,
            call,
            repeated,
            followed,
            _service,
        };
        if source == Source::LargeBgpd {
            stage.connect(THREE, &[]);
            stage.enlarge(THREE);
        }
        stage
    }

    /// Has a neighbor connect and announce these routes, which are all.
    pub fn connect(&mut self, peer: Peer, routes: &[&str]) {
        if let Daemon::Bagpipe(_) = self.daemon {
            return routes.iter().for_each(|route| self.announce(peer, route));
        }
        self.connect_as(peer, &Capabilities::default(), routes);
        self.of(peer).end_of_rib();
    }

    /// Has a neighbor with these capabilities connect and announce these routes, without the end of RIB.
    pub fn connect_as(&mut self, peer: Peer, capabilities: &Capabilities, routes: &[&str]) {
        self.updates_before[index(peer)] = self.daemon.updates_before(peer);
        let mut session = Session::connect(peer, self.daemon.port(), capabilities);
        routes.iter().for_each(|route| session.announce(route));
        self.sessions[index(peer)] = Some(session);
    }

    /// Has a neighbor do something on its session.
    pub fn of(&mut self, peer: Peer) -> &mut Session {
        self.sessions[index(peer)].as_mut().unwrap()
    }

    /// Has a neighbor announce the other routes of a large table.
    pub fn enlarge(&mut self, peer: Peer) {
        self.of(peer).announce_others(OTHERS);
    }

    pub fn announce(&mut self, peer: Peer, route: &str) {
        match &self.daemon {
            Daemon::Bagpipe(bagpipe) => bagpipe::announce(bagpipe, peer, route),
            Daemon::Bgpd(_) | Daemon::Gobgp { .. } | Daemon::ExaBgp(_) => self.of(peer).announce(route),
        }
    }

    pub fn withdraw(&mut self, peer: Peer, prefix: &str) {
        match &self.daemon {
            Daemon::Bagpipe(bagpipe) => bagpipe::withdraw(bagpipe, peer, prefix),
            Daemon::Bgpd(_) | Daemon::Gobgp { .. } | Daemon::ExaBgp(_) => self.of(peer).withdraw(prefix),
        }
    }

    /// Ends a neighbor's session, as an operator would.
    pub fn lose(&mut self, peer: Peer) {
        match &mut self.daemon {
            Daemon::Bagpipe(bagpipe) => bagpipe.lose(peer),
            Daemon::Bgpd(_) | Daemon::Gobgp { .. } | Daemon::ExaBgp(_) => {
                self.sessions[index(peer)].take().unwrap().cease();
            }
        }
    }

    /// Breaks a neighbor's connection.
    pub fn break_off(&mut self, peer: Peer) {
        self.sessions[index(peer)] = None;
    }

    /// Whether both neighbors are all that there are.
    pub fn has_no_third_neighbor(&self) -> bool {
        self.sessions[index(THREE)].is_none()
    }

    /// Waits until the modules have these services, without an error.
    pub fn expect(&mut self, step: &str, services: &[(&str, &str)]) {
        let wanted = Seen::of(services, "");
        self.expect_each(step, &wanted, &wanted);
    }

    /// Waits until the modules have these services beside an error that begins like this; a run that remembers nothing has
    /// the error alone.
    pub fn expect_held(&mut self, step: &str, services: &[(&str, &str)], error: &str) {
        self.expect_each(step, &Seen::of(services, error), &Seen::of(&[], error));
    }

    /// The same where a run that remembers nothing has these services beside the error.
    pub fn expect_partial(
        &mut self,
        step: &str,
        services: &[(&str, &str)],
        services_anew: &[(&str, &str)],
        error: &str,
    ) {
        self.expect_each(step, &Seen::of(services, error), &Seen::of(services_anew, error));
    }

    /// The same, without an error where something is remembered.
    pub fn expect_standby(&mut self, step: &str, services: &[(&str, &str)], error: &str) {
        self.expect_each(step, &Seen::of(services, ""), &Seen::of(&[], error));
    }

    fn expect_each(&mut self, step: &str, wanted: &Seen, wanted_anew: &Seen) {
        self.await_heard();
        let [wanted, wanted_anew] = &[wanted, wanted_anew].map(|seen| self.narrowed(seen));
        let patience = self.patience;
        let mut failures = Vec::new();
        let mut check = |how: &str, wanted: &Seen, see: &mut dyn FnMut() -> Seen| {
            if let Err(seen) = becomes(wanted, patience, see) {
                failures.push(format!("  {how}: expected {wanted}\n  {:1$}  got      {seen}", "", how.len()));
            }
        };
        if let Some(call) = &self.call {
            check("repeated run", wanted, &mut || self.repeated.run(call));
            let configuration = self.scenario.configuration(self.source);
            check("fresh run", wanted_anew, &mut || Module::new(&configuration).run(call));
        }
        let followed = if self.call.is_some() { "watch" } else { "process of ExaBGP" };
        check(followed, wanted, &mut || self.followed.seen());
        assert!(failures.is_empty(), "after {step}\n{}", failures.join("\n"));
        thread::sleep(STAYS);
        let seen = self.followed.seen();
        assert!(seen.is(wanted), "after {step}, {followed}: {wanted} became {seen}");
    }

    /// What the source can have of this: BaGPipe-BGP has VPN routes of IPv4 alone.
    fn narrowed(&self, seen: &Seen) -> Seen {
        let mut seen = seen.clone();
        if self.source == Source::Bagpipe {
            let names: Vec<&str> = self.scenario.applications_of(self.source).map(|(name, _)| name).collect();
            seen.services.retain(|name, prefixes| {
                prefixes.retain(|prefix| !prefix.contains(':'));
                names.contains(&name.as_str()) && !prefixes.is_empty()
            });
        }
        seen
    }

    /// Waits until the engine has read all that neighbors have sent, where it says so.
    ///
    /// A neighbor whose session the engine has ended connects again, as any speaker does (RFC 4271 section 8): bgpd ends one
    /// in silence when an earlier connection of the same neighbor breaks while the next is being accepted.
    fn await_heard(&mut self) {
        let Self { daemon, sessions, updates_before, patience, .. } = self;
        for (peer, session) in [ONE, TWO, THREE].into_iter().zip(sessions) {
            let Some(session) = session else { continue };
            let before = &mut updates_before[index(peer)];
            let mut endings = Vec::new();
            let heard = || {
                if let Some(ending) = session.ending() {
                    endings.push(ending);
                    *before = daemon.updates_before(peer);
                    session.renew();
                }
                daemon.updates(peer).is_none_or(|updates| updates >= *before + session.updates())
            };
            if !within(*patience, heard) {
                let (read, sent) = (daemon.updates(peer), *before + session.updates());
                panic!(
                    "of {sent} messages of {peer:?}, {read:?} were read; its sessions ended by {endings:?}"
                );
            }
        }
    }
}

/// Where a neighbor stands among both.
fn index(peer: Peer) -> usize {
    usize::from(peer.0) - 1
}

/// Waits until what is seen is what is wanted; else what was seen last.
fn becomes(wanted: &Seen, patience: Duration, see: &mut dyn FnMut() -> Seen) -> Result<(), Seen> {
    let mut seen = Seen::default();
    let is_wanted = within(patience, || {
        seen = see();
        seen.is(wanted)
    });
    if is_wanted { Ok(()) } else { Err(seen) }
}

/// Waits until `holds` does, with pauses that grow: each try starts programs, on a machine that has others to run.
fn within(patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(50);
    while !holds() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_secs(2));
    }
    true
}
