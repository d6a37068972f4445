//! The program as a `process` of ExaBGP: reads events on standard input, and prints only commands.
//!
//! It does not end before ExaBGP does, whatever fails: ExaBGP restarts a process that ended, but does not send the earlier
//! events again, and after several such restarts it ends itself.

mod lines;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use bgpcs::plain;

use crate::clock::now;
use crate::collect::schedule::{has_settled, pause_without_events};
use crate::collect::state::{Outcome, State};
use crate::configuration::Stamp;
use crate::drive::lock::Lock;
use crate::drive::once::{Rewrite, run_with};
use crate::error_text::with_causes;
use crate::settings::Settings;
use crate::source::exabgp::event::SessionAddresses;
use crate::source::exabgp::sessions::{FORM, Process, SavedSessions};
use crate::source::exabgp::{ExaBgp, LineEffect};
use lines::Lines;

/// How often a refresh may become due without an event.
const TICK: Duration = Duration::from_millis(250);

/// The code of the NOTIFICATION that ends a session: administrative reset (RFC 4486).
const ADMINISTRATIVE_RESET: u8 = 4;

/// Follows ExaBGP until it closes the pipe.
///
/// # Errors
/// When standard input cannot be read.
pub fn follow(settings: &Settings) -> io::Result<()> {
    let mut lines = Lines::of_standard_input()?;
    let mut follower = Follower::new(settings, Process::of(std::os::unix::process::parent_id()));
    follower.renew_what_was_lost();
    follower.refresh();
    while lines.arrived_within(TICK, &mut |line| follower.take(line))? {
        if follower.is_due() {
            follower.refresh();
        }
    }
    Ok(())
}

struct Follower<'s> {
    settings: &'s Settings,
    source: ExaBgp,
    sessions: SavedSessions,
    lock: Option<Lock>,
    state: State,
    configuration: Option<Stamp>,
    /// Since when there are events that are not in the output file yet.
    changing: Option<Instant>,
    last_event: Instant,
    last_refresh: Option<Instant>,
}

impl<'s> Follower<'s> {
    fn new(settings: &'s Settings, exabgp: Process) -> Self {
        let program = Process::of(std::process::id());
        let source = ExaBgp::new(exabgp.id);
        Self {
            settings,
            sessions: SavedSessions { version: FORM, exabgp, program, summary: source.sessions() },
            source,
            lock: None,
            state: State::default(),
            configuration: None,
            changing: None,
            last_event: Instant::now(),
            last_refresh: None,
        }
    }

    /// Gets the routes again that an earlier process of this ExaBGP received, by ending the sessions. No other way works
    /// with every configuration of ExaBGP and misses no event in between.
    fn renew_what_was_lost(&mut self) {
        if let Some(earlier) = SavedSessions::load(&self.settings.state_dir)
            && earlier.exabgp == self.sessions.exabgp
        {
            let addresses: Vec<_> =
                earlier.summary.sessions.iter().filter_map(SessionAddresses::of).collect();
            for session in &addresses {
                let is_only = addresses.iter().filter(|other| other.peer == session.peer).count() == 1;
                self.renew(*session, is_only);
            }
        }
    }

    /// Ends a session. `is_only`: ExaBGP has no other one with the neighbor, so that its address is enough.
    fn renew(&mut self, session: SessionAddresses, is_only: bool) {
        let SessionAddresses { local, peer } = session;
        let local = local.filter(|_| !is_only).map(|local| format!(" local-ip {local}")).unwrap_or_default();
        let command = format!("neighbor {peer}{local} teardown {ADMINISTRATIVE_RESET}\n");
        let mut commands = io::stdout().lock();
        // If ExaBGP reads no commands, the session stays.
        if commands.write_all(command.as_bytes()).and_then(|()| commands.flush()).is_ok() {
            self.source.note_restart(session);
        }
    }

    fn take(&mut self, line: &[u8]) {
        match self.source.apply(line) {
            LineEffect::Unchanged => return,
            LineEffect::Changed => {}
            LineEffect::RestartSession(session) => {
                self.renew(session, self.source.sessions_with(session.peer) == 1);
            }
        }
        if self.source.session_count() != self.sessions.summary.sessions.len()
            && let Err(error) = self.remember_sessions()
        {
            eprintln!("{}", plain(&error.to_string()));
        }
        self.last_event = Instant::now();
        self.changing.get_or_insert(self.last_event);
    }

    /// Whether a refresh is due.
    fn is_due(&self) -> bool {
        let Some(last_refresh) = self.last_refresh else { return true };
        if let Some(since) = self.changing {
            return has_settled(since.elapsed(), self.last_event.elapsed());
        }
        let is_settled = !self.state.awaits_answers();
        self.configuration != Stamp::of(&self.settings.configuration)
            || last_refresh.elapsed() >= pause_without_events(is_settled)
            || (is_settled && self.state.has_kept_enough(now()))
    }

    fn refresh(&mut self) {
        self.changing = None;
        self.last_refresh = Some(Instant::now());
        if let Err(error) = self.try_to_refresh() {
            eprintln!("{}", plain(&error.to_string()));
            self.state.outcome = Outcome::Failed;
        }
    }

    fn try_to_refresh(&mut self) -> Result<(), String> {
        let directory = self.settings.state_dir.display();
        if self.lock.is_none() {
            self.lock = Lock::take(&self.settings.state_dir)
                .map_err(|error| format!("cannot use {directory}: {error}"))?;
            if let Some(lock) = &self.lock {
                lock.is_of_service("exabgp");
            }
        }
        let Some(lock) = &self.lock else {
            return Err(format!("another process uses {directory}; waiting until it ends"));
        };
        self.configuration = Stamp::of(&self.settings.configuration);
        self.state = run_with(self.settings, lock, Rewrite::WhenChanged, &mut self.source)
            .map_err(|error| with_causes(&error))?;
        self.remember_sessions()
    }

    fn remember_sessions(&mut self) -> Result<(), String> {
        self.sessions.summary = self.source.sessions();
        self.sessions.save(&self.settings.state_dir).map_err(|error| with_causes(&error))
    }
}
