//! How a command ends: the one table of exit statuses.

use std::process::ExitCode;

use bgpcs::Health;

/// An exit status, from good to bad. The numbers are those of monitoring plug-ins, for which 3 is "unknown".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Everything works.
    Healthy = 0,
    /// Something needs attention, but SSR keeps what it has.
    Degraded = 1,
    /// It does not work.
    Broken = 2,
    /// The command could not find out, or not say it.
    CannotTell = 3,
}

impl Exit {
    /// The table.
    pub const ALL: [Self; 4] = [Self::Healthy, Self::Degraded, Self::Broken, Self::CannotTell];

    /// The number.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// What it means, for the help text, the manual page and the operator's guide.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Healthy => {
                "healthy, or done; of a run: the output file is written, even with an error in it"
            }
            Self::Degraded => {
                "degraded: something needs attention, but the prefixes that SSR has can be used; of show: there are no \
                 prefixes; of changes: there is no such application; of a run: the output file could not be written"
            }
            Self::Broken => "broken; of explain: the source does not answer",
            Self::CannotTell => {
                "cannot tell: not root, the command is mistyped, or its result could not be written"
            }
        }
    }
}

impl From<Health> for Exit {
    fn from(health: Health) -> Self {
        match health {
            Health::Healthy => Self::Healthy,
            Health::Degraded => Self::Degraded,
            Health::Broken => Self::Broken,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(status: Exit) -> Self {
        Self::from(status.number())
    }
}
