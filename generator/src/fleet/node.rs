//! One node: what Salt did there and what the module says, as the node reports both, and what that makes of it.

use bgpcs::brief::Brief;
use bgpcs::{Health, Package, UnixTime};
use bgpcs_display::time;
use serde::{Deserialize, Serialize};

use super::answer::shown;

/// Longer names, codes and lists are not the module's.
const LONGEST_NAME: usize = 300;
const LONGEST_CODE: usize = 64;
const MOST: usize = 100;

/// What a node reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeReport {
    /// Version and release of the router package; none if it is not installed.
    pub package: Option<String>,
    /// When Salt wrote the module's configuration; none if it does not exist.
    pub configured: Option<UnixTime>,
    /// What the module says.
    pub module: Option<Brief>,
    /// Why the module says nothing, if it is there.
    pub silence: Option<String>,
}

impl NodeReport {
    /// Reads what the node printed to [`Question::State`](super::job::Question::State).
    ///
    /// # Errors
    /// Why it is no answer.
    pub fn read(output: &str) -> Result<Self, String> {
        let mut report = Self::default();
        let mut lines = output.lines();
        let mut value = |name: &str| {
            let value = lines.next()?.strip_prefix(name)?.strip_prefix(' ')?.trim();
            (value.len() <= LONGEST_NAME).then(|| (value != "none").then(|| value.to_owned()))
        };
        let (Some(package), Some(configured)) = (value("package"), value("configuration")) else {
            return Err(match output.trim().is_empty() {
                true => "its answer is empty".to_owned(),
                false => "its answer has another form".to_owned(),
            });
        };
        report.package = package.map(|text| shown(&text));
        report.configured = match configured.map(|text| text.parse()).transpose() {
            Ok(configured) => configured,
            Err(_) => return Err("its answer has another form".to_owned()),
        };
        let rest: Vec<&str> = lines.collect();
        let brief = rest.iter().find(|line| line.starts_with('{'));
        match brief.map(|line| serde_json::from_str::<Brief>(line)) {
            Some(Ok(brief)) if is_bounded(&brief) => report.module = Some(brief),
            Some(Ok(_)) => report.silence = Some("what it says is too long to be of the module".to_owned()),
            Some(Err(_)) => report.silence = Some("what it says has another form".to_owned()),
            None if rest.is_empty() => {}
            None => report.silence = Some(shown(&rest.join(" "))),
        }
        Ok(report)
    }

    /// Whether the plugin has left anything on the node.
    fn is_bare(&self) -> bool {
        self.package.is_none() && self.configured.is_none()
    }
}

/// Whether the module itself could have written it, which nothing else assumes.
fn is_bounded(brief: &Brief) -> bool {
    let is_name = |text: &String| text.len() <= LONGEST_NAME;
    let is_code = |text: &String| text.len() <= LONGEST_CODE;
    let is_time = |text: &Option<String>| text.as_ref().is_none_or(|text| time::parse(text).is_some());
    brief.applications.len() <= MOST
        && brief.findings.len() <= MOST
        && brief.findings.iter().all(is_code)
        && brief.applications.iter().all(|known| is_name(&known.name) && is_code(&known.digest))
        && [&brief.module, &brief.digest, &brief.run.outcome].into_iter().all(is_code)
        && [&brief.router, &brief.node].into_iter().flatten().all(is_name)
        && brief.configuration.digest.as_ref().is_none_or(is_code)
        && is_code(&brief.time)
        && [&brief.configuration.written, &brief.run.finished, &brief.changed].into_iter().all(is_time)
}

/// How a node is. The order is from good to bad for whoever has to be told first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeHealth {
    /// Its router has no profile, and nothing of the plugin is there.
    NoProfile,
    /// All is well.
    Healthy,
    /// Something needs attention.
    Degraded,
    /// It did not answer.
    NoAnswer,
    /// It does not work.
    Broken,
}

