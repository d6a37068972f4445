//! One run, from the configuration to the pillar directory and the log: `generate`, `check` or `purge`.

mod check;
mod completion;
mod error;
mod generate;
mod lock;
mod pending;
mod purge;
mod report_findings;
mod settings;

pub use self::check::{Checked, check};
pub use self::completion::Completion;
pub use self::error::RunError;
pub use self::generate::generate;
pub(crate) use self::lock::lock_existing;
pub use self::purge::purge;
pub(crate) use self::report_findings::findings;
pub use self::settings::{ConfigurationSource, RunSettings};
