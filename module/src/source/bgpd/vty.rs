//! The protocol of an FRR daemon's VTY socket.
//!
//! A request is a command and a NUL. A reply is text, then three NULs and a status. Neither text nor JSON contains a
//! NUL, so the first NUL ends the text.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use memchr::memchr;
use rustix::net::sockopt;

use crate::source::deadlines::{Deadlines, left_until};
use crate::source::ending;
use crate::source::error::ReplyTooLong;
use crate::source::trust;
use crate::source::unix_socket;

/// A connection for commands, one after another.
pub struct Vty {
    stream: UnixStream,
}

impl Vty {
    /// Connects to the daemon that listens at `socket`.
    pub fn connect(socket: &Path, deadlines: &Deadlines) -> io::Result<Self> {
        let stream = unix_socket::connect(socket, deadlines.connected_by())?;
        trust::check_socket(socket, &stream)?;
        Ok(Self { stream })
    }

    /// The process id of the daemon (`SO_PEERCRED`); none when it is in another PID namespace.
    pub fn process(&self) -> Option<i32> {
        sockopt::socket_peercred(&self.stream).ok().map(|peer| peer.pid.as_raw_nonzero().get())
    }

    /// Sends a command. Its reply has to be read to the end before the next command.
    pub fn send(&mut self, command: &str, deadlines: &Deadlines) -> io::Result<VtyReply<'_>> {
        ending::end_within(Duration::ZERO)?;
        let begun_by = deadlines.begun_by();
        self.stream.set_write_timeout(Some(left_until(begun_by)?))?;
        self.stream.write_all(&[command.as_bytes(), b"\0"].concat())?;
        Ok(VtyReply {
            stream: &mut self.stream,
            deadline: begun_by,
            complete_by: deadlines.complete_by(),
            limit: deadlines.reply_bytes(),
            length: 0,
            trailer: Vec::with_capacity(TRAILER),
            head: Vec::new(),
        })
    }
}

/// How long the end of the process waits for the next part of a reply, which bgpd 10.3 needs. systemd waits longer
/// (`TimeoutStopSec`).
const PATIENCE: Duration = Duration::from_secs(10);

/// Three NULs and the status.
const TRAILER: usize = 4;

/// The text of a reply as it arrives.
pub struct VtyReply<'v> {
    stream: &'v mut UnixStream,
    /// When the next byte has to arrive.
    deadline: Instant,
    complete_by: Instant,
    limit: u64,
    length: u64,
    /// What was received of the trailer; the text has ended when this is not empty.
    trailer: Vec<u8>,
    /// The first bytes of the text, at most [`HEAD_BYTES`].
    head: Vec<u8>,
}

/// Enough for the daemon's error message.
const HEAD_BYTES: usize = 200;

impl VtyReply<'_> {
    /// The daemon's error message, as far as it was received: a line that begins with `%`, or the `warning` of a JSON
    /// object.
    pub fn error_message(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.head);
        let line = text.trim_start().lines().next().filter(|line| line.starts_with('%'));
        let warning = || {
            let mut strings = text.split('"').skip(1).step_by(2);
            strings.next().filter(|key| *key == "warning").and_then(|_| strings.next())
        };
        line.or_else(warning).map(str::to_owned)
    }

    /// Whether whoever replied is whom [`trust`] lets at that socket.
    pub fn check(&self, socket: &Path) -> io::Result<()> {
        trust::check_socket(socket, self.stream)
    }

    /// The status, 0 for success. None before the whole reply is read, and when the text is not followed by three NULs
    /// and a status.
    pub fn status(&self) -> Option<u8> {
        match self.trailer[..] {
            [0, 0, 0, status] => Some(status),
            _ => None,
        }
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            ending::await_input(&*self.stream, self.deadline, PATIENCE)?;
            match self.stream.read(buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => {
                    self.deadline = self.complete_by;
                    return Ok(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl VtyReply<'_> {
    /// Drops the rest of the reply, as far as it comes in time, and at most so many bytes of it. bgpd 10.3 crashes when a
    /// client closes the connection in the middle of a reply.
    pub fn drain(&mut self, limit: u64) {
        self.limit = self.length.saturating_add(limit);
        // Whatever comes instead of the rest, the connection is closed next.
        io::copy(self, &mut io::sink()).ok();
    }
}

impl Read for VtyReply<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let mut text = 0;
        if self.trailer.is_empty() {
            let length = self.receive(buffer)?;
            let received = buffer.get(..length).unwrap_or_default();
            text = memchr(0, received).unwrap_or(length);
            self.trailer.extend(received.iter().skip(text));
            self.head.extend(received.iter().take(text.min(HEAD_BYTES - self.head.len())));
            self.length += text as u64;
            if self.length > self.limit {
                return Err(io::Error::other(ReplyTooLong { limit: self.limit }));
            }
        }
        while !self.trailer.is_empty() && self.trailer.len() < TRAILER {
            let mut rest = [0; TRAILER];
            let length = self.receive(&mut rest)?;
            self.trailer.extend(rest.iter().take(length));
        }
        Ok(text)
    }
}