impl NodeHealth {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] = [Self::Broken, Self::NoAnswer, Self::Degraded, Self::Healthy, Self::NoProfile];

    /// As it is shown and typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoProfile => "no-profile",
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::NoAnswer => "no-answer",
            Self::Broken => "broken",
        }
    }

    /// The health in whose colour it is shown.
    pub fn colour(self) -> Health {
        match self {
            Self::NoProfile | Self::Healthy => Health::Healthy,
            Self::Degraded => Health::Degraded,
            Self::NoAnswer | Self::Broken => Health::Broken,
        }
    }
}

impl From<Health> for NodeHealth {
    fn from(health: Health) -> Self {
        match health {
            Health::Healthy => Self::Healthy,
            Health::Degraded => Self::Degraded,
            Health::Broken => Self::Broken,
        }
    }
}

/// What Salt did on a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaltState {
    /// Package and configuration are those of the pillar.
    Applied,
    /// The configuration is not that of the pillar.
    Outdated,
    /// The package is older than that of the pillar.
    OlderPackage,
    /// The package is newer than that of the pillar, or another build of it.
    OtherPackage,
    /// There is a configuration and no package.
    NoPackage,
    /// There is a package and no configuration.
    NoConfiguration,
    /// There is neither, although the router has a profile.
    NeverApplied,
    /// The router has no profile, and something of the plugin is there.
    LeftOver,
    /// The router has no profile, and nothing of the plugin is there.
    None,
    /// The node did not answer, or the module does not say which configuration it has.
    Unknown,
}

impl SaltState {
    /// What a report says of it. `expected` is the digest of the configuration in the pillar, if there is one.
    pub fn of(report: &NodeReport, has_profile: bool, expected: Option<&str>) -> Self {
        if !has_profile {
            return if report.is_bare() { Self::None } else { Self::LeftOver };
        }
        let Some(package) = &report.package else {
            return if report.is_bare() { Self::NeverApplied } else { Self::NoPackage };
        };
        if report.configured.is_none() {
            return Self::NoConfiguration;
        }
        let wanted = Package::router().version;
        if package.strip_prefix(&wanted).is_none_or(|rest| !(rest.is_empty() || rest.starts_with('.'))) {
            return if numbers(package) < numbers(&wanted) { Self::OlderPackage } else { Self::OtherPackage };
        }
        let digest = report.module.as_ref().map(|module| module.configuration.digest.as_deref());
        match (digest, expected) {
            (Some(has), Some(expected)) if has == Some(expected) => Self::Applied,
            (Some(_), Some(_)) => Self::Outdated,
            (None, _) | (_, None) => Self::Unknown,
        }
    }

    /// As it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Outdated => "outdated",
            Self::OlderPackage => "older-package",
            Self::OtherPackage => "other-package",
            Self::NoPackage => "no-package",
            Self::NoConfiguration => "no-configuration",
            Self::NeverApplied => "never-applied",
            Self::LeftOver => "left-over",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }

    /// The code of its finding; none where nothing is wrong, or something else tells what.
    pub fn finding(self) -> Option<&'static str> {
        match self {
            Self::Applied | Self::None | Self::Unknown => None,
            Self::Outdated => Some("salt-outdated"),
            Self::OlderPackage => Some("salt-older-package"),
            Self::OtherPackage => Some("salt-other-package"),
            Self::NoPackage => Some("salt-no-package"),
            Self::NoConfiguration => Some("salt-no-configuration"),
            Self::NeverApplied => Some("salt-never-applied"),
            Self::LeftOver => Some("salt-left-over"),
        }
    }

    /// How bad it is.
    pub fn health(self) -> Health {
        match self {
            Self::Applied | Self::None | Self::Unknown => Health::Healthy,
            Self::Outdated | Self::OlderPackage | Self::OtherPackage | Self::LeftOver => Health::Degraded,
            Self::NoPackage | Self::NoConfiguration | Self::NeverApplied => Health::Broken,
        }
    }
}

/// The numbers in a version, in their order.
fn numbers(version: &str) -> Vec<u64> {
    let digits = |c: char| !c.is_ascii_digit();
    version.split(digits).filter_map(|number| number.parse().ok()).collect()
}
