//! The pillar directory: the files that Salt reads, and how they become equal to a plan.

mod changes;
mod directory;
mod error;
pub mod file;
mod parallel;

pub use self::changes::{AppliedChanges, DirectoryChanges, FailedChange, FileWrite, WriteReason};
pub use self::directory::PillarDir;
pub use self::error::PillarDirError;
