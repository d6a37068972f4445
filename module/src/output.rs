//! The file that SSR's application identification reads.

use std::fs;
use std::path::Path;

use bgpcs::RefreshInterval;
use bgpcs::whole_file::{self, WholeFileError};
use serde::{Deserialize, Serialize};

use crate::services::Services;

/// Permission bits of the file: SSR reads it, whoever it runs as.
const MODE: u32 = 0o644;

/// The content of the file. Its keys and their order are what the plugin's documentation shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Output<'o> {
    module_name: &'static str,
    duration: RefreshInterval,
    continue_file_watch: bool,
    services: &'o Services,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'o str>,
}

impl<'o> Output<'o> {
    /// What SSR is told: the prefixes by application, when to run the module again (in seconds), and what failed.
    pub fn new(duration: RefreshInterval, services: &'o Services, error: Option<&'o str>) -> Self {
        Self { module_name: bgpcs::PLUGIN, duration, continue_file_watch: true, services, error }
    }

    /// The file's bytes, indented by two spaces, with a line break at the end.
    ///
    /// # Errors
    /// None in practice: every key is text, and memory does not refuse to be written to.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Replaces the file by `bytes`, whole.
///
/// # Errors
/// When the file could not be replaced; the old one is still there.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WholeFileError> {
    whole_file::write(path, bytes, MODE)
}

/// The services that the file has, if there is a file and it can be understood.
pub fn read_services(path: &Path) -> Option<Services> {
    #[derive(Deserialize)]
    struct Earlier {
        services: Services,
    }

    let bytes = fs::read(path).ok()?;
    serde_json::from_slice::<Earlier>(&bytes).ok().map(|earlier| earlier.services)
}
