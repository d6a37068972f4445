//! The service: follows the routes instead of asking for them at intervals.

use std::fs;
use std::io::{self, PipeReader};
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::error::{MEND_FILE, with_causes};
use crate::look::FULL_LOOK_INTERVAL;
use crate::run::{NotWritten, Rewrite, open, run_locked};
use crate::service_manager::{ALIVE, READY, STOPPING, notify};
use crate::settings::Settings;
use crate::state::{Lock, Outcome, State, now};

/// How often the routing engine is asked whether anything changed, which costs it less than a millisecond.
const TICK: Duration = Duration::from_millis(250);

/// How long a change is left alone before the look: bgpd chooses best paths 50 ms after an UPDATE message.
const SETTLE: Duration = Duration::from_millis(100);

/// The shortest time between two looks at the routes, however much the routes change.
const FLOOR: Duration = Duration::from_secs(1);

/// How soon a look that was not good is repeated.
const AGAIN: Duration = Duration::from_secs(5);

/// A look that took long is followed by a pause of so many times as long, though of no more than the refresh interval:
/// the routing engine is ours for a twentieth of its time.
const PAUSE: u32 = 19;

/// How often the service manager is told that all is well.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A service that cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// It would not hear when it is to end.
    #[error("cannot listen for signals; start the service again")]
    Signals(#[source] io::Error),
    /// It could not make sure to be alone.
    #[error("cannot use {}; {MEND_FILE}", .0.display())]
    StateDirectory(std::path::PathBuf, #[source] io::Error),
    /// The output file could not be replaced.
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
}

/// Keeps the output file up to date until it is told to end by SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot do its work; the service manager then starts it again.
pub fn watch(settings: &Settings) -> Result<(), WatchError> {
    let signals = Signals::listen().map_err(WatchError::Signals)?;
    let Some(lock) = take_lock(settings, &signals)? else { return Ok(()) };
    let mut watched = Watched::default();
    let mut told: Option<Instant> = None;
    loop {
        signals.end_at_once(true);
        if watched.needs_look(settings) {
            watched.look(settings, &lock)?;
        }
        signals.end_at_once(false);
        if told.is_none_or(|told| told.elapsed() >= HEARTBEAT) {
            tell(if told.is_none() { READY } else { ALIVE });
            told = Some(Instant::now());
        }
        if signals.came_within(TICK).map_err(WatchError::Signals)? {
            tell(STOPPING);
            return Ok(());
        }
    }
}

/// Waits until no other process writes the output file; `None` when told to end before.
fn take_lock(settings: &Settings, signals: &Signals) -> Result<Option<Lock>, WatchError> {
    let take = || {
        Lock::take(&settings.state_dir)
            .map_err(|error| WatchError::StateDirectory(settings.state_dir.clone(), error))
    };
    let mut lock = take()?;
    if lock.is_none() {
        eprintln!(
            "another process is at work in {}; waiting for its end, or end this one",
            settings.state_dir.display()
        );
    }
    while lock.is_none() && !signals.came_within(TICK).map_err(WatchError::Signals)? {
        lock = take()?;
    }
    Ok(lock)
}

/// Why the output file may not be what it should be.
enum Doubt {
    /// The routes may have changed. They may again while we look, so a look can wait until the routing engine rested.
    Routes,
    /// Another configuration, no output file, a routing engine that does not answer, a look that was not good.
    Other,
}

/// What the service has seen last, and when.
#[derive(Default)]
struct Watched {
    configuration: Option<Stamp>,
    state: State,
    /// When the last look ended, and how long it took.
    looked: Option<(Instant, Duration)>,
    /// Until when the routing engine is not asked whether anything changed.
    asked_enough_until: Option<Instant>,
}

impl Watched {
    fn look(&mut self, settings: &Settings, lock: &Lock) -> Result<(), NotWritten> {
        if self.looked.is_some() {
            sleep(SETTLE);
        }
        let began = Instant::now();
        self.configuration = stamp(settings);
        self.state = run_locked(settings, lock, Rewrite::WhenChanged)?;
        self.looked = Some((Instant::now(), began.elapsed()));
        Ok(())
    }

    /// Whether there is a doubt, and the pause after the last look that is due for it is over.
    fn needs_look(&mut self, settings: &Settings) -> bool {
        let Some((ended, took)) = self.looked else { return true };
        let pause = match self.doubt(settings) {
            None => return false,
            Some(Doubt::Other) if self.state.outcome == Outcome::Good => FLOOR,
            Some(Doubt::Other) => AGAIN,
            Some(Doubt::Routes) => (took * PAUSE).min(self.refresh_interval()).max(FLOOR),
        };
        ended.elapsed() >= pause
    }

    fn refresh_interval(&self) -> Duration {
        let configured = self.state.configuration.as_ref().map(|configuration| configuration.duration);
        Duration::from_secs(configured.unwrap_or_default().get().into())
    }

    fn doubt(&mut self, settings: &Settings) -> Option<Doubt> {
        let Some(last_good) = self.state.last_good.as_ref().filter(|_| self.state.outcome == Outcome::Good)
        else {
            return Some(Doubt::Other);
        };
        if self.configuration != stamp(settings) || !settings.output.exists() {
            return Some(Doubt::Other);
        }
        let has_signs = last_good.survey.as_ref().is_some_and(|survey| !survey.sessions_only);
        let interval = if has_signs { FULL_LOOK_INTERVAL } else { self.refresh_interval().as_secs() };
        if !(last_good.looked..last_good.looked + interval).contains(&now()) {
            return Some(Doubt::Routes);
        }
        let began = Instant::now();
        if !has_signs || self.asked_enough_until.is_some_and(|until| began < until) {
            return None;
        }
        let survey = open(settings).survey();
        // Some sources tell whether anything changed by commands, which are not for nothing.
        self.asked_enough_until = Some(Instant::now() + (began.elapsed() * PAUSE).min(AGAIN));
        match survey {
            None => Some(Doubt::Other),
            Some(survey) if last_good.has_same_routes(&survey) => None,
            Some(_) => Some(Doubt::Routes),
        }
    }
}

/// What changes when Salt replaces the configuration: device, inode, size, and time in nanoseconds.
pub(crate) type Stamp = (u64, u64, u64, i64, i64);

pub(crate) fn stamp(settings: &Settings) -> Option<Stamp> {
    let file = fs::metadata(&settings.configuration).ok()?;
    Some((file.dev(), file.ino(), file.size(), file.mtime(), file.mtime_nsec()))
}

fn tell(message: &str) {
    if let Err(error) = notify(message) {
        eprintln!(
            "cannot tell the service manager {message}: {}; see that NOTIFY_SOCKET is its socket",
            with_causes(&error)
        );
    }
}

/// The signals that end the service, each a byte in a pipe, or the end at once.
struct Signals {
    came: PipeReader,
    at_once: Arc<AtomicBool>,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        let (came, writer) = io::pipe()?;
        let at_once = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT] {
            flag::register_conditional_default(signal, Arc::clone(&at_once))?;
            low_level::pipe::register(signal, writer.try_clone()?)?;
        }
        Ok(Self { came, at_once })
    }

    /// Whether a signal ends the process wherever it is, as it may while the routing engine is asked: that can take
    /// minutes, and every file is whole at any moment.
    fn end_at_once(&self, at_once: bool) {
        self.at_once.store(at_once, Ordering::SeqCst);
    }

    /// Waits for so long, and tells whether a signal came.
    fn came_within(&self, time: Duration) -> io::Result<bool> {
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&self.came, PollFlags::IN)], Some(&time)) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
