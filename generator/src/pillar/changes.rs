//! What is to be done to the pillar directory, and what came of it.

use super::error::PillarDirError;

/// What makes the directory equal to a plan.
#[derive(Debug, Default)]
pub struct DirectoryChanges {
    /// Planned pillars whose file is absent or different, in the plan's order.
    pub write: Vec<FileWrite>,
    /// Names of files of ours that are not wanted any more.
    pub remove: Vec<String>,
    /// How many files are right as they are.
    pub unchanged: usize,
    /// Names of files of nodes in error, which stay as they are.
    pub kept: Vec<String>,
    /// How many files of ours there are.
    pub existing: usize,
}

/// A file to write.
#[derive(Debug, Clone, Copy)]
pub struct FileWrite {
    /// Which planned pillar.
    pub index: usize,
    /// Why.
    pub why: WriteReason,
}

/// Why a file is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteReason {
    /// There is none, or none with content.
    Absent,
    /// There is one that the generator did not write.
    Foreign,
    /// It has another content.
    Content,
    /// More users than needed may read it.
    Permissions,
}

impl DirectoryChanges {
    /// Whether more than half of the existing files would go.
    pub fn removes_most(&self) -> bool {
        self.remove.len() * 2 > self.existing
    }
}

/// What came of the changes.
#[derive(Debug, Default)]
pub struct AppliedChanges {
    /// How many files were created or replaced.
    pub written: usize,
    /// How many files are gone.
    pub removed: usize,
    /// The files that could not be replaced or removed while the others were.
    pub failures: Vec<FailedChange>,
}

/// A file that could not be replaced or removed.
#[derive(Debug)]
pub struct FailedChange {
    /// Its name in the directory.
    pub name: String,
    /// Why not.
    pub error: PillarDirError,
}
