//! What the nodes last answered, kept in a file of the conductor.
//!
//! The file only has nodes of the authority, and of each at most what one answer may be long.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use bgpcs::UnixTime;
use bgpcs::whole_file::{self, WholeFileError};
use serde::{Deserialize, Serialize};

use super::node::NodeReport;

/// The form of the file.
const FORM: u8 = 1;

/// Permission bits: the file has the names of nodes and applications.
const MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;

/// The largest file that is read: some 60,000 nodes with the longest answers.
const LONGEST: u64 = 256 << 20;

/// What was last heard of the fleet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    version: u8,
    /// When the whole fleet was asked last.
    pub asked: Option<UnixTime>,
    /// By asset id.
    pub nodes: BTreeMap<String, LastHeard>,
}

/// What was last heard of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastHeard {
    /// When.
    pub heard: UnixTime,
    /// What it said.
    pub report: NodeReport,
}

impl Cache {
    /// Reads the file; one that is absent or damaged is as good as none, and why is given.
    pub fn read(path: &Path) -> (Self, Option<io::Error>) {
        let read = || {
            let file = BufReader::new(File::open(path)?.take(LONGEST));
            let cache: Self = serde_json::from_reader(file)?;
            Ok(cache)
        };
        match read() {
            Ok(cache) => (cache, None),
            Err(error) if io::Error::kind(&error) == io::ErrorKind::NotFound => (Self::default(), None),
            Err(error) => (Self::default(), Some(error)),
        }
    }

    /// Replaces the file, and makes its directory where there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, path: &Path) -> Result<(), WholeFileError> {
        self.version = FORM;
        if let Some(directory) = path.parent().filter(|directory| fs::symlink_metadata(directory).is_err()) {
            // Writing the file tells why it could not be made.
            DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(directory).ok();
        }
        whole_file::write_with(path, MODE, |file| serde_json::to_writer(file, self).map_err(io::Error::from))
    }
}
