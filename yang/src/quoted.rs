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
