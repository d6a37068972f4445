//! The lock by which only one process at a time writes the output file.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// The right to write the output file. It ends with this value, and with the process.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock is held for as long as the file is open")] File);

impl Lock {
    /// Takes the lock in `directory`, which is created if it does not exist; `None` when another process has the lock.
    ///
    /// # Errors
    /// When the directory or the lock file cannot be created.
    pub fn take(directory: &Path) -> io::Result<Option<Self>> {
        fs::create_dir_all(directory)?;
        let file = File::options().create(true).truncate(false).write(true).open(directory.join("lock"))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
