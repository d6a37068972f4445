//! How things are, in the words that both programs use.

use serde::Serialize;

/// How things are, as the exit status tells it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Everything is as it should be. Exit status 0.
    #[default]
    Healthy,
    /// Something needs attention, and what there is still serves. Exit status 1.
    Degraded,
    /// The work is not done. Exit status 2.
    Broken,
}

impl Health {
    /// For monitoring.
    pub fn exit_status(self) -> u8 {
        self as u8
    }

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Broken => "broken",
        }
    }
}
