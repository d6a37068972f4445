//! The output of a command, read within limits.

use std::io::{self, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::source::deadlines::Deadlines;
use crate::source::ending;
use crate::source::error::ReplyTooLong;

/// A running command, as a reader of what it prints. Reading fails when a limit is exceeded. Dropping this kills the
/// command.
pub struct CommandOutput {
    child: Child,
    output: ChildStdout,
    begun_by: Instant,
    complete_by: Instant,
    begun: bool,
    limit: u64,
    left: u64,
}

impl CommandOutput {
    /// Starts `command`. Its output has to begin and to end within the deadlines for a reply.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn of(command: &mut Command, deadlines: &Deadlines) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let limit = deadlines.reply_bytes();
        Ok(Self {
            child,
            output,
            begun_by: deadlines.begun_by(),
            complete_by: deadlines.complete_by(),
            begun: false,
            limit,
            left: limit,
        })
    }

    fn wait(&self) -> io::Result<()> {
        let deadline = if self.begun { self.complete_by } else { self.begun_by };
        ending::await_input(&self.output, deadline, Duration::ZERO)
    }
}

impl Read for CommandOutput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.wait()?;
        let length = self.output.read(buffer)?;
        self.begun = true;
        self.left = self
            .left
            .checked_sub(length as u64)
            .ok_or_else(|| io::Error::other(ReplyTooLong { limit: self.limit }))?;
        Ok(length)
    }
}

impl Drop for CommandOutput {
    fn drop(&mut self) {
        // Both fail when the command has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
