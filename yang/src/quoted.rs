//! Showing text from outside, on one line.

use std::fmt;

/// Shows a text from outside in a message. A plain word stays as it is. Any other text is put in double quotes, with
/// line breaks, control characters and quotes escaped, so that no name can forge a line of a log.
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

/// Shows a text from outside in a cell of a table or on a page: on one line, with control characters and characters
/// that change the direction of writing replaced. Unlike [`Quoted`] it adds no quotes.
pub fn plain(text: &str) -> String {
    let obeyed = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if obeyed(c) { '\u{fffd}' } else { c }).collect()
}
