//! The lines that ExaBGP writes, as they arrive.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use memchr::memchr;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::pipe::fcntl_setpipe_size;

/// The wanted size of the pipe in bytes: what ExaBGP prints in a second at most, while a refresh takes a fraction of a
/// second. Every user may set so much (`pipe(7)`).
const PIPE: usize = 1 << 20;

/// The longest line in bytes: an UPDATE message has 64 KiB at most (RFC 8654), and its JSON less than 2 MiB.
const LONGEST: usize = 4 << 20;

/// The lines of a pipe. ExaBGP has one thread for all its sessions, and that waits while the pipe is full: so the pipe is
/// large, and nothing here waits longer than the caller wants.
pub struct Lines {
    pipe: File,
    chunk: Vec<u8>,
    /// The beginning of a line whose end has not arrived.
    begun: Vec<u8>,
}

impl Lines {
    /// The lines of standard input.
    ///
    /// # Errors
    /// When it is closed.
    pub fn of_standard_input() -> io::Result<Self> {
        let pipe = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        // A smaller pipe, or something else than a pipe, works as well.
        fcntl_setpipe_size(&pipe, PIPE).ok();
        Ok(Self { pipe, chunk: vec![0; 64 * 1024], begun: Vec::new() })
    }

    /// Passes the lines that arrive within `time` to `each`, of a line that is too long only the beginning. Returns false at
    /// the end of the input.
    ///
    /// # Errors
    /// When the pipe cannot be read.
    pub fn arrived_within(&mut self, time: Duration, each: &mut dyn FnMut(&[u8])) -> io::Result<bool> {
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&self.pipe, PollFlags::IN)], Some(&time)) {
            Ok(0) | Err(Errno::INTR) => return Ok(true),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let length = self.pipe.read(&mut self.chunk)?;
        let mut left = self.chunk.get(..length).unwrap_or_default();
        while let Some((line, rest)) = memchr(b'\n', left).and_then(|end| left.split_at_checked(end + 1)) {
            if self.begun.is_empty() {
                each(line);
            } else {
                self.begun.extend_from_slice(line);
                each(&self.begun);
                self.begun = Vec::new();
            }
            left = rest;
        }
        if self.begun.len() < LONGEST {
            self.begun.extend_from_slice(left);
        }
        Ok(length > 0)
    }
}
