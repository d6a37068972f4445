//! What `export config` writes: the configuration, compressed with gzip (RFC 1952).

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

/// The first two bytes of gzip data.
pub(super) const MAGIC: [u8; 2] = [0x1F, 0x8B];

/// How much compressed data may expand to: many times the largest authority, and read within a minute.
const LARGEST: u64 = 4 << 30;

/// The configuration in gzip data, as a stream. Nothing of it is kept.
pub(super) struct Expanded<R> {
    decoder: MultiGzDecoder<R>,
    left: u64,
}

impl<R: Read> Expanded<R> {
    pub fn new(input: R) -> Self {
        Self { decoder: MultiGzDecoder::new(input), left: LARGEST }
    }
}

impl<R: Read> Read for Expanded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, format!("its gzip data is damaged or was cut off ({error})")),
        })?;
        let beyond = || io::Error::other(format!("its gzip data expands to more than {} GiB", LARGEST >> 30));
        self.left = self.left.checked_sub(read as u64).ok_or_else(beyond)?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expanding_has_a_bound() {
        // A stored block of three bytes, in a member of its own.
        let member = [
            &[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255][..],
            &[1, 3, 0, 252, 255, b'a', b'b', b'c'],
            &0x3524_41C2_u32.to_le_bytes(),
            &3_u32.to_le_bytes(),
        ]
        .concat();
        let read = |left| {
            let mut expanded = Expanded { left, ..Expanded::new(&member[..]) };
            let mut text = String::new();
            expanded.read_to_string(&mut text).map(|_| text).map_err(|error| error.to_string())
        };
        assert_eq!(read(3), Ok("abc".into()));
        assert_eq!(read(2), Err("its gzip data expands to more than 4 GiB".into()));
    }
}
