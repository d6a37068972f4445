//! What a scenario plays on: an engine, two neighbors, and modules that ask it.

use std::thread;
use std::time::{Duration, Instant};

use bgpcs_testing::releases::{self, Release};
use bgpcs_testing::{Capabilities, Peer, Session, eventually};
use serde_json::{Value, json};

use super::engine::{Daemon, Source};
use super::module::{Call, Module, Seen, Service};

/// How long a step may take until a module has what it should have.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long what a module has must stay: the service asks whether anything changed every quarter of a second.
const STAYS: Duration = Duration::from_millis(400);

/// How modules and engines are configured.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    /// The applications, with their communities, blanks between.
    pub applications: &'static [(&'static str, &'static str)],
    /// `any` unless it is set.
    pub path_selection: &'static str,
    /// Whether the router is a pair of nodes; the source is `auto` then.
    pub high_availability: bool,
    /// Where the engine is bgpd.
    pub bgpd: BgpdConfiguration,
}

/// bgpd's configuration.
#[derive(Debug, Clone)]
pub enum BgpdConfiguration {
    /// Both neighbors, and these lines at its end, within the address family IPv6 unicast.
    And(&'static str),
    /// These lines.
    Only(&'static str),
}

impl Default for BgpdConfiguration {
    fn default() -> Self {
        Self::And("")
    }
}

impl Scenario {
    /// Plays it on every release of these sources, at the same time.
    ///
    /// # Panics
    /// When it fails on any of them, with what each of them said.
    pub fn play(&self, sources: &[Source], script: impl Fn(&mut Stage) + Sync) {
        let of =
            |source: Source| releases::of(source.engine()).into_iter().map(move |release| (source, release));
        self.play_on(sources.iter().copied().flat_map(of).collect(), script);
    }

    /// Plays it on every bgpd since a release by its first number: before there is not what it is about.
    pub fn play_on_bgpd_since(&self, major: u32, script: impl Fn(&mut Stage) + Sync) {
        let releases = releases::of(Source::Bgpd.engine()).into_iter();
        let since = releases.filter(|release| release.major() >= major);
        self.play_on(since.map(|release| (Source::Bgpd, release)).collect(), script);
    }

    fn play_on(&self, stages: Vec<(Source, Release)>, script: impl Fn(&mut Stage) + Sync) {
        let failures: Vec<String> = thread::scope(|scope| {
            let play = |(source, release): &(Source, Release)| {
                let name = format!("{source:?} on {release}");
                let (source, release, script) = (*source, release.clone(), &script);
                let work = move || script(&mut Stage::new(self, source, &release));
                (name.clone(), thread::Builder::new().name(name).spawn_scoped(scope, work).unwrap())
            };
            let playing: Vec<_> = stages.iter().map(play).collect();
            let failed = |(name, thread): (String, thread::ScopedJoinHandle<'_, ()>)| {
                let panic = thread.join().err()?;
                let text = panic.downcast_ref::<String>().cloned();
                Some(format!("{name}: {}", text.unwrap_or_else(|| "it panicked".to_owned())))
            };
            playing.into_iter().filter_map(failed).collect()
        });
        assert!(
            failures.is_empty(),
            "{} of {} failed\n{}",
            failures.len(),
            stages.len(),
            failures.join("\n")
        );
    }

    /// The module's configuration.
    fn configuration(&self) -> Value {
        let applications: Vec<Value> = self
            .applications
            .iter()
            .map(|(name, communities)| {
                let communities: Vec<&str> = communities.split_whitespace().collect();
                json!({"application-name": name, "bgp-community": communities})
            })
            .collect();
        let mut configuration = json!({"applications": applications});
        if !self.path_selection.is_empty() {
            configuration["path-selection"] = json!(self.path_selection);
        }
        if self.high_availability {
            configuration["high-availability"] = json!(true);
        }
        configuration
    }
}

/// A scenario at work on one release.
pub struct Stage<'s> {
    scenario: &'s Scenario,
    pub daemon: Daemon,
    sessions: [Option<Session>; 2],
    /// UPDATE messages that the engine had read from each before.
    updates_before: [u64; 2],
    /// How the module asks, where the source is asked.
    call: Option<Call>,
    /// The module that is run again and again.
    repeated: Module,
    /// The one of the service, or of ExaBGP's process.
    followed: Module,
    _service: Option<Service>,
}

impl<'s> Stage<'s> {
    fn new(scenario: &'s Scenario, source: Source, release: &Release) -> Self {
        let [repeated, followed] = [(); 2].map(|()| Module::new(&scenario.configuration()));
        let daemon = Daemon::start(source, release, scenario, &followed);
        let call = daemon.call(scenario);
        let service = call.as_ref().map(|call| followed.watch(call));
        Self {
            scenario,
            daemon,
            sessions: [None, None],
            updates_before: [0; 2],
            call,
            repeated,
            followed,
            _service: service,
        }
    }

