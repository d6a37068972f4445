//! The configuration in any form, compressed with gzip or not.

mod gzip;

use std::io::{Cursor, Read};

use self::gzip::Expanded;
pub use bgpcs_configuration::{End, PcliError, PcliFault, ReadError, Sink, XmlError, XmlFault, schema};

/// Reads a configuration as [`bgpcs_configuration::read`] does, after it was expanded if it is compressed.
///
/// # Errors
/// When it could not be read to its end. What `sink` has received until then is only a part.
pub fn read(mut input: impl Read, sink: &mut impl Sink) -> Result<End, ReadError> {
    let mut start = Vec::new();
    input.by_ref().take(gzip::MAGIC.len() as u64).read_to_end(&mut start).map_err(ReadError::Input)?;
    let is_compressed = start == gzip::MAGIC;
    let document = Cursor::new(start).chain(input);
    if is_compressed {
        bgpcs_configuration::read(Expanded::new(document), sink)
    } else {
        bgpcs_configuration::read(document, sink)
    }
}
