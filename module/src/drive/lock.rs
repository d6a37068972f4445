//! The lock by which only one process at a time writes the output file.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::health::service::{self, Service};
use crate::state_file;

/// The right to write the output file. It ends with this value, and with the process.
#[derive(Debug)]
pub struct Lock(File);

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
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .mode(state_file::FILE_MODE)
            .open(service::file(directory))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
    /// Says in the lock file that this process is a service, for the commands for operators. If that fails, they do not
    /// know it, and that is all.
    pub fn is_of_service(&self, command: &str) {
        let bytes = Service::this(command).bytes();
        let write = |mut file: &File| file.set_len(0).and_then(|()| file.write_all(&bytes));
        write(&self.0).ok();
    }
}
