//! Waiting with a limit, and for several things at once.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// Tries until the attempt gives a value. After `limit` the error has the last reason why there was none.
pub fn until<T>(
    what: &str,
    limit: Duration,
    mut attempt: impl FnMut() -> Result<Result<T, String>>,
) -> Result<T> {
    let started = Instant::now();
    loop {
        match attempt()? {
            Ok(value) => return Ok(value),
            Err(last) if started.elapsed() > limit => {
                bail!("waited {} s for {what}; at the end: {last}", limit.as_secs());
            }
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

/// Does these things side by side, and returns what became of them in their order; the error is the first one's.
pub fn for_all<T: Send>(things: impl Iterator<Item = impl FnOnce() -> Result<T> + Send>) -> Result<Vec<T>> {
    thread::scope(|scope| {
        let threads: Vec<_> = things.map(|thing| scope.spawn(thing)).collect();
        let join = |thread: thread::ScopedJoinHandle<Result<T>>| match thread.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        // All of them are waited for before the first error counts.
        let outcomes: Vec<Result<T>> = threads.into_iter().map(join).collect();
        outcomes.into_iter().collect()
    })
}

/// Does two things side by side; the error is the first one's.
pub fn both<O: Send, T: Send>(
    one: impl FnOnce() -> Result<O> + Send,
    other: impl FnOnce() -> Result<T> + Send,
) -> Result<(O, T)> {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        let one = one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((one?, other?))
    })
}
