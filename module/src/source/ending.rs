//! The end of a service by a signal, also while it waits for a routing engine.
//!
//! A thread of its own for this would make the program larger by 50 kB.

use std::io::{self, PipeReader};
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::source::deadlines::left_until;

/// How a service ends.
struct ProcessEnd {
    /// Can be read as soon as it is to end.
    signals: PipeReader,
    /// When that was noticed.
    noticed: OnceLock<Instant>,
    end: fn() -> !,
}

static ENDING: OnceLock<ProcessEnd> = OnceLock::new();

/// From now on the waits of this module call `end` when `signals` can be read. What a process asks for first is what counts.
pub fn end_by(signals: PipeReader, end: fn() -> !) {
    ENDING.get_or_init(|| ProcessEnd { signals, noticed: OnceLock::new(), end });
}

/// Ends the process if it is to end within so long; else returns after that time.
///
/// # Errors
/// When the signals cannot be waited for.
pub fn end_within(time: Duration) -> io::Result<()> {
    let Some(ending) = ENDING.get() else { return Ok(()) };
    let is_due =
        ending.noticed.get().is_some() || poll_for([PollFd::new(&ending.signals, PollFlags::IN)], time)?[0];
    if is_due { (ending.end)() } else { Ok(()) }
}

/// Waits until `input` can be read. When the process is to end meanwhile, it does so if there is nothing to read for
/// `patience`.
///
/// # Errors
/// [`TimedOut`](io::ErrorKind::TimedOut) when the deadline has passed.
pub fn await_input(input: impl AsFd, deadline: Instant, patience: Duration) -> io::Result<()> {
    let input = PollFd::new(&input, PollFlags::IN);
    let Some(ending) = ENDING.get() else {
        while !poll_for([input.clone()], left_until(deadline)?)?[0] {}
        return Ok(());
    };
    loop {
        let inputs = [input.clone(), PollFd::new(&ending.signals, PollFlags::IN)];
        match ending.noticed.get() {
            None => {
                let [is_input, is_signal] = poll_for(inputs, left_until(deadline)?)?;
                if is_signal {
                    ending.noticed.get_or_init(Instant::now);
                } else if is_input {
                    return Ok(());
                }
            }
            Some(noticed) => match left_until(deadline.min(*noticed + patience)) {
                Ok(left) if poll_for([input.clone()], left)?[0] => return Ok(()),
                Ok(_) => {}
                Err(_) => (ending.end)(),
            },
        }
    }
}

/// Which of these can be read, or have ended, after at most so long.
fn poll_for<const N: usize>(mut inputs: [PollFd<'_>; N], time: Duration) -> io::Result<[bool; N]> {
    let time = Timespec::try_from(time).map_err(io::Error::other)?;
    match poll(&mut inputs, Some(&time)) {
        Ok(_) => Ok(inputs.map(|input| !input.revents().is_empty())),
        Err(Errno::INTR) => Ok([false; N]),
        Err(error) => Err(error.into()),
    }
}
