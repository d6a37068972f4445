//! JSON from a source that might send strings or values of any length.

use std::cell::Cell;
use std::io::{self, BufReader, Read};

use memchr::memrchr_iter;
use serde::de::DeserializeOwned;
use serde_json::Deserializer;
use serde_json::de::IoRead;

/// Bytes read at once, which is also the longest string. A real reply has strings of a few thousand bytes at most.
const CHUNK_BYTES: usize = 64 * 1024;

/// Bytes of the longest element that is kept whole. A real element has a few thousand bytes at most, and what is made of one
/// can take eighty times as many.
const LONGEST_ELEMENT: usize = 256 * 1024;

/// A JSON reader that fails when these limits are exceeded. A caller that keeps whole elements passes `since_element`,
/// the bytes read since the end of the last element, and sets it to zero after each element.
pub fn json<'r>(
    reply: &'r mut dyn Read,
    since_element: Option<&'r Cell<usize>>,
) -> Deserializer<IoRead<BufReader<BoundedReply<'r>>>> {
    Deserializer::from_reader(BufReader::with_capacity(
        CHUNK_BYTES,
        BoundedReply { reply, run: 0, since_element },
    ))
}

/// Reads one JSON value, whose strings are in memory one at a time, unless it keeps them.
///
/// # Errors
/// When the reply is not complete, or not such a value.
pub fn value<T: DeserializeOwned>(reply: &mut dyn Read) -> io::Result<T> {
    let mut json = json(reply, None);
    let value = T::deserialize(&mut json)?;
    json.end()?;
    Ok(value)
}

/// Fails when no string begins or ends, or no element ends, for too many bytes, since the JSON library would keep all
/// of them in memory.
pub struct BoundedReply<'r> {
    reply: &'r mut dyn Read,
    /// Bytes since the last quotation mark that can begin or end a string.
    run: usize,
    since_element: Option<&'r Cell<usize>>,
}

impl Read for BoundedReply<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reply.read(buffer)?;
        let chunk = buffer.get(..length).unwrap_or_default();
        let ends_string = |at: &usize| at.checked_sub(1).and_then(|before| chunk.get(before)) != Some(&b'\\');
        match memrchr_iter(b'"', chunk).find(ends_string) {
            Some(at) => self.run = length - at,
            None => self.run += length,
        }
        let refuse = |what| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        if self.run > CHUNK_BYTES && length > 0 {
            return refuse("64 KiB without the end of a string");
        }
        if let Some(since) = self.since_element {
            since.set(since.get() + length);
            if since.get() > LONGEST_ELEMENT {
                return refuse("256 KiB without the end of an element");
            }
        }
        Ok(length)
    }
}
