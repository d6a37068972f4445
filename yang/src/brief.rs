//! What the module says of itself in one line, for the conductor that asks many nodes at once.

use serde::{Deserialize, Serialize};

use crate::Health;

/// The form of the line. A later form only adds keys.
pub const FORM: u8 = 1;

/// The most bytes of a line, with its line break. The line is long by its applications: those that do not fit are counted.
pub const LONGEST: usize = 2048;

/// The line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Brief {
    /// [`FORM`].
    pub version: u8,
    /// The version of the module.
    pub module: String,
    /// The router's name, as far as the node knows it.
    pub router: Option<String>,
    /// The node's name, as far as the node knows it.
    pub node: Option<String>,
    /// The node's clock, in the format of RFC 3339.
    pub time: String,
    /// The health by its findings.
    pub health: Health,
    /// The codes of the findings, each once, the worst first.
    pub findings: Vec<String>,
    /// The configuration that Salt wrote.
    pub configuration: BriefConfiguration,
    /// The last run.
    pub run: BriefRun,
    /// When the prefixes of any application changed last, in the format of RFC 3339; none if no change is recorded.
    pub changed: Option<String>,
    /// The number of prefixes, over all applications.
    pub prefixes: u64,
    /// The digest of all applications with all their prefixes.
    pub digest: String,
    /// Applications in the operator's order, as many as fit.
    pub applications: Vec<BriefApplication>,
    /// How many further applications there are.
    pub left_out: usize,
}

/// The configuration that the module has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BriefConfiguration {
    /// The digest of it as JSON; none if it cannot be used.
    pub digest: Option<String>,
    /// When it was written, in the format of RFC 3339; none if it does not exist.
    pub written: Option<String>,
}

/// The module's last run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BriefRun {
    /// Its outcome in a word; `none` before the first run.
    pub outcome: String,
    /// When it ended, in the format of RFC 3339.
    pub finished: Option<String>,
    /// The seconds between two runs.
    pub interval: u32,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BriefApplication {
    /// Its name.
    pub name: String,
    /// The number of its IPv4 prefixes.
    pub ipv4: u64,
    /// The number of its IPv6 prefixes.
    pub ipv6: u64,
    /// The digest of its prefixes: equal where they are equal.
    pub digest: String,
    /// For how many seconds its prefixes have been as they are; none if no change is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u64>,
}
