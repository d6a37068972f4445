//! A time in the past, as it is typed.

use std::str::FromStr;

use bgpcs::{Quoted, UnixTime};

use crate::time;

/// An argument of `--since`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// So many seconds before now.
    Ago(u64),
    /// A time.
    Time(UnixTime),
}

impl Since {
    /// The time that it means at `now`.
    pub fn at(self, now: UnixTime) -> UnixTime {
        match self {
            Self::Ago(seconds) => now.saturating_sub(seconds),
            Self::Time(time) => time,
        }
    }
}

impl FromStr for Since {
    type Err = SinceError;

    fn from_str(text: &str) -> Result<Self, SinceError> {
        let span = || time::parse_span(text).map(Self::Ago);
        let time = || time::parse(text).map(Self::Time);
        span().or_else(time).ok_or_else(|| SinceError(text.to_owned()))
    }
}

/// A text that is neither a time span nor a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is no time, expected a span like 24h or 7d, a date like 2026-11-25, or a time like 2026-11-25T09:00:00Z", Quoted(.0))]
pub struct SinceError(String);
