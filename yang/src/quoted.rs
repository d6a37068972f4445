//! Showing what somebody else wrote, on one line.

use std::fmt;

/// Shows a text from outside in a message: as it is when it is a plain word, else in double quotes with line
/// breaks, control characters and quotes escaped, so that no name can forge a line of a log.
#[derive(Debug, Clone, Copy)]
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_alphanumeric() || "-_.:/*@+".contains(c);
        if !self.0.is_empty() && self.0.chars().all(plain) {
            f.write_str(self.0)
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

/// A text from outside, on one line and without what a terminal would obey or what turns the direction of writing. Unlike
/// [`Quoted`] it adds nothing, which is what a cell of a table or a page wants.
pub fn plain(text: &str) -> String {
    let obeyed = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if obeyed(c) { '\u{fffd}' } else { c }).collect()
}
