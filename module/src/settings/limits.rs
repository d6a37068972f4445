//! How long a route source is waited for, and how much of its replies is read.

use std::time::Duration;

/// How long a route source may take, and how much it may say.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until it accepts a connection.
    pub connect: Duration,
    /// From a query to the first byte of its reply; bgpd is silent while it looks through its table.
    pub first_byte: Duration,
    /// From a query to the last byte of its reply.
    pub reply: Duration,
    /// From the first query to the last reply.
    pub run: Duration,
    /// Length of one reply.
    pub reply_bytes: u64,
}

impl Limits {
    /// The same, but for somebody who waits for the answer to a small query: nothing takes longer than `longest`.
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
