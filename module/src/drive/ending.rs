//! How a run ends: what it publishes and why, or why it is not good.

use crate::collect::error::CollectError;
use crate::collect::gather::Resolution;
use crate::collect::kept::Kept;
use crate::collect::last_good::LastGood;
use crate::collect::state::{Outcome, RunFailure};
use crate::configuration::ConfigurationError;

/// A run that is not good. `Display` is what goes into the output file.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no usable configuration.
    #[error("ConfigurationError: {0}")]
    Configuration(#[from] ConfigurationError),
    /// There are no prefixes to publish.
    #[error(transparent)]
    Collect(#[from] CollectError),
}

/// What is published, and why.
pub(super) struct Ending {
    pub outcome: Outcome,
    pub resolution: Resolution,
    /// Replaces the last good run in the state.
    pub last_good: Option<LastGood>,
    /// Why it is not good, if it is not.
    pub failures: Vec<RunFailure>,
    /// The applications that keep what they had, although the source answered.
    pub kept: Vec<Kept>,
}
