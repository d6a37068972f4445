//! Whether a run did all of its work.

/// Whether a run did all of its work; a run that did nothing gives an error instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// Everything was done.
    Complete,
    /// Something could not be done, the rest was done.
    Partial,
}

impl Completion {
    /// Complete if `all` was done.
    pub(super) fn of(all: bool) -> Self {
        if all { Self::Complete } else { Self::Partial }
    }
}
