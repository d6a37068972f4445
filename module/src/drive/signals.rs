//! The signals that end a service.

use std::io::{self, PipeReader};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// SIGTERM and SIGINT: each is a byte in a pipe, or ends the process at once.
pub struct Signals {
    pipe: PipeReader,
    at_once: Arc<AtomicBool>,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When there is no pipe, or the signals cannot be caught.
    pub fn listen() -> io::Result<Self> {
        let (pipe, writer) = io::pipe()?;
        let at_once = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT] {
            flag::register_conditional_default(signal, Arc::clone(&at_once))?;
            low_level::pipe::register(signal, writer.try_clone()?)?;
        }
        Ok(Self { pipe, at_once })
    }

    /// Sets whether a signal ends the process at once. That is right while a query is under way, which can take minutes:
    /// every file is complete at any moment.
    pub fn end_at_once(&self, at_once: bool) {
        self.at_once.store(at_once, Ordering::SeqCst);
    }

    /// Waits for a signal for at most so long, and tells whether there was one.
    ///
    /// # Errors
    /// When the pipe cannot be polled.
    pub fn arrived_within(&self, time: Duration) -> io::Result<bool> {
        let time = Timespec::try_from(time).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&self.pipe, PollFlags::IN)], Some(&time)) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
