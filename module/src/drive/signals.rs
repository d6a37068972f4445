//! The signals that end a service.

use std::io::{self, Read as _};
use std::process;
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level;

use crate::source::replies;

/// How long the end of a service waits for the reply that is under way. systemd waits longer (`TimeoutStopSec`).
const PATIENCE: Duration = Duration::from_secs(10);

/// From now on SIGTERM and SIGINT end the process with status 0, whatever its other threads do, since every file that it
/// writes is complete at any moment: after the reply that is under way, and after `last_words`.
///
/// # Errors
/// When there is no pipe or no thread for it, or the signals cannot be caught.
pub fn end_process_after(last_words: fn()) -> io::Result<()> {
    let (mut pipe, writer) = io::pipe()?;
    for signal in [SIGTERM, SIGINT] {
        low_level::pipe::register(signal, writer.try_clone()?)?;
    }
    thread::Builder::new().stack_size(256 << 10).spawn(move || {
        // Each signal is a byte. Without the pipe, nothing would end the process.
        pipe.read_exact(&mut [0]).ok();
        replies::finish(PATIENCE);
        last_words();
        process::exit(0);
    })?;
    Ok(())
}
