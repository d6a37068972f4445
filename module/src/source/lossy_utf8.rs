//! Text with bytes that are not UTF-8, such as a neighbor's host name in Latin-1.

use std::io::{self, Read};
use std::str;

/// Bytes that are read at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// A buffered reader of UTF-8: each byte of what is not UTF-8 is a question mark, so that lengths stay.
pub struct LossyUtf8<R> {
    reader: R,
    chunk: Vec<u8>,
    /// How much of the chunk was passed on.
    taken: usize,
    /// How much of the chunk is UTF-8.
    valid: usize,
    /// How much of the chunk was read: beyond `valid` is the beginning of a character.
    filled: usize,
}

impl<R: Read> LossyUtf8<R> {
    /// The text of `reader`.
    pub fn of(reader: R) -> Self {
        Self { reader, chunk: vec![0; CHUNK_BYTES], taken: 0, valid: 0, filled: 0 }
    }

    fn refill(&mut self) -> io::Result<()> {
        while self.taken == self.valid {
            self.chunk.copy_within(self.valid..self.filled, 0);
            let begun = self.filled - self.valid;
            let length = self.reader.read(self.chunk.get_mut(begun..).unwrap_or_default())?;
            self.filled = begun + length;
            self.taken = 0;
            let read = self.chunk.get_mut(..self.filled).unwrap_or_default();
            self.valid = make_valid(read);
            if length == 0 {
                read.get_mut(self.valid..).unwrap_or_default().fill(b'?');
                self.valid = self.filled;
                return Ok(());
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for LossyUtf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.refill()?;
        let mut left = self.chunk.get(self.taken..self.valid).unwrap_or_default();
        let length = left.read(buffer)?;
        self.taken += length;
        Ok(length)
    }
}

/// Replaces what is not UTF-8, and returns the length without a character that only begins at the end.
fn make_valid(text: &mut [u8]) -> usize {
    let mut checked = 0;
    while let Err(error) = str::from_utf8(text.get(checked..).unwrap_or_default()) {
        let bad = checked + error.valid_up_to();
        let Some(length) = error.error_len() else { return bad };
        checked = bad + length;
        text.get_mut(bad..checked).unwrap_or_default().fill(b'?');
    }
    text.len()
}
