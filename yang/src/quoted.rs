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

/// Shows a text from outside in a cell of a table, on a page or on a line of a log: on one line, with the characters
/// replaced that a terminal or a viewer obeys instead of showing. Unlike [`Quoted`] it adds no quotes.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) { '\u{fffd}' } else { c }).collect()
}

/// JSON on one line, with the characters escaped that a terminal or a viewer would obey. JSON itself only escapes those
/// below U+0020. In JSON they stand in strings only, so it means the same.
pub fn plain_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match is_obeyed(c) {
            // All of them are below U+10000.
            true => text += &format!("\\u{:04x}", u32::from(c)),
            false => text.push(c),
        }
    }
    text
}

/// Control characters of C0 and C1, line and paragraph separators, and those that change the direction of writing
/// (Unicode's `Bidi_Control`).
fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}
