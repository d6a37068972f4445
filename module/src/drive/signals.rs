//! The signals that end a service.

use std::io;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level;

use crate::source::ending;

/// From now on SIGTERM and SIGINT call `end` between two steps of the service, and in any wait.
///
/// # Errors
/// When there is no pipe, or the signals cannot be caught.
pub fn end_by(end: fn() -> !) -> io::Result<()> {
    let (pipe, writer) = io::pipe()?;
    for signal in [SIGTERM, SIGINT] {
        low_level::pipe::register(signal, writer.try_clone()?)?;
    }
    ending::end_by(pipe, end);
    Ok(())
}
