//! Sending commands to bgpd.

use std::io;

use crate::source::RouteSource;
use crate::source::bgpd::Bgpd;
use crate::source::bgpd::failure::{CommandFailure, ReplyEnd, UNKNOWN_COMMAND, WARNING};
use crate::source::bgpd::vty::{Vty, VtyReply};
use crate::source::deadlines::Deadlines;
use crate::source::error::{Cause, Shape, SourceError, describe_query};
use crate::source::routes_json::ReplyError;

/// A reply that is not an answer: bgpd's own message, or else what is wrong with the reply.
#[derive(Debug, thiserror::Error)]
#[error("{}", match .message { Some(message) => format!("bgpd said: {message}"), None => .fault.to_string() })]
struct BadReply {
    message: Option<String>,
    #[source]
    fault: Cause,
}

/// The errors of a connection without an answer.
const NO_ANSWER: [io::ErrorKind; 4] = [
    io::ErrorKind::WouldBlock,
    io::ErrorKind::TimedOut,
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::ConnectionReset,
];

impl Bgpd {
    /// Sends a command and passes its reply to `read`, which has to read all of it.
    pub(super) fn run_command<T, E>(
        &mut self,
        command: &str,
        deadlines: Deadlines,
        read: impl FnOnce(&mut VtyReply<'_>) -> Result<T, E>,
    ) -> Result<T, CommandFailure<E>> {
        let mut vty = match self.connection.take() {
            Some(vty) => vty,
            None => Vty::connect(&self.socket, &deadlines).map_err(CommandFailure::Connect)?,
        };
        let mut reply = vty.send(command, &deadlines).map_err(CommandFailure::Send)?;
        let value = match read(&mut reply) {
            Ok(value) => value,
            Err(error) => {
                let message = reply.error_message();
                reply.drain(self.deadlines.reply_bytes());
                let end = ReplyEnd { status: reply.status(), message };
                return Err(match end.status {
                    Some(UNKNOWN_COMMAND) => CommandFailure::Status(end),
                    _ => CommandFailure::Read(error, end),
                });
            }
        };
        reply.check(&self.socket).map_err(CommandFailure::Send)?;
        let end = ReplyEnd { status: reply.status(), message: reply.error_message() };
        // After a warning the connection is as good as before.
        if matches!(end.status, Some(0 | WARNING)) {
            self.connection = Some(vty);
        }
        match end.status {
            Some(0) => Ok(value),
            _ => Err(CommandFailure::Status(end)),
        }
    }

    /// Sends a command whose answer is useful but not necessary.
    pub(super) fn try_command<T>(
        &mut self,
        command: &str,
        reply_bytes: u64,
        read: impl FnOnce(&mut VtyReply<'_>) -> io::Result<T>,
    ) -> Option<T> {
        self.attempt(command, reply_bytes, read)?.ok()
    }

    /// Does the same, and says why there is no answer; `None` when the command was not sent.
    pub(super) fn attempt<T>(
        &mut self,
        command: &str,
        reply_bytes: u64,
        read: impl FnOnce(&mut VtyReply<'_>) -> io::Result<T>,
    ) -> Option<Result<T, CommandFailure<io::Error>>> {
        if !self.answers {
            return None;
        }
        let reply = self.run_command(command, self.deadlines.with_reply_limit(reply_bytes), read);
        self.answers = match &reply {
            Err(CommandFailure::Connect(_) | CommandFailure::Send(_)) => false,
            Err(CommandFailure::Read(error, _)) => !NO_ANSWER.contains(&error.kind()),
            Ok(_) | Err(CommandFailure::Status(..)) => true,
        };
        Some(reply)
    }

    pub(super) fn explain(&self, command: &str, failure: CommandFailure<ReplyError>) -> SourceError {
        let socket = self.socket.display();
        let query = describe_query(command, &self.name());
        match failure {
            CommandFailure::Connect(error) => {
                SourceError::io(error, format!("could not connect to bgpd at {socket}"))
            }
            CommandFailure::Send(error) | CommandFailure::Read(ReplyError::Io(error), _) => {
                SourceError::io(error, query)
            }
            CommandFailure::Read(error, ReplyEnd { message, .. }) => {
                let shape = error.shape().unwrap_or(Shape::Text);
                SourceError::shape(shape, query, BadReply { message, fault: error.into() })
            }
            CommandFailure::Status(ReplyEnd { status, message }) => {
                let fault = match status {
                    Some(status) => format!("the reply has status {status}, expected 0").into(),
                    None => "the reply continues after its end".into(),
                };
                SourceError::shape(Shape::Text, query, BadReply { message, fault })
            }
        }
    }
}