    /// Has a neighbor connect and announce these routes, which are all.
    pub fn connect(&mut self, peer: Peer, routes: &[&str]) {
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

    pub fn announce(&mut self, peer: Peer, route: &str) {
        self.of(peer).announce(route);
    }

    pub fn withdraw(&mut self, peer: Peer, prefix: &str) {
        self.of(peer).withdraw(prefix);
    }

    /// Ends a neighbor's session, as an operator would.
    pub fn lose(&mut self, peer: Peer) {
        self.sessions[index(peer)].take().unwrap().cease();
    }

    /// Breaks a neighbor's connection.
    pub fn break_off(&mut self, peer: Peer) {
        self.sessions[index(peer)] = None;
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

    /// The same, without an error where something is remembered.
    pub fn expect_standby(&mut self, step: &str, services: &[(&str, &str)], error: &str) {
        self.expect_each(step, &Seen::of(services, ""), &Seen::of(&[], error));
    }

    fn expect_each(&mut self, step: &str, wanted: &Seen, wanted_anew: &Seen) {
        self.await_heard();
        let mut failures = Vec::new();
        let mut check = |how: &str, wanted: &Seen, see: &mut dyn FnMut() -> Seen| {
            if let Err(seen) = becomes(wanted, see) {
                failures.push(format!("  {how}: expected {wanted}\n  {:1$}  got      {seen}", "", how.len()));
            }
        };
        if let Some(call) = &self.call {
            check("repeated run", wanted, &mut || self.repeated.run(call));
            let configuration = self.scenario.configuration();
            check("fresh run", wanted_anew, &mut || Module::new(&configuration).run(call));
        }
        let followed = if self.call.is_some() { "watch" } else { "process of ExaBGP" };
        check(followed, wanted, &mut || self.followed.seen());
        assert!(failures.is_empty(), "after {step}\n{}", failures.join("\n"));
        thread::sleep(STAYS);
        let seen = self.followed.seen();
        assert!(seen.is(wanted), "after {step}, {followed}: {wanted} became {seen}");
    }

    /// Waits until the engine has read all that neighbors have sent, where it says so.
    fn await_heard(&self) {
        for (peer, session) in [super::ONE, super::TWO].into_iter().zip(&self.sessions) {
            if let Some(session) = session {
                let sent = self.updates_before[index(peer)] + session.updates;
                let heard = || self.daemon.updates(peer).is_none_or(|updates| updates >= sent);
                eventually(&format!("{} messages of {peer:?}", session.updates), heard);
            }
        }
    }
}

/// Where a neighbor stands among both.
fn index(peer: Peer) -> usize {
    usize::from(peer.0) - 1
}

/// Waits until what is seen is what is wanted; else what was seen last.
fn becomes(wanted: &Seen, see: &mut dyn FnMut() -> Seen) -> Result<(), Seen> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = see();
        if seen.is(wanted) {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(seen);
        }
        thread::sleep(Duration::from_millis(100));
    }
}
