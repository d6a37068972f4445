//! Times and durations as an operator reads them.

use std::time::{Duration, UNIX_EPOCH};

use bgpcs::UnixTime;

/// A time in the format of RFC 3339, in UTC: `2026-11-21T09:00:00Z`.
pub fn at(time: UnixTime) -> String {
    // The end of the year 9999, the last one in this format.
    let time = UNIX_EPOCH + Duration::from_secs(time.min(253_402_300_799));
    humantime::format_rfc3339_seconds(time).to_string()
}

/// A duration in its two largest units: `2h 5m`.
pub fn span(seconds: u64) -> String {
    let text = humantime::format_duration(Duration::from_secs(seconds)).to_string();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// A time, and how long ago it was at `now`: `2026-11-21T09:00:00Z (2h 5m ago)`.
pub fn since(time: UnixTime, now: UnixTime) -> String {
    match now.checked_sub(time) {
        Some(ago) => format!("{} ({} ago)", at(time), span(ago)),
        None => format!("{} (in {})", at(time), span(time - now)),
    }
}

/// Reads a time span such as `24h`, `7d` or `1h 30m`, in seconds.
pub fn parse_span(text: &str) -> Option<u64> {
    humantime::parse_duration(text).ok().map(|span| span.as_secs())
}

/// Reads a time in the format of RFC 3339, in UTC: `2026-11-21T09:00:00Z`; its `T` and `Z`, or all of the time of day, may be
/// missing.
pub fn parse(text: &str) -> Option<UnixTime> {
    let whole = || humantime::parse_rfc3339_weak(text);
    let time = whole().or_else(|_| humantime::parse_rfc3339_weak(&format!("{text}T00:00:00Z"))).ok()?;
    time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}
