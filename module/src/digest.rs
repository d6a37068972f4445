//! Numbers that tell the contents of files apart.

use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};
use std::path::Path;

/// Passes on what is written, and makes a number of it.
pub struct Digesting<W> {
    inner: W,
    hasher: DefaultHasher,
}

impl<W: Write> Digesting<W> {
    /// Nothing written yet.
    pub fn new(inner: W) -> Self {
        Self { inner, hasher: DefaultHasher::new() }
    }

    /// The number of what was written.
    pub fn digest(&self) -> u64 {
        self.hasher.finish()
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.inner.write(bytes)?;
        self.hasher.write(bytes.get(..length).unwrap_or_default());
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The number of these bytes.
pub fn digest_of_bytes(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// The number of a file's content, if it can be read.
pub fn digest_of(path: &Path) -> Option<u64> {
    let mut digesting = Digesting::new(io::sink());
    io::copy(&mut File::open(path).ok()?, &mut digesting).ok()?;
    Some(digesting.digest())
}
