//! Waiting with a limit.

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
