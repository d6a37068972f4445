//! JSON from a source that is not trusted to keep its texts and values short.

use std::cell::Cell;
use std::io::{self, BufReader, Read};

use memchr::memrchr_iter;
use serde_json::Deserializer;
use serde_json::de::IoRead;

/// Bytes read at once, and so the longest string: none in a sound reply has more than a few thousand.
const CHUNK: usize = 64 * 1024;

/// Bytes of the longest element that is kept whole: no sound one has more than a few thousand.
const ELEMENT: usize = 1 << 20;

/// Reads JSON within these bounds. Whoever keeps elements whole counts in `since_element` from the end of the last one
/// on, by setting it to zero there.
pub fn json<'r>(
    reply: &'r mut dyn Read,
    since_element: Option<&'r Cell<usize>>,
) -> Deserializer<IoRead<BufReader<Bounded<'r>>>> {
    Deserializer::from_reader(BufReader::with_capacity(CHUNK, Bounded { reply, run: 0, since_element }))
}

/// Refuses a reply in which no string begins or ends, or no element ends, for a long time, since that would be kept in
/// memory whole.
pub struct Bounded<'r> {
    reply: &'r mut dyn Read,
    /// Bytes since the last quotation mark that can be the begin or end of a string.
    run: usize,
    since_element: Option<&'r Cell<usize>>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reply.read(buffer)?;
        let chunk = buffer.get(..length).unwrap_or_default();
        let ends_string = |at: &usize| at.checked_sub(1).and_then(|before| chunk.get(before)) != Some(&b'\\');
        match memrchr_iter(b'"', chunk).find(ends_string) {
            Some(at) => self.run = length - at,
            None => self.run += length,
        }
        let refuse = |what| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        if self.run > CHUNK && length > 0 {
            return refuse("64 KiB without the end of a string");
        }
        if let Some(since) = self.since_element {
            since.set(since.get() + length);
            if since.get() > ELEMENT {
                return refuse("1 MiB without the end of an element");
            }
        }
        Ok(length)
    }
}
