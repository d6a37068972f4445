//! Reads a document in blocks whose ends are between two tags.

use std::io::{self, BufRead, Read};

/// How much is read at once: enough to make system calls rare, and little beside the rest of the memory.
const BLOCK: usize = 128 << 10;

/// Buffers a document so that everything between two `>` is in one block. The buffer grows to the longest such piece
/// plus what is read at once.
pub(super) struct Blocks<R> {
    input: R,
    /// The current block, then the start of the next one, then free space.
    buffer: Vec<u8>,
    /// The position of the reader in the block.
    at: usize,
    /// The end of the block: after the last `>` in the buffer, or at the end of the document.
    end: usize,
    /// The start of the free space.
    filled: usize,
    /// How many line feeds are in the blocks before this one.
    line_feeds: usize,
}

impl<R: Read> Blocks<R> {
    pub fn new(input: R) -> Self {
        Self { input, buffer: vec![0; BLOCK], at: 0, end: 0, filled: 0, line_feeds: 0 }
    }

    /// The line of the reader's position, counted from 1.
    pub fn line(&self) -> usize {
        1 + self.line_feeds + line_feeds(self.buffer.get(..self.at))
    }

    fn next_block(&mut self) -> io::Result<()> {
        self.line_feeds += line_feeds(self.buffer.get(..self.end));
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

fn line_feeds(text: Option<&[u8]>) -> usize {
    memchr::memchr_iter(b'\n', text.unwrap_or_default()).count()
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
