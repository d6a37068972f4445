//! Why a command to bgpd has no result.

use std::io;

/// The status of a reply that says why it is no answer.
pub const WARNING: u8 = 1;

/// The status of a reply to a command that this release does not have.
pub const UNKNOWN_COMMAND: u8 = 2;

/// Why a command has no result.
pub enum CommandFailure<E> {
    /// There was no connection.
    Connect(io::Error),
    /// The command could not be sent.
    Send(io::Error),
    /// The reply could not be read.
    Read(E, ReplyEnd),
    /// The status after the reply was not 0, or there was none.
    Status(ReplyEnd),
}

/// How a reply ended that is no answer.
pub struct ReplyEnd {
    /// The status after it, if there was one.
    pub status: Option<u8>,
    /// bgpd's own message, if there is one.
    pub message: Option<String>,
}
