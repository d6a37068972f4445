//! The log of changes, for the page.

use std::path::Path;

use crate::error_text::with_causes;
use crate::publish::change_log::{self, Entry, Pause};
use crate::publish::changes::Change;

/// The log of changes, as far as it can be read.
#[derive(Debug, Default)]
pub struct Log {
    /// Oldest first.
    pub changes: Vec<Change>,
    /// When nothing ran.
    pub pauses: Vec<Pause>,
    /// Why it cannot be read.
    pub error: Option<String>,
}

impl Log {
    /// Reads the log in `directory`.
    pub fn read(directory: &Path) -> Self {
        let mut log = Self::default();
        let read = change_log::read(directory, &mut |entry| match entry {
            Entry::Change(change) => log.changes.push(change),
            Entry::Pause(pause) => log.pauses.push(pause),
        });
        let error = read.err().map(|error| with_causes(&error));
        Self { error, ..log }
    }
}
