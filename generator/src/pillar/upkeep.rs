//! What the pillar directory needs beside the pillar files: its own permissions, no remains of interrupted runs, and the
//! marker.
//!
//! The dispatcher takes a node without a pillar file for one without a profile only if the marker is there. So a
//! directory that was emptied, or that no run has filled yet, takes nothing away from any node.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bgpcs::whole_file::{self, WholeFileError};
use bgpcs::{PLUGIN, paths};
use serde::{Deserialize, Serialize};

use super::changes::DirectoryChanges;
use super::directory::{DIRECTORY_MODE, FILE_MODE, PillarDir};
use super::error::PillarDirError;
use crate::authority::Authority;

/// The content of the marker.
#[derive(Serialize)]
struct Marker<'a> {
    /// The asset ids that have no pillar file although their routers may have a profile.
    undecided: &'a [String],
}

/// What is needed to know whose pillar a file is.
#[derive(Deserialize)]
struct PillarOwner {
    router: String,
}

impl PillarDir {
    /// Takes away permissions of the directory that let others read or change pillars. Gives what they were.
    ///
    /// A directory with the sticky bit, such as `/tmp`, is meant to be shared, so it stays as it is.
    ///
    /// # Errors
    /// When the permissions cannot be changed.
    pub fn close(&self) -> Result<Option<u32>, PillarDirError> {
        const STICKY: u32 = 0o1000;
        let Some(handle) = &self.handle else { return Ok(None) };
        let fail = |source| PillarDirError::at("change the permissions of", &self.path, source);
        let mode = handle.metadata().map_err(fail)?.mode() & 0o7777;
        if mode & STICKY != 0 || mode & 0o777 & !DIRECTORY_MODE == 0 {
            return Ok(None);
        }
        handle.set_permissions(Permissions::from_mode(mode & DIRECTORY_MODE)).map_err(fail)?;
        Ok(Some(mode))
    }

    /// Removes what interrupted runs left.
    ///
    /// # Errors
    /// When some of it could not be removed.
    pub fn sweep(&self) -> Result<(), WholeFileError> {
        if self.handle.is_some() { whole_file::sweep(&self.path) } else { Ok(()) }
    }

    /// Whether the marker is there.
    pub fn is_marked(&self) -> bool {
        self.marker().exists()
    }

    /// Leaves the marker: every node without a pillar file has no profile, except these asset ids.
    ///
    /// # Errors
    /// When the marker cannot be written.
    pub fn mark(&self, undecided: &[String]) -> Result<(), PillarDirError> {
        let text = serde_json::to_string(&Marker { undecided }).map_err(PillarDirError::Text)? + "\n";
        let name = self.marker_name();
        let mut present = Vec::new();
        let access = self.read(&name, text.len() + 1, &mut present)?;
        if present == text.as_bytes() && access.is_none() {
            return Ok(());
        }
        whole_file::write(&self.marker(), text.as_bytes(), FILE_MODE).map_err(PillarDirError::Write)
    }

    /// Removes the marker. It has to go before the pillar files, which would otherwise be missed as if by a decision.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn unmark(&self) -> Result<(), PillarDirError> {
        match fs::remove_file(self.marker()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(PillarDirError::at("remove", &self.marker(), error))
            }
            _ => Ok(()),
        }
    }

    /// Keeps the files of routers that the authority does not have, for a configuration that may be a part of it.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn keep_absent(
        &self,
        authority: &Authority,
        changes: &mut DirectoryChanges,
    ) -> Result<(), PillarDirError> {
        let mut removed = Vec::new();
        for name in std::mem::take(&mut changes.remove) {
            let router = self.router_of(&name)?;
            let known = router.and_then(|router| authority.names.get(&router));
            if known.is_some_and(|router| authority.routers.contains_key(&router)) {
                removed.push(name);
            } else {
                changes.absent.push(name);
            }
        }
        changes.remove = removed;
        Ok(())
    }

    /// The router that a pillar file names.
    fn router_of(&self, name: &str) -> Result<Option<String>, PillarDirError> {
        let mut content = Vec::new();
        self.read(name, usize::MAX, &mut content)?;
        let text = String::from_utf8_lossy(&content);
        let json: String = text.lines().filter(|line| !line.starts_with('#')).collect();
        let document = serde_json::from_str::<serde_json::Value>(&json).unwrap_or_default();
        let owner = document.get(PLUGIN).map(PillarOwner::deserialize);
        Ok(owner.and_then(Result::ok).map(|owner| owner.router))
    }

    fn marker(&self) -> PathBuf {
        self.path.join(self.marker_name())
    }

    fn marker_name(&self) -> String {
        let name = Path::new(paths::PILLAR_MARKER).file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}
