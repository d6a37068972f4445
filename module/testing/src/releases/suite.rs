//! The suites of Debian, and the routing engines that they have.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A suite of Debian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// Debian 11.
    Bullseye,
    /// Debian 12.
    Bookworm,
    /// Debian 13.
    Trixie,
    /// Debian unstable, whose releases change from day to day.
    Sid,
}

impl Suite {
    /// Those on which every test has to pass.
    pub const GATING: [Self; 3] = [Self::Bullseye, Self::Bookworm, Self::Trixie];

    /// Its name in an archive.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bullseye => "bullseye",
            Self::Bookworm => "bookworm",
            Self::Trixie => "trixie",
            Self::Sid => "sid",
        }
    }

    /// The suite of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Bullseye, Self::Bookworm, Self::Trixie, Self::Sid]
            .into_iter()
            .find(|suite| suite.name() == name)
    }

    /// The line of an engine's releases that the suite has; `None` when it moves.
    pub fn line(self, engine: Engine) -> Option<&'static str> {
        match (self, engine) {
            (Self::Bullseye, Engine::Bgpd) => Some("7.5"),
            (Self::Bullseye, Engine::Gobgpd) => Some("2.25"),
            (Self::Bookworm, Engine::Bgpd) => Some("8.4"),
            (Self::Bookworm, Engine::Gobgpd) => Some("3.10"),
            (Self::Trixie, Engine::Bgpd) => Some("10.3"),
            (Self::Trixie, Engine::Gobgpd) => Some("3.36"),
            (Self::Bullseye | Self::Bookworm | Self::Trixie, Engine::ExaBgp) => Some("4.2"),
            (Self::Sid, Engine::Bgpd | Engine::Gobgpd | Engine::ExaBgp) => None,
        }
    }

    /// Whether this machine runs it, so that its programs are the installed ones.
    pub(super) fn is_own(self) -> bool {
        let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
        release.lines().any(|line| line.strip_prefix("VERSION_CODENAME=") == Some(self.name()))
    }

    /// Where its programs are unpacked.
    pub(super) fn directory(self, target: &Path) -> PathBuf {
        target.join("lab/suites").join(self.name())
    }

    pub(super) fn program(self, target: &Path, engine: Engine) -> PathBuf {
        match self.is_own() {
            true => engine.installed().into(),
            false => self.directory(target).join("bin").join(engine.name()),
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Debian {}", self.name())
    }
}

/// A routing engine that Debian has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// FRR's bgpd.
    Bgpd,
    /// GoBGP's daemon; its client `gobgp` is beside it.
    Gobgpd,
    /// ExaBGP.
    ExaBgp,
}

impl Engine {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bgpd, Self::Gobgpd, Self::ExaBgp];

    /// The name of its program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bgpd => "bgpd",
            Self::Gobgpd => "gobgpd",
            Self::ExaBgp => "exabgp",
        }
    }

    /// Where the machine's own package has it.
    pub(super) fn installed(self) -> &'static str {
        match self {
            Self::Bgpd => "/usr/lib/frr/bgpd",
            Self::Gobgpd => "/usr/bin/gobgpd",
            Self::ExaBgp => "/usr/sbin/exabgp",
        }
    }
}
