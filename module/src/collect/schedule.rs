//! When a query is due: the one policy of `run`, `watch` and `exabgp`. Values in, values out.
//!
//! A query for all routes of a community is a scan of the routing engine's whole table, so the engine is to spend no more
//! than a twentieth of its time on them.

use std::time::Duration;

use bgpcs::{RefreshInterval, UnixTime};

/// The longest time in seconds from one full refresh to the next. In between, routes are queried only when there is a sign
/// of a change, and perhaps only those that changed. This bounds the time for which a change without a sign is missed.
pub const FULL_REFRESH_INTERVAL: u64 = 600;

/// How late a run may be, in seconds: it may take four minutes ([`Limits`](crate::settings::Limits)), and SSR may start it
/// late.
const GRACE_PERIOD: u64 = 300;

/// The shortest time between two refreshes, however often the routes change.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// How soon a refresh that was not good is repeated.
const RETRY_PAUSE: Duration = Duration::from_secs(5);

/// So many refreshes that are not good are repeated soon; after more of them the cause is likely to stay.
const QUICK_RETRIES: u32 = 3;

/// A refresh is followed by a pause of so many times its own duration.
const PAUSE_FACTOR: u32 = 19;

/// Routes that are pushed to us have settled when no event came for so long.
const SETTLED: Duration = Duration::from_millis(500);

/// While events keep coming, the longest time for which they do not reach the output file.
const LONGEST_CHURN: Duration = Duration::from_secs(5);

/// How soon a refresh that was not good is repeated where it costs the source nothing.
const FREE_RETRY_PAUSE: Duration = Duration::from_secs(2);

/// Why a refresh is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The routes may have changed. They may change again soon, so this can wait until the routing engine has rested.
    Routes,
    /// The configuration changed, the output file is missing, or the routing engine does not answer any more.
    Urgent,
    /// So many refreshes, one after another, were not good.
    Retry(u32),
}

/// Whether a full refresh is due; also when the clock was set back beyond the last one.
pub fn full_refresh_is_due(last: UnixTime, interval: u64, now: UnixTime) -> bool {
    !(last..last.saturating_add(interval)).contains(&now)
}

/// Until when there is a run after one that ended at `finished`; later, the module does not run. In watch mode there is one
/// when the routes change, and otherwise at the interval of full refreshes.
pub fn next_run_at_the_latest(finished: UnixTime, refresh_interval: RefreshInterval) -> UnixTime {
    let interval = FULL_REFRESH_INTERVAL.max(refresh_interval.get().into());
    finished.saturating_add(interval).saturating_add(GRACE_PERIOD)
}

/// How long after the end of a refresh that took `took` the next one may begin.
pub fn pause(trigger: Trigger, took: Duration, refresh_interval: Duration) -> Duration {
    match trigger {
        Trigger::Urgent => SHORTEST_PAUSE,
        Trigger::Retry(..=QUICK_RETRIES) => RETRY_PAUSE,
        // A refused connection takes no time, so the pause stays short.
        Trigger::Retry(_) => (took * PAUSE_FACTOR).min(refresh_interval).max(RETRY_PAUSE),
        Trigger::Routes => (took * PAUSE_FACTOR).min(refresh_interval).max(SHORTEST_PAUSE),
    }
}

/// How long signs of a change are not asked for again, when asking for them took `took`: some sources tell them by commands
/// that cost something.
pub fn pause_of_signs(took: Duration) -> Duration {
    (took * PAUSE_FACTOR).min(RETRY_PAUSE)
}

/// Whether a source that pushes events has settled, or has not for too long.
pub fn has_settled(since_first_event: Duration, since_last_event: Duration) -> bool {
    since_last_event >= SETTLED || since_first_event >= LONGEST_CHURN
}

/// How long after a refresh of routes that are already here the next one may begin, if there was no event.
pub fn pause_without_events(last_was_good: bool) -> Duration {
    if last_was_good { Duration::from_secs(FULL_REFRESH_INTERVAL) } else { FREE_RETRY_PAUSE }
}
