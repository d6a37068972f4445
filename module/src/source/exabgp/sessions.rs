//! The state file of the program while it is a process of ExaBGP: for its next process, and for commands such as
//! `status`.

use std::fs;
use std::path::{Path, PathBuf};

use bgpcs::whole_file::WholeFileError;
use serde::{Deserialize, Serialize};

use crate::source::summary::BgpSummary;
use crate::state_file;

/// The version of the file's form. Release 4.1.0 did not write it.
pub const FORM: u32 = 1;

/// A process, which differs from a later process with the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Process {
    /// The process id.
    pub id: u32,
    /// In clock ticks since the system booted (`starttime` in `proc_pid_stat(5)`); none when there is no such process.
    start_time: Option<u64>,
}

impl Process {
    /// The process that has this id now.
    pub fn of(id: u32) -> Self {
        // The second field is the name, in parentheses. It can contain spaces and parentheses.
        let start_time = fs::read_to_string(format!("/proc/{id}/stat"))
            .ok()
            .and_then(|stat| stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok());
        Self { id, start_time }
    }

    /// Whether it is still running.
    pub fn is_alive(self) -> bool {
        self.start_time.is_some() && self == Self::of(self.id)
    }
}

/// The sessions of ExaBGP, as far as the program knows them from events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SavedSessions {
    /// The [form](FORM) of the file.
    #[serde(default)]
    pub version: u32,
    /// ExaBGP itself.
    pub exabgp: Process,
    /// The process of ExaBGP that wrote the file.
    pub program: Process,
    /// As of the last refresh.
    #[serde(rename = "survey")]
    pub summary: BgpSummary,
}

impl SavedSessions {
    /// The file in `directory`; none when it cannot be read.
    pub fn load(directory: &Path) -> Option<Self> {
        serde_json::from_slice(&state_file::read(&file(directory), state_file::LONGEST)?).ok()
    }

    /// Replaces the file in `directory`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, directory: &Path) -> Result<(), WholeFileError> {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        state_file::write(&file(directory), &bytes)
    }
}

fn file(directory: &Path) -> PathBuf {
    directory.join("exabgp-sessions.json")
}
