//! A node of the fleet, with all that is known of it.

use bgpcs::brief::Brief;
use bgpcs::{Health, UnixTime, plain};

use super::node::{NodeHealth, NodeReport, SaltState};
use crate::status::PillarState;

/// A node of the fleet.
#[derive(Debug)]
pub struct FleetNode {
    /// Its router.
    pub router: String,
    /// Its name.
    pub node: String,
    /// Its asset id, if it has one.
    pub asset_id: Option<String>,
    /// The profile of its router.
    pub profile: Option<String>,
    /// How it is.
    pub health: NodeHealth,
    /// The state of its pillar; none without a profile.
    pub(crate) pillar: Option<PillarState>,
    /// When its pillar was written.
    pub written: Option<UnixTime>,
    /// What Salt did there.
    pub salt: SaltState,
    /// What it answered, or else what was last known.
    pub report: Option<NodeReport>,
    /// Why it did not answer, if it did not.
    pub silence: Option<String>,
    /// When it last answered.
    pub heard: Option<UnixTime>,
    /// The codes of all findings about it, each once.
    pub findings: Vec<String>,
    /// The applications in which it is an outlier.
    pub outlier: Vec<String>,
}

impl FleetNode {
    /// What the module said, now or, without an answer, the last time.
    pub fn module(&self) -> Option<&Brief> {
        self.report.as_ref()?.module.as_ref()
    }

    /// What the module says now.
    pub fn answer(&self) -> Option<&Brief> {
        self.module().filter(|_| self.silence.is_none())
    }

    /// Why a module that is there says nothing, in words; empty if it is not there.
    pub(super) fn module_silence(&self) -> String {
        let silence = self.report.as_ref().and_then(|report| report.silence.as_deref());
        match silence {
            Some(_) if self.salt == SaltState::OlderPackage => "too old to be asked".to_owned(),
            silence => silence.map(plain).unwrap_or_default(),
        }
    }

    /// Adds a finding.
    pub(super) fn found(&mut self, code: &str, health: Health) {
        if !self.findings.iter().any(|known| known == code) {
            self.findings.push(plain(code));
        }
        if self.health != NodeHealth::NoAnswer {
            self.health = self.health.max(health.into());
        }
    }
}
