//! Applications that keep what they had, although the routing engine answers, and for how long. Values in, values out.

use bgpcs::{ApplicationName, Community, LargestLoss, Quoted, StalePathTime, UnixTime};
use bgpcs_display::time;
use serde::{Deserialize, Serialize};

/// Whether prefixes that were good at `time` may still be used at `now`.
pub fn may_stay(time: UnixTime, stale_path_time: StalePathTime, now: UnixTime) -> bool {
    now.saturating_sub(time) < u64::from(stale_path_time.get())
}

/// An application that keeps what it had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Kept {
    /// Which application.
    pub application: ApplicationName,
    /// Since when; `stale-path-time` counts from then.
    pub since: UnixTime,
    /// How many prefixes it lost, if it keeps them for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<SuddenLoss>,
}

/// A loss that is too sudden to be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SuddenLoss {
    /// How many prefixes the application would have lost.
    pub lost: u64,
    /// Of how many.
    pub had: u64,
}

impl Kept {
    /// Whether it is this application, and kept what it had since its configuration was not understood.
    pub fn is_not_understood(&self, application: &ApplicationName) -> bool {
        self.application == *application && self.loss.is_none()
    }

    /// Whether its time is over.
    pub fn is_over(&self, stale_path_time: StalePathTime, now: UnixTime) -> bool {
        !may_stay(self.since.min(now), stale_path_time, now)
    }
}

/// Why an application keeps what it had. `Display` is what goes into the output file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeptError {
    /// It lost too much at once.
    #[error(
        "LossError: more than largest-loss {largest} percent of the prefixes disappeared, so they stay until {} on \
         application {application} and community {community}",
        time::at(*.until)
    )]
    Loss {
        /// What is configured.
        largest: LargestLoss,
        /// When the new state is taken.
        until: UnixTime,
        /// Which application.
        application: ApplicationName,
        /// Its first community.
        community: Community,
    },
    /// Its configuration is of a later release.
    #[error(
        "ConfigurationError: {reason} on application {application} and community {}",
        Quoted(.community)
    )]
    NotUnderstood {
        /// What is not understood.
        reason: String,
        /// Which application.
        application: ApplicationName,
        /// Its first community, as it is configured.
        community: String,
    },
}

impl KeptError {
    /// The application that it is about.
    pub fn application(&self) -> &ApplicationName {
        match self {
            Self::Loss { application, .. } | Self::NotUnderstood { application, .. } => application,
        }
    }
}
