//! The pillar files that Salt reads: their text, and their directory, which is made equal to a plan.

mod changes;
mod directory;
mod error;
pub mod file;
mod parallel;
mod upkeep;

pub use self::changes::{AppliedChanges, DirectoryChanges, FailedChange, FileWrite, WriteReason};
pub use self::directory::PillarDir;
pub use self::error::PillarDirError;
