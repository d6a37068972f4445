//! What is said while the source lets an operator wait.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// The longest time without a word.
const SILENCE: Duration = Duration::from_secs(4);

/// Until this is dropped, the operator waits.
pub struct Patience(#[expect(dead_code, reason = "dropping it ends the wait")] Sender<()>);

impl Patience {
    /// Begins a wait of at most `longest`; says so on standard error if it becomes long.
    pub fn begin(longest: Duration) -> Self {
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let waited = receiver.recv_timeout(SILENCE.min(longest));
            if waited == Err(RecvTimeoutError::Timeout) && longest > SILENCE {
                let (most, option) = (longest.as_secs(), "--timeout");
                eprintln!("still waiting for the source of routes, at most {most} s as {option} says");
            }
        });
        Self(sender)
    }
}
