//! What is said before the source may let an operator wait.

use std::time::Duration;

/// The longest time without a word.
const SILENCE: Duration = Duration::from_secs(5);

/// Says on standard error that the source may be waited for, if that may take long. A thread that says so only when it does
/// would cost the program 53,000 bytes.
pub fn announce(longest: Duration) {
    if longest > SILENCE {
        eprintln!("waiting for the source of routes, at most {} s as --timeout says", longest.as_secs());
    }
}
