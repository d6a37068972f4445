//! How long a route source is waited for, and how much of what it says is read.

use std::time::{Duration, Instant};

/// How long a route source may take, and how much it may say.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until it accepts a connection.
    pub connect: Duration,
    /// From a question to the first byte of its reply; bgpd is silent while it looks through its table.
    pub first_byte: Duration,
    /// From a question to the last byte of its reply.
    pub reply: Duration,
    /// From the first question to the last reply.
    pub run: Duration,
    /// Length of one reply.
    pub reply_bytes: u64,
}

impl Limits {
    /// The same, but for somebody who waits for the answer to a small question: nothing takes longer than `longest`.
    pub fn at_most(self, longest: Duration) -> Self {
        Self {
            connect: self.connect.min(longest),
            first_byte: self.first_byte.min(longest),
            reply: self.reply.min(longest),
            run: self.run.min(longest),
            ..self
        }
    }
}

impl Default for Limits {
    /// What a table of several million routes needs on a slow router, several times over.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(60),
            reply: Duration::from_secs(120),
            run: Duration::from_secs(240),
            reply_bytes: 1 << 30,
        }
    }
}

/// The limits of a run that has begun.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    limits: Limits,
    ends: Instant,
}

impl Budget {
    /// A run that begins now.
    pub fn begin(limits: Limits) -> Self {
        Self { limits, ends: Instant::now() + limits.run }
    }

    /// The longest reply, in bytes.
    pub fn reply_bytes(&self) -> u64 {
        self.limits.reply_bytes
    }

    /// The same run, with a shorter limit on replies, in bytes.
    pub fn with_reply_bytes(self, reply_bytes: u64) -> Self {
        Self {
            limits: Limits { reply_bytes: reply_bytes.min(self.limits.reply_bytes), ..self.limits },
            ..self
        }
    }

    /// When a connection that is asked for now has to be there.
    pub fn connected_by(&self) -> Instant {
        self.by(self.limits.connect)
    }

    /// When the reply to a question that is asked now has to begin.
    pub fn begun_by(&self) -> Instant {
        self.by(self.limits.first_byte)
    }

    /// When the reply to a question that is asked now has to be complete.
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
