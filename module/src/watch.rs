//! The service: follows the routes instead of asking for them at intervals.

use std::fs;
use std::io::{self, PipeReader};
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::error::{MEND_FILE, with_causes};
use crate::run::{FULL_LOOK_INTERVAL, NotWritten, Rewrite, open, run_locked};
use crate::service_manager::{ALIVE, READY, STOPPING, notify};
use crate::settings::Settings;
use crate::source::Survey;
use crate::state::{Lock, Outcome, State, now};

/// How often the routing engine is asked whether anything changed, which costs it less than a millisecond.
const TICK: Duration = Duration::from_millis(250);

/// The shortest time between the ends of two looks at the routes, however much the routes change.
const FLOOR: Duration = Duration::from_secs(5);

/// A look that took long is followed by a pause of so many times as long: the routing engine is ours for at most a
/// twentieth of its time.
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
    let mut watched = Watched { configuration: None, state: State::default() };
    let mut rested = Instant::now();
    let mut told: Option<Instant> = None;
    loop {
        let began = Instant::now();
        if began >= rested {
            rested = if watched.may_have_changed(settings) {
                watched.configuration = stamp(settings);
                watched.state = run_locked(settings, &lock, Rewrite::WhenChanged)?;
                // What was waited for in vain was no burden to anybody.
                let took =
                    if watched.state.outcome == Outcome::Good { began.elapsed() } else { Duration::ZERO };
                Instant::now() + FLOOR.max(took * PAUSE)
            } else {
                // Some sources tell whether anything changed by commands, which are not for nothing.
                Instant::now() + FLOOR.min(began.elapsed() * PAUSE)
            };
        }
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
    loop {
        let lock = Lock::take(&settings.state_dir)
            .map_err(|error| WatchError::StateDirectory(settings.state_dir.clone(), error))?;
        if lock.is_some() || signals.came_within(TICK).map_err(WatchError::Signals)? {
            return Ok(lock);
        }
    }
}

/// What the service has seen last.
struct Watched {
    configuration: Option<Stamp>,
    state: State,
}

impl Watched {
    /// Whether a look at the routes could change the output file.
    fn may_have_changed(&self, settings: &Settings) -> bool {
        let Some(last_good) = self.state.last_good.as_ref().filter(|_| self.state.outcome == Outcome::Good)
        else {
            return true;
        };
        let interval = match last_good.survey {
            Some(Survey { sessions_only: false, .. }) => FULL_LOOK_INTERVAL,
            _ => u64::from(last_good.configuration.duration.get()),
        };
        !(last_good.looked..last_good.looked + interval).contains(&now())
            || self.configuration != stamp(settings)
            || !settings.output.exists()
            || last_good
                .survey
                .as_ref()
                .filter(|last| !last.sessions_only)
                .is_some_and(|last| open(settings).survey().is_none_or(|survey| !survey.same_routes(last)))
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

/// The signals that end the service, each a byte in a pipe.
struct Signals(PipeReader);

impl Signals {
    fn listen() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        signal_hook::low_level::pipe::register(SIGTERM, writer.try_clone()?)?;
        signal_hook::low_level::pipe::register(SIGINT, writer)?;
        Ok(Self(reader))
    }

    /// Waits for so long, and tells whether a signal came.
    fn came_within(&self, time: Duration) -> io::Result<bool> {
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&time)) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
