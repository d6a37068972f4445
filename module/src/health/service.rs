//! Which service runs, by the file of its lock: only a process that stays says there who it is.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::source::exabgp::sessions::Process;
use crate::state_file;

/// The longest word of a service that is read, in bytes.
const LONGEST: u64 = 4096;

/// The version of the file's form. Release 4.1.0 left the file empty.
const FORM: u32 = 1;

/// A process that keeps the output file up to date until it is ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Service {
    /// The [form](FORM) of the file.
    version: u32,
    /// The program's command: `watch` or `exabgp`.
    command: String,
    /// The process.
    pub process: Process,
}

impl Service {
    /// This process, as the command that it runs.
    pub fn this(command: &str) -> Self {
        Self { version: FORM, command: command.to_owned(), process: Process::of(std::process::id()) }
    }

    /// Whether ExaBGP started it.
    pub fn is_of_exabgp(&self) -> bool {
        self.command == "exabgp"
    }

    /// The service that runs with this state directory; none without one, and if nothing can be read about it.
    pub fn running(state_dir: &Path) -> Option<Self> {
        let service: Self = serde_json::from_slice(&state_file::read(&file(state_dir), LONGEST)?).ok()?;
        service.process.is_alive().then_some(service)
    }

    /// The content of the file.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// The lock file in a state directory.
pub fn file(state_dir: &Path) -> PathBuf {
    state_dir.join(state_file::LOCK)
}
