//! How bad a finding is.

use bgpcs::Health;

/// How bad a finding is. The order is from good to bad; the words are those of the generator's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth to know; all is well.
    Note,
    /// Something needs attention, but the present prefixes can still be used: degraded.
    Warning,
    /// It does not work: broken.
    Error,
}

impl Severity {
    /// The health of a module with such a finding.
    pub fn health(self) -> Health {
        match self {
            Self::Note => Health::Healthy,
            Self::Warning => Health::Degraded,
            Self::Error => Health::Broken,
        }
    }

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}
