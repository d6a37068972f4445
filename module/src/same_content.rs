//! Whether a file has a content already.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// Bytes that are compared at once.
const PIECE: usize = 64 << 10;

/// Whether the regular file at `path` has what `content` writes, and nothing else. Neither of the two is in memory as a whole,
/// and writing fails at the first difference.
pub fn has(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> bool {
    let compare = || {
        // Opening a pipe would wait for its other end.
        let is_file = fs::metadata(path)?.is_file();
        let file = File::open(Some(path).filter(|_| is_file).ok_or(io::ErrorKind::InvalidInput)?)?;
        let mut same = Same { file, piece: vec![0; PIECE] };
        content(&mut same)?;
        same.file.read(&mut same.piece)
    };
    compare().is_ok_and(|more| more == 0)
}

/// Takes what a file should have.
struct Same {
    file: File,
    piece: Vec<u8>,
}

impl Write for Same {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for wanted in bytes.chunks(PIECE) {
            let found = self.piece.get_mut(..wanted.len()).unwrap_or_default();
            self.file.read_exact(found)?;
            if found != wanted {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
