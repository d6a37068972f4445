//! How errors are written: chains of causes on one line, and errors of the system as the documented texts write them.

use std::error::Error;
use std::io;

use bgpcs::plain;

/// What to do about a file that cannot be written.
pub const FIX_FILE: &str = "check its owner, its permissions and the free space on its file system";

/// The system's text for an error, without the number that Rust appends.
pub fn strerror(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error ").map_or(text.clone(), |(text, _)| text.to_owned())
}

/// `[Errno 2] No such file or directory`, as the documented errors write it.
pub fn errno(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => format!("[Errno {number}] {}", strerror(error)),
        None => error.to_string(),
    }
}

/// An error and everything behind it, outermost first; texts that only repeat the one before are left out.
pub fn causes(error: &dyn Error) -> Vec<String> {
    let mut chain: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        // By the search that `strerror` uses; that of `contains` would make the program larger by 800 bytes.
        let repeats = |last: &String| last.split_once(text.as_str()).is_some();
        if !chain.last().is_some_and(repeats) {
            chain.push(text);
        }
        next = error.source();
    }
    chain
}

/// An error and its causes on one line, whatever names they contain.
pub fn with_causes(error: &dyn Error) -> String {
    one_line(causes(error).iter().map(String::as_str))
}

/// The texts of an error and its causes, outermost first, on one line.
pub fn one_line<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    plain(&texts.collect::<Vec<_>>().join("; because: ").replace(char::is_control, " "))
}
