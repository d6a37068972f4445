//! Reading an authority's configuration in any of its four forms, as a stream.
//!
//! No form is held in memory: each reader walks the text along the [`schema`] and tells a [`Sink`]
//! what it meets. A configuration counts only when its end was seen; until then nothing may be done with what the
//! sink has gathered.

mod json;
mod pcli;
pub mod schema;
mod sink;
mod xml;

use std::io::{self, BufReader, Cursor, Read};

pub use self::pcli::fault::{PcliError, PcliFault};
pub use self::sink::{End, Sink};
pub use self::xml::fault::{XmlError, XmlFault};

/// How much blank may stand before the configuration.
const LONGEST_BLANK: usize = 1 << 20;

/// How much is read at once: large enough to make system calls rare, small beside everything else.
const BUFFER: usize = 128 << 10;

/// Reads a configuration, told apart by its first character: XML, JSON, else PCLI text.
pub fn read(mut input: impl Read, sink: &mut impl Sink) -> Result<End, ReadError> {
    let mut start = Vec::new();
    let first = loop {
        let mut byte = [0];
        if input.read(&mut byte).map_err(ReadError::Input)? == 0 || start.len() > LONGEST_BLANK {
            return Err(ReadError::Empty);
        }
        start.push(byte[0]);
        if start == BYTE_ORDER_MARK {
            start.clear();
        } else if UTF_16_MARKS.iter().any(|mark| start == mark) {
            return Err(ReadError::Utf16);
        } else if !byte[0].is_ascii_whitespace() && !begins_mark(&start) {
            break byte[0];
        }
    };
    let document = Cursor::new(start).chain(input);
    let buffered = |document| BufReader::with_capacity(BUFFER, document);
    match first {
        b'<' => xml::read(document, sink).map_err(ReadError::Xml),
        b'{' => match json::read(buffered(document), sink) {
            Ok(true) => Ok(End::Seen),
            Ok(false) => Err(ReadError::JsonWithoutAuthority),
            Err(error) => Err(ReadError::Json(error)),
        },
        _ => pcli::read(buffered(document), sink).map_err(ReadError::Pcli),
    }
}

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// U+FEFF in UTF-16, with the lower byte first and last.
const UTF_16_MARKS: [[u8; 2]; 2] = [[0xFF, 0xFE], [0xFE, 0xFF]];

fn begins_mark(start: &[u8]) -> bool {
    BYTE_ORDER_MARK.starts_with(start) || UTF_16_MARKS.iter().any(|mark| mark.starts_with(start))
}

/// A configuration that could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file or standard input gave an error.
    #[error("it cannot be read: {0}")]
    Input(#[source] io::Error),
    /// Nothing or only blanks.
    #[error("it is empty; expected XML, JSON or PCLI text with an authority")]
    Empty,
    /// It begins with the byte order mark of another encoding, as what some editors save does.
    #[error("it is UTF-16, expected UTF-8")]
    Utf16,
    /// Not whole or not well-formed XML.
    #[error("it is not usable XML: {0}")]
    Xml(#[source] XmlError),
    /// Not whole or not well-formed JSON.
    #[error("it is not usable JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// JSON without an authority.
    #[error("it is JSON that has no authority, expected it bare, in config, or in datastore and config")]
    JsonWithoutAuthority,
    /// Not whole or not understood PCLI text.
    #[error("it is not usable PCLI text: {0}")]
    Pcli(#[source] PcliError),
}
