//! The limits on a query: time and length.

use std::time::Duration;

/// How long to wait for a route source, and how long a reply may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the source accepts a connection.
    pub connect: Duration,
    /// From a query to the first byte of its reply. bgpd sends nothing while it scans its table.
    pub first_byte: Duration,
    /// From a query to the last byte of its reply.
    pub reply: Duration,
    /// From the first query to the last reply.
    pub run: Duration,
    /// The length of one reply, in bytes.
    pub reply_bytes: u64,
}

impl Limits {
    /// The same limits with no wait longer than `longest`: for a command that an operator waits for.
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
    /// Several times what a table of several million routes needs on a slow router.
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
