//! The log of changes: a bounded file in the state directory, which answers "what changed since yesterday".
//!
//! A line of JSON for each entry, oldest first. A run appends its own; only when the file is full, its newer part replaces
//! it. What an interrupted run left of a line is passed over.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bgpcs::UnixTime;
use bgpcs::whole_file::{self, WholeFileError};
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::publish::changes::Change;
use crate::state_file;

/// The version of the file's form.
const FORM: u32 = 1;

/// The largest file, in bytes.
pub const LIMIT_BYTES: u64 = 4 * 1024 * 1024;

/// How much of a full file stays. So a quarter of the limit is written before the file is copied again.
const KEPT_BYTES: u64 = 3 * 1024 * 1024;

/// A time in which there was no run although one was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pause {
    /// The end of the last run before.
    #[serde(rename = "no-run-since")]
    pub from: UnixTime,
    /// The begin of the first run after.
    #[serde(rename = "time")]
    pub to: UnixTime,
}

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// Prefixes came or went.
    Change(Change),
    /// Nothing ran.
    Pause(Pause),
}

impl Entry {
    /// When it was written.
    pub fn time(&self) -> UnixTime {
        match self {
            Self::Change(change) => change.time,
            Self::Pause(pause) => pause.to,
        }
    }
}

/// The first line of the file.
#[derive(Serialize)]
struct LogHead {
    version: u32,
}

/// The log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChangeLogError {
    /// It cannot be read or appended to.
    #[error("cannot use {}: {source}", .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Its newer part cannot replace it.
    #[error(transparent)]
    Full(#[from] WholeFileError),
}

/// Appends entries to the log in `directory`. A power failure may lose them: to wait for the disk would cost more.
///
/// # Errors
/// When the file cannot be written.
pub fn append(directory: &Path, entries: &[Entry]) -> Result<(), ChangeLogError> {
    if entries.is_empty() {
        return Ok(());
    }
    let path = file(directory);
    let unusable = |source| ChangeLogError::Unusable { path: path.clone(), source };
    let length = append_lines(&path, entries).map_err(unusable)?;
    if length > LIMIT_BYTES { shorten(&path, length) } else { Ok(()) }
}

/// Returns the length of the file.
fn append_lines(path: &Path, entries: &[Entry]) -> io::Result<u64> {
    let mut file =
        open(path, File::options().read(true).append(true).create(true).mode(state_file::FILE_MODE))?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    if length == 0 {
        add_line(&mut bytes, &LogHead { version: FORM })?;
    } else {
        let mut last = [0];
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
        // An append was interrupted.
        if last != *b"\n" {
            bytes.push(b'\n');
        }
    }
    for entry in entries {
        add_line(&mut bytes, entry)?;
    }
    file.write_all(&bytes)?;
    Ok(length + bytes.len() as u64)
}

fn add_line(bytes: &mut Vec<u8>, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *bytes, line)?;
    bytes.push(b'\n');
    Ok(())
}

/// Replaces the file by its newer part.
fn shorten(path: &Path, length: u64) -> Result<(), ChangeLogError> {
    let newer = || {
        let mut file = open(path, File::options().read(true))?;
        file.seek(SeekFrom::Start(length - KEPT_BYTES))?;
        let mut newer = BufReader::new(file);
        // The line that begins in the older part.
        newer.skip_until(b'\n')?;
        Ok(newer)
    };
    let mut newer = newer().map_err(|source| ChangeLogError::Unusable { path: path.to_owned(), source })?;
    whole_file::write_with(path, state_file::FILE_MODE, |mut file| {
        let mut head = Vec::new();
        add_line(&mut head, &LogHead { version: FORM })?;
        file.write_all(&head)?;
        io::copy(&mut newer, &mut file).map(drop)
    })?;
    Ok(())
}

/// Passes each entry of the log in `directory` to `each`, oldest first; there are none without a file. A line that cannot
/// be read is left out.
///
/// # Errors
/// When there is a file that cannot be read.
pub fn read(directory: &Path, each: &mut dyn FnMut(Entry)) -> Result<(), ChangeLogError> {
    let path = file(directory);
    let mut read = || {
        let file = match open(&path, File::options().read(true)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        let mut lines = BufReader::new(file.take(2 * LIMIT_BYTES));
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            if let Ok(entry) = serde_json::from_slice(&line) {
                each(entry);
            }
            line.clear();
        }
        Ok(())
    };
    read().map_err(|source| ChangeLogError::Unusable { path: path.clone(), source })
}

/// Opens a regular file. Of anything else, such as a FIFO, it is not to wait for the other end.
fn open(path: &Path, options: &mut std::fs::OpenOptions) -> io::Result<File> {
    let flags = i32::try_from((OFlags::NONBLOCK | OFlags::NOFOLLOW).bits()).unwrap_or_default();
    let file = options.custom_flags(flags).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is no regular file")),
    }
}

fn file(directory: &Path) -> PathBuf {
    directory.join("changes.jsonl")
}
