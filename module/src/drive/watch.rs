//! The service: watches the routes instead of querying them at intervals.

use std::io;
use std::path::PathBuf;
use std::process;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::clock::now;
use crate::collect::last_good::LastGood;
use crate::collect::plan::{parts, queryable};
use crate::collect::schedule::{self, FULL_REFRESH_INTERVAL, Trigger, full_refresh_is_due, pause_of_signs};
use crate::collect::state::{Outcome, State};
use crate::collect::summaries::Summaries;
use crate::configuration::Stamp;
use crate::drive::lock::Lock;
use crate::drive::once::{NotWritten, Rewrite, run_locked};
use crate::drive::service_manager::{ALIVE, READY, STOPPING, notify};
use crate::drive::signals;
use crate::error_text::{FIX_FILE, with_causes};
use crate::instance::Instance;
use crate::settings::Settings;
use crate::source::ending::end_within;
use crate::source::open::open;
use crate::source::summary::BgpSummary;

/// How often the routing engine is asked for signs of a change, which costs it less than a millisecond.
const TICK: Duration = Duration::from_millis(250);

/// The time from a sign of a change to the refresh: bgpd selects best paths 50 ms after an UPDATE message.
const BEST_PATH_DELAY: Duration = Duration::from_millis(100);

/// How often the service manager is told that the service is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A service that cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// SIGTERM cannot be caught.
    #[error("cannot listen for signals; start the service again")]
    Signals(#[source] io::Error),
    /// The lock cannot be taken.
    #[error("cannot use {}; {FIX_FILE}", .0.display())]
    StateDirectory(PathBuf, #[source] io::Error),
    /// The output file cannot be replaced.
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
}

/// Keeps the output file up to date until SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot do its work; the service manager then starts it again.
pub fn watch(settings: &Settings) -> Result<(), WatchError> {
    signals::end_by(end).map_err(WatchError::Signals)?;
    let lock = take_lock(settings)?;
    lock.is_of_service("watch");
    let mut watched = Watched::default();
    let mut notified: Option<Instant> = None;
    loop {
        if watched.needs_refresh(settings) {
            watched.refresh(settings, &lock)?;
        }
        if notified.is_none_or(|notified| notified.elapsed() >= HEARTBEAT) {
            tell(if notified.is_none() { READY } else { ALIVE });
            notified = Some(Instant::now());
        }
        end_within(TICK).map_err(WatchError::Signals)?;
    }
}

/// Waits until no other process writes the output file.
fn take_lock(settings: &Settings) -> Result<Lock, WatchError> {
    let take = || {
        Lock::take(&settings.state_dir)
            .map_err(|error| WatchError::StateDirectory(settings.state_dir.clone(), error))
    };
    if let Some(lock) = take()? {
        return Ok(lock);
    }
    eprintln!(
        "another process uses {} and writes the output file; waiting until it ends, or end this one",
        settings.state_dir.display()
    );
    loop {
        end_within(TICK).map_err(WatchError::Signals)?;
        if let Some(lock) = take()? {
            return Ok(lock);
        }
    }
}

/// What the service saw last, and when.
#[derive(Default)]
struct Watched {
    configuration: Option<Stamp>,
    state: State,
    /// How many refreshes were not good, one after another.
    failures: u32,
    /// When the last refresh ended, and how long it took.
    refreshed: Option<(Instant, Duration)>,
    /// Until when the routing engine is not asked for signs of a change.
    no_signs_until: Option<Instant>,
    /// What the routing engine said last.
    signs: Option<Summaries>,
    /// What it had said before the last refresh.
    acted_on: Option<Summaries>,
}

impl Watched {
    fn refresh(&mut self, settings: &Settings, lock: &Lock) -> Result<(), NotWritten> {
        if self.refreshed.is_some() {
            sleep(BEST_PATH_DELAY);
        }
        let began = Instant::now();
        self.acted_on = self.signs.take();
        self.configuration = Stamp::of(&settings.configuration);
        self.state = run_locked(settings, lock, Rewrite::WhenChanged)?;
        self.failures = if self.state.awaits_answers() { self.failures.saturating_add(1) } else { 0 };
        self.refreshed = Some((Instant::now(), began.elapsed()));
        Ok(())
    }

    /// Whether there is a trigger, and the pause for it is over.
    fn needs_refresh(&mut self, settings: &Settings) -> bool {
        let Some((ended, took)) = self.refreshed else { return true };
        let Some(trigger) = self.trigger(settings) else { return false };
        ended.elapsed() >= schedule::pause(trigger, took, self.refresh_interval())
    }

    fn refresh_interval(&self) -> Duration {
        let configured = self.state.configuration.as_ref().map(|configuration| configuration.duration);
        Duration::from_secs(configured.unwrap_or_default().get().into())
    }

    fn trigger(&mut self, settings: &Settings) -> Option<Trigger> {
        if self.configuration != Stamp::of(&settings.configuration) || !settings.output.exists() {
            return Some(Trigger::Urgent);
        }
        match self.state.outcome {
            Outcome::Good => self.routes_trigger(settings),
            // The communities that are up to date are to stay so.
            Outcome::Partial => {
                let retry = self.state.awaits_answers().then_some(Trigger::Retry(self.failures));
                self.routes_trigger(settings).or(retry)
            }
            Outcome::None | Outcome::Held | Outcome::Failed | Outcome::Standby => {
                Some(Trigger::Retry(self.failures))
            }
        }
    }

    /// Whether routes may have changed since the last refresh, or the routing engine has stopped answering.
    fn routes_trigger(&mut self, settings: &Settings) -> Option<Trigger> {
        let last_good = self.state.last_good.as_ref()?;
        let mut source = open(settings);
        let parts = parts(self.state.configuration.as_ref()?, &source.abilities());
        let has_signs = last_good.has_signs(queryable(&parts));
        let interval = if has_signs { FULL_REFRESH_INTERVAL } else { self.refresh_interval().as_secs() };
        if full_refresh_is_due(last_good.refreshed, interval, now()) || self.state.has_kept_enough(now()) {
            return Some(Trigger::Routes);
        }
        let began = Instant::now();
        if !has_signs || self.no_signs_until.is_some_and(|until| began < until) {
            return None;
        }
        let summaries = Summaries::ask(&mut *source, queryable(&parts).cloned());
        self.no_signs_until = Some(Instant::now() + pause_of_signs(began.elapsed()));
        let trigger = trigger_of_signs(last_good, &summaries)?;
        // What a refresh could not act on is no new sign: an instance of BGP may have lost its sessions for long.
        let is_known = self.state.outcome == Outcome::Partial
            && self.acted_on.as_ref().is_some_and(|acted_on| summaries.same_routes(acted_on));
        self.signs = Some(summaries);
        (!is_known).then_some(trigger)
    }
}

/// What the present summaries are a reason for.
fn trigger_of_signs(last_good: &LastGood, summaries: &Summaries) -> Option<Trigger> {
    let trigger =
        |(instance, now): (&Instance, Option<&BgpSummary>)| match (last_good.summary_of(instance), now) {
            // It answered before.
            (Some(_), None) => Some(Trigger::Urgent),
            (None, None) => None,
            (_, Some(now)) => (!last_good.has_same_routes(instance, now)).then_some(Trigger::Routes),
        };
    let triggers: Vec<Trigger> = summaries.iter().filter_map(trigger).collect();
    triggers.iter().find(|trigger| **trigger == Trigger::Urgent).or(triggers.first()).copied()
}

/// Every file that the service writes is complete at any moment.
fn end() -> ! {
    tell(STOPPING);
    process::exit(0)
}

fn tell(message: &str) {
    if let Err(error) = notify(message) {
        eprintln!(
            "cannot send {message} to the service manager: {}; check that NOTIFY_SOCKET is its socket",
            with_causes(&error)
        );
    }
}
