//! Digests that tell the contents of files apart, and stay the same from release to release.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

/// Passes on what is written, and makes a digest of it: the first 64 bits of its SHA-256.
pub struct Digesting<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Digesting<W> {
    /// Nothing written yet.
    pub fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new() }
    }

    /// The digest of what was written.
    pub fn digest(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.hash.finalize().0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.inner.write(bytes)?;
        self.hash.update(bytes.get(..length).unwrap_or_default());
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The digest of these bytes.
pub fn digest_of_bytes(bytes: &[u8]) -> u64 {
    let mut digesting = Digesting::new(io::sink());
    // A sink does not fail.
    digesting.write_all(bytes).ok();
    digesting.digest()
}

/// The digest of a regular file's content, if it can be read.
pub fn digest_of(path: &Path) -> Option<u64> {
    // Opening a pipe would wait for its other end.
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mut digesting = Digesting::new(io::sink());
    io::copy(&mut File::open(path).ok()?, &mut digesting).ok()?;
    Some(digesting.digest())
}
