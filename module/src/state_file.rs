//! The files in the state directory: nobody but this program's user and root may read them, so that nobody else can hold the
//! lock or know what the router knows; and none takes more memory than it may have bytes.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use bgpcs::whole_file::{Staged, WholeFileError};
use rustix::fs::{FlockOperation, flock};

use crate::bounded_file;
use crate::users;

/// Permission bits of the directory.
const DIRECTORY_MODE: u32 = 0o700;

/// Permission bits of its files.
pub const FILE_MODE: u32 = 0o600;

/// The bits that a group and others have.
const OF_OTHERS: u32 = 0o077;

/// The longest file that is read, in bytes: several times what a run leaves. What is longer counts as none.
pub const LONGEST: u64 = 4 << 20;

/// The name of the lock.
pub const LOCK: &str = "lock";

/// The content of a file; none if it cannot be read, or is longer than so many bytes.
pub fn read(path: &Path, longest: u64) -> Option<Vec<u8>> {
    bounded_file::read(path, longest).ok()
}

/// Replaces a file.
///
/// # Errors
/// When it cannot be written; the old one is still there.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WholeFileError> {
    Staged::write(path, bytes, FILE_MODE)?.publish()
}

/// Makes the directory if it does not exist, and takes from other users what an earlier release let them do. Returns what
/// was corrected, a sentence for the operator.
///
/// # Errors
/// When the directory cannot be made.
pub fn prepare(directory: &Path) -> io::Result<Option<String>> {
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(DIRECTORY_MODE).create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {}
        made => made?,
    }
    if !is_of_this_program(directory)? {
        return Ok(None);
    }
    // If another user has the directory, it is theirs to decide.
    let mut corrected = close(directory, DIRECTORY_MODE).unwrap_or(false);
    for entry in fs::read_dir(directory)?.flatten() {
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        corrected |= match entry.file_name() == LOCK {
            true => replace_open_lock(&path)?,
            false => close(&path, FILE_MODE).unwrap_or(false),
        };
    }
    Ok(corrected.then(|| {
        format!(
            "{} and its files were open to other users, and are not any more; check who may have read them",
            directory.display()
        )
    }))
}

/// Removes a lock that other users could open, who could hold it for ever; whether it was one. While root or this program's
/// user holds it, as the service of an earlier release does, it stays as it is: there are never two writers.
fn replace_open_lock(path: &Path) -> io::Result<bool> {
    let file = File::open(path)?;
    let opened = file.metadata()?;
    if opened.mode() & OF_OTHERS == 0 {
        return Ok(false);
    }
    // It is held until the path is free, so that nobody else takes it meanwhile.
    let is_held = flock(&file, FlockOperation::NonBlockingLockExclusive).is_err();
    if is_held && holder(opened.ino()).is_some_and(users::is_own_or_root) {
        return Ok(false);
    }
    // Another process may have replaced it in this moment.
    if fs::symlink_metadata(path).is_ok_and(|now| (now.dev(), now.ino()) == (opened.dev(), opened.ino())) {
        fs::remove_file(path)?;
    }
    Ok(true)
}

/// The user of the process that holds the lock of a file, as the kernel lists it (`proc_locks(5)`): `1: FLOCK ADVISORY WRITE
/// 4711 fd:00:1234 0 EOF`. None when that process has gone and left it to another one, which only the service of another user
/// would do.
fn holder(inode: u64) -> Option<u32> {
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let process = locks.lines().find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (kind, process, file) = (fields.next()?, fields.nth(2)?, fields.next()?);
        (kind == "FLOCK" && file.rsplit(':').next()?.parse() == Ok(inode)).then_some(process)
    })?;
    fs::metadata(Path::new("/proc").join(process)).ok().map(|process| process.uid())
}

/// Whether a directory may be closed to other users: one that is sticky, such as `/tmp`, or that has anything but files in
/// it, has others in it as well.
fn is_of_this_program(directory: &Path) -> io::Result<bool> {
    const STICKY: u32 = 0o1000;
    let is_sticky = fs::metadata(directory)?.permissions().mode() & STICKY != 0;
    let has_only_files =
        fs::read_dir(directory)?.flatten().all(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    Ok(!is_sticky && has_only_files)
}

/// Sets the permission bits of a file if other users have any; whether they had.
fn close(path: &Path, mode: u32) -> io::Result<bool> {
    let is_open = fs::metadata(path)?.permissions().mode() & OF_OTHERS != 0;
    if is_open {
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(is_open)
}
