//! The health that both programs report.

use serde::{Deserialize, Serialize};

/// The health of a router, or of all routers. The order is from good to bad.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Everything works.
    #[default]
    Healthy,
    /// Something needs attention, but the present prefixes or pillars can still be used.
    Degraded,
    /// It does not work.
    Broken,
}

impl Health {
    /// The health in one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Broken => "broken",
        }
    }
}
