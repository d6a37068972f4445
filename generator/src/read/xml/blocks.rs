//! A document in blocks that no markup crosses.

use std::io::{self, BufRead, Read};

/// How much is read at once: large enough to make system calls rare, small beside everything else.
const BLOCK: usize = 128 << 10;

/// Buffers a document so that whatever is between two `>` stands in one piece: as much as there is of it, and at most
/// as much more as is read at once.
pub(super) struct Blocks<R> {
    input: R,
    /// The current block, then the start of the next one, then room.
    buffer: Vec<u8>,
    /// Where in the block the reader is.
    at: usize,
    /// The block's end, behind the last `>` in the buffer, or at the document's end.
    end: usize,
    /// Where the room begins.
    filled: usize,
}

impl<R: Read> Blocks<R> {
    pub fn new(input: R) -> Self {
        Self { input, buffer: vec![0; BLOCK], at: 0, end: 0, filled: 0 }
    }

    fn next_block(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.end..self.filled, 0);
        self.filled -= self.end;
        self.at = 0;
        self.end = 0;
        loop {
            if self.filled == self.buffer.len() {
                self.buffer.resize(self.filled * 2, 0);
            }
            let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
            let read = self.input.read(room)?;
            let last = memchr::memrchr(b'>', room.get(..read).unwrap_or_default());
            let before = self.filled;
            self.filled += read;
            if let Some(last) = last {
                self.end = before + last + 1;
                return Ok(());
            }
            if read == 0 {
                self.end = self.filled;
                return Ok(());
            }
        }
    }
}

impl<R: Read> BufRead for Blocks<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.end {
            self.next_block()?;
        }
        Ok(self.buffer.get(self.at..self.end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at = self.end.min(self.at + count);
    }
}

impl<R: Read> Read for Blocks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}
