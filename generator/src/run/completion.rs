//! How much of its work a run did.

/// How much of its work a run did, when it began to change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// All of it.
    Complete,
    /// Something could not be done, the rest was.
    Partial,
}

impl Completion {
    /// Complete if `all` was done.
    pub(super) fn of(all: bool) -> Self {
        if all { Self::Complete } else { Self::Partial }
    }
}
