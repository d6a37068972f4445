//! The health that both programs report.

use serde::Serialize;

/// The health of a router, or of all routers. The order is from good to bad.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Everything works. Exit status 0.
    #[default]
    Healthy,
    /// Something needs attention, but the present prefixes or pillars can still be used. Exit status 1.
    Degraded,
    /// It does not work. Exit status 2.
    Broken,
}

impl Health {
    /// The exit status for monitoring.
    pub fn exit_status(self) -> u8 {
        self as u8
    }

    /// The health in one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Broken => "broken",
        }
    }
}
