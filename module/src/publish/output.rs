//! The file that SSR's application identification reads.

mod form;

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Take, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::SystemTime;

use bgpcs::RefreshInterval;
use bgpcs::digest::Digesting;
use bgpcs::whole_file::{self, WholeFileError};
use serde::Deserialize;

use crate::collect::last_good::LastOutput;
use crate::collect::services::Services;
use crate::same_content;
use crate::source::bounded_json;
use crate::users;

/// Permission bits of the file: SSR reads it, whoever it runs as.
const MODE: u32 = 0o644;

/// The longest file of which the prefixes are read, in bytes: more than the most prefixes that are written need.
pub const LONGEST: u64 = 128 << 20;

/// The content of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputContent<'o> {
    duration: RefreshInterval,
    services: &'o Services,
    error: Option<&'o str>,
}

impl<'o> OutputContent<'o> {
    /// The content: prefixes by application, the seconds until SSR runs the module again, and what failed.
    pub fn new(duration: RefreshInterval, services: &'o Services, error: Option<&'o str>) -> Self {
        Self { duration, services, error }
    }

    /// Replaces the file atomically by this content, and returns its [digest](bgpcs::digest).
    ///
    /// # Errors
    /// When the file could not be replaced; the old one is still there.
    pub fn write(&self, path: &Path) -> Result<u64, WholeFileError> {
        let mut digest = None;
        whole_file::write_with(path, MODE, |file| self.write_to(file, &mut digest))?;
        Ok(digest.unwrap_or_default())
    }

    /// The [digest](bgpcs::digest) of the file, if it has this content.
    pub fn digest_if_in(&self, path: &Path) -> Option<u64> {
        let mut digest = None;
        let has = same_content::has(path, |file| self.write_to(file, &mut digest));
        digest.filter(|_| has)
    }

    fn write_to(&self, file: &mut dyn Write, digest: &mut Option<u64>) -> io::Result<()> {
        let mut digesting = Digesting::new(file);
        form::write(self.duration, self.services, self.error, &mut digesting)?;
        *digest = Some(digesting.digest());
        Ok(())
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

    /// [Sets its time](touch) instead of replacing it, if it has what a new one would have beside its content: a regular file
    /// of this program's user, which all may read. Whether it could.
    pub fn touch_as_new(&self) -> bool {
        let is_as_new = |found: Metadata| {
            let mode = found.permissions().mode() & 0o7777;
            found.is_file() && mode == MODE && users::is_own(found.uid())
        };
        fs::symlink_metadata(self.0).is_ok_and(is_as_new) && touch(self.0).is_ok()
    }

    /// Opens it if it may be read: opening a pipe would wait for its other end.
    fn open(&self) -> Option<Take<File>> {
        let file = File::open(Some(self.0).filter(|_| self.is_replaceable())?).ok()?;
        (file.metadata().ok()?.len() <= LONGEST).then(|| file.take(LONGEST))
    }

    /// Its prefixes, whatever its form.
    fn read(&self) -> Option<Services> {
        #[derive(Deserialize)]
        struct Earlier {
            services: Services,
        }

        bounded_json::value::<Earlier>(&mut self.open()?).ok().map(|earlier| earlier.services)
    }
}

impl LastOutput for OutputFile<'_> {
    fn services_of(&self, digest: u64) -> Option<Services> {
        let mut file = Digested { file: self.open()?, digesting: Digesting::new(io::sink()) };
        let services = form::read(&mut file);
        // What is left of a file of another form.
        io::copy(&mut file, &mut io::sink()).ok()?;
        (file.digesting.digest() == digest).then(|| services.or_else(|| self.read()).unwrap_or_default())
    }

    fn services(&self) -> Services {
        let written = || form::read(&mut self.open()?);
        written().or_else(|| self.read()).unwrap_or_default()
    }
}

/// A file of which the digest is made while it is read.
struct Digested {
    file: Take<File>,
    digesting: Digesting<io::Sink>,
}

impl Read for Digested {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.digesting.write_all(buffer.get(..length).unwrap_or_default())?;
        Ok(length)
    }
}
