//! Reading a file that may have any length.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The content of a file.
///
/// # Errors
/// When it cannot be read, and [`FileTooLarge`](io::ErrorKind::FileTooLarge) when it is longer than so many bytes.
pub fn read(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let too_large =
        || io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {longest} bytes"));
    if length > longest {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // It may grow while it is read.
    file.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest { Err(too_large()) } else { Ok(bytes) }
}
