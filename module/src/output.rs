//! The file that SSR's application identification reads.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use bgpcs::RefreshInterval;
use bgpcs::whole_file::{self, WholeFileError};
use serde::{Deserialize, Serialize};

use crate::digest::Digesting;
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

    fn write_to(&self, mut file: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")
    }

    /// Replaces the file by this content, whole, and returns its [digest](crate::digest).
    ///
    /// # Errors
    /// When the file could not be replaced; the old one is still there.
    pub fn write(&self, path: &Path) -> Result<u64, WholeFileError> {
        let mut digest = None;
        whole_file::write_with(path, MODE, |file| {
            let mut digesting = Digesting::new(file);
            self.write_to(&mut digesting)?;
            digest = Some(digesting.digest());
            Ok(())
        })?;
        Ok(digest.unwrap_or_default())
    }

    /// The digest that the file would have with this content.
    pub fn digest(&self) -> u64 {
        let mut digesting = Digesting::new(io::sink());
        // Into nothing, nothing can fail to be written.
        self.write_to(&mut digesting).ok();
        digesting.digest()
    }
}

/// Gives the file the present time, by which an operator sees that the module ran.
///
/// # Errors
/// When the file is not ours to change.
pub fn touch(path: &Path) -> io::Result<()> {
    File::options().append(true).open(path)?.set_modified(SystemTime::now())
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
