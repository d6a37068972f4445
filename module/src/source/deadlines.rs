//! How long a route source is waited for, and how much of what it says is read.

use std::time::{Duration, Instant};

use crate::settings::Limits;

/// The limits of a run that has begun.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    limits: Limits,
    ends: Instant,
}

impl Deadlines {
    /// A run that begins now.
    pub fn begin(limits: Limits) -> Self {
        Self { limits, ends: Instant::now() + limits.run }
    }

    /// The longest reply, in bytes.
    pub fn reply_bytes(&self) -> u64 {
        self.limits.reply_bytes
    }

    /// The same run, with a shorter limit on replies, in bytes.
    pub fn with_reply_limit(self, reply_bytes: u64) -> Self {
        Self {
            limits: Limits { reply_bytes: reply_bytes.min(self.limits.reply_bytes), ..self.limits },
            ..self
        }
    }

    /// When a connection that is asked for now has to be there.
    pub fn connected_by(&self) -> Instant {
        self.by(self.limits.connect)
    }

    /// When the reply to a query that is asked now has to begin.
    pub fn begun_by(&self) -> Instant {
        self.by(self.limits.first_byte)
    }

    /// When the reply to a query that is asked now has to be complete.
    pub fn complete_by(&self) -> Instant {
        self.by(self.limits.reply)
    }

    fn by(&self, limit: Duration) -> Instant {
        self.ends.min(Instant::now() + limit)
    }
}

/// What is left until `deadline`, or the error of a wait that has reached its limit. System calls take a time-out of
/// zero for none at all, hence the millisecond.
pub(crate) fn left_until(deadline: Instant) -> std::io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(std::io::ErrorKind::TimedOut.into()),
        left => Ok(left.max(Duration::from_millis(1))),
    }
}
