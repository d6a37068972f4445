//! The changes that make the pillar directory equal to a plan, and their result.

use super::error::PillarDirError;

/// The changes that make the directory equal to a plan. "Our" files are those that the generator wrote.
#[derive(Debug, Default)]
pub struct DirectoryChanges {
    /// Planned pillars whose file is absent or different, in the plan's order.
    pub write: Vec<FileWrite>,
    /// Names of our files that are not planned any more.
    pub remove: Vec<String>,
    /// How many files already are as planned.
    pub unchanged: usize,
    /// Names of our files of nodes in error, which stay unchanged.
    pub kept: Vec<String>,
    /// Names of our files whose routers are not in a configuration that may not be the whole authority; they stay
    /// unchanged.
    pub absent: Vec<String>,
    /// How many of our files exist.
    pub existing: usize,
}

/// A file to write.
#[derive(Debug, Clone, Copy)]
pub struct FileWrite {
    /// The index of the planned pillar.
    pub index: usize,
    /// Why.
    pub why: WriteReason,
}

/// Why a file has to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteReason {
    /// It does not exist, or is empty.
    Absent,
    /// Another program wrote it.
    Foreign,
    /// Its content differs.
    Content,
    /// Its permissions are too open.
    Permissions,
    /// It belongs to another user or group.
    Owner,
}

impl DirectoryChanges {
    /// Whether more than half of our files would be removed.
    pub fn removes_most(&self) -> bool {
        self.remove.len() * 2 > self.existing
    }
}

/// The result of the changes.
#[derive(Debug, Default)]
pub struct AppliedChanges {
    /// How many files were created or replaced.
    pub written: usize,
    /// How many files were removed.
    pub removed: usize,
    /// The files that could not be replaced or removed; the others were.
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
