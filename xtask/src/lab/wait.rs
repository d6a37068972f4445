//! Waiting, never for ever.

use std::thread;
use std::time::{Duration, Instant};

use super::error::LabError;

/// How long it takes between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Tries until it gives a value; what it says otherwise is shown when the time is up.
pub fn until<T>(
    what: &str,
    limit: Duration,
    mut attempt: impl FnMut() -> Result<Result<T, String>, LabError>,
) -> Result<T, LabError> {
    let started = Instant::now();
    loop {
        match attempt()? {
            Ok(value) => return Ok(value),
            Err(last) if started.elapsed() > limit => {
                return Err(LabError::TimedOut { what: what.to_owned(), limit, last });
            }
            Err(_) => thread::sleep(PAUSE),
        }
    }
}
