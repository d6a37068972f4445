//! The lock by which only one process at a time writes the output file.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::state_file::{self, LOCK};

/// The right to write the output file. It ends with this value, and with the process.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock is held for as long as the file is open")] File);

impl Lock {
    /// Takes the lock in `directory`, which is created if it does not exist; `None` when another process has the lock.
    ///
    /// # Errors
    /// When the directory or the lock file cannot be created.
    pub fn take(directory: &Path) -> io::Result<Option<Self>> {
        if let Some(corrected) = state_file::prepare(directory)? {
            eprintln!("{corrected}");
        }
        let mut options = File::options();
        let file = options.create(true).truncate(false).write(true).mode(0o600).open(directory.join(LOCK))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
