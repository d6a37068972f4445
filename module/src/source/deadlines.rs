//! How long the program waits for a route source, and how much of a reply it reads.

use std::time::{Duration, Instant};

use crate::settings::Limits;

/// The longest reply that is read about neighbors or sets of communities, in bytes. It is kept in memory whole.
pub const SHORT_REPLY_BYTES: u64 = 32 << 20;

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

    /// When a connection that is requested now has to be established.
    pub fn connected_by(&self) -> Instant {
        self.by(self.limits.connect)
    }

    /// When the reply to a query that is sent now has to begin.
    pub fn begun_by(&self) -> Instant {
        self.by(self.limits.first_byte)
    }

    /// When the reply to a query that is sent now has to be complete.
    pub fn complete_by(&self) -> Instant {
        self.by(self.limits.reply)
    }

    fn by(&self, limit: Duration) -> Instant {
        self.ends.min(Instant::now() + limit)
    }
}

/// The time left until `deadline`, at least a millisecond, since system calls take zero for no time-out.
///
/// # Errors
/// [`TimedOut`](std::io::ErrorKind::TimedOut) when the deadline has passed.
pub(crate) fn left_until(deadline: Instant) -> std::io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(std::io::ErrorKind::TimedOut.into()),
        left => Ok(left.max(Duration::from_millis(1))),
    }
}
