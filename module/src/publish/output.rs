//! The file that SSR's application identification reads.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::SystemTime;

use bgpcs::RefreshInterval;
use bgpcs::whole_file::{self, WholeFileError};
use serde::{Deserialize, Serialize};

use crate::collect::last_good::LastOutput;
use crate::collect::services::Services;
use crate::source::bounded_json;
use bgpcs::digest::{Digesting, digest_of};

/// Permission bits of the file: SSR reads it, whoever it runs as.
const MODE: u32 = 0o644;

/// The longest file of which the prefixes are read, in bytes: more than the most prefixes that are written need.
pub const LONGEST: u64 = 128 << 20;

/// The content of the file. Its keys and their order are what the plugin's documentation shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct OutputContent<'o> {
    module_name: &'static str,
    duration: RefreshInterval,
    continue_file_watch: bool,
    services: &'o Services,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'o str>,
}

impl<'o> OutputContent<'o> {
    /// The content: prefixes by application, the seconds until SSR runs the module again, and what failed.
    pub fn new(duration: RefreshInterval, services: &'o Services, error: Option<&'o str>) -> Self {
        Self { module_name: bgpcs::PLUGIN, duration, continue_file_watch: true, services, error }
    }

    fn write_to(&self, mut file: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")
    }

    /// Replaces the file atomically by this content, and returns its [digest](bgpcs::digest).
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
        // A sink does not fail.
        self.write_to(&mut digesting).ok();
        digesting.digest()
    }
}

/// Sets the modification time to the present, so that an operator sees that the module ran.
///
/// # Errors
/// When the file cannot be opened for writing.
pub fn touch(path: &Path) -> io::Result<()> {
    File::options().append(true).open(path)?.set_modified(SystemTime::now())
}

/// The file as the last run left it.
#[derive(Debug, Clone, Copy)]
pub struct OutputFile<'f>(pub &'f Path);

impl OutputFile<'_> {
    /// Whether it can be replaced, and read in the next run: it is a regular file, or nothing yet; no directory, device or
    /// pipe.
    pub fn is_replaceable(&self) -> bool {
        fs::metadata(self.0).map_or(true, |found| found.is_file())
    }
}

impl LastOutput for OutputFile<'_> {
    fn digest(&self) -> Option<u64> {
        digest_of(self.0)
    }

    fn services(&self) -> Services {
        #[derive(Deserialize)]
        struct Earlier {
            services: Services,
        }

        let earlier = || {
            // Opening a pipe would wait for its other end.
            let file = File::open(Some(self.0).filter(|_| self.is_replaceable())?).ok()?;
            if file.metadata().ok()?.len() > LONGEST {
                return None;
            }
            bounded_json::value::<Earlier>(&mut file.take(LONGEST)).ok()
        };
        earlier().map(|earlier| earlier.services).unwrap_or_default()
    }
}
