//! The present time.

use std::time::{SystemTime, UNIX_EPOCH};

use bgpcs::UnixTime;

/// The present time by the system's clock.
pub fn now() -> UnixTime {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
