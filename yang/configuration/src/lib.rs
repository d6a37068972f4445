//! The configuration as operators write it: any of its four forms read as a stream, profiles checked, and ready profiles.
//! The generator reads an authority with it, the module a profile that an operator wants to try.
//!
//! No document is kept in memory: each reader follows the text along the [`schema`] and passes what it finds to a
//! [`Sink`]. Nothing may be done with what the sink has gathered until the end of the configuration was read.

mod fragment;
mod json;
mod pcli;
pub mod preset;
pub mod profile;
mod profiles;
pub mod schema;
mod sink;
mod template;
mod xml;

use std::io::{self, BufReader, Cursor, Read};

pub use self::pcli::fault::{PcliError, PcliFault};
pub use self::profiles::{WrittenProfiles, read_profiles};
pub use self::sink::{End, Sink};
pub use self::xml::fault::{XmlError, XmlFault};

/// How many blank bytes may stand before the configuration.
const LONGEST_BLANK: usize = 1 << 20;

/// How much is read at once: enough to make system calls rare, and little beside the rest of the memory.
const BUFFER: usize = 128 << 10;

/// Reads a configuration. Its first character tells the form: `<` XML, `{` JSON, else PCLI text.
///
/// # Errors
/// When it could not be read to its end. What `sink` has received until then is only a part.
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
    let before = start.len() - 1;
    input.by_ref().take(LONGEST_FRAME).read_to_end(&mut start).map_err(ReadError::Input)?;
    refuse_frames(start.get(before..).unwrap_or_default())?;
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

/// How many bytes tell what a text is.
const LONGEST_FRAME: u64 = 16;

/// Refuses by its name what is wrapped around a configuration, or makes one only later.
fn refuse_frames(start: &[u8]) -> Result<(), ReadError> {
    // UTF-16 without its mark: every other byte of an ASCII character is zero.
    if start.iter().take(2).any(|byte| *byte == 0) {
        return Err(ReadError::Utf16);
    }
    // RFC 6242 section 4.2: a line feed, `#`, the length in digits, a line feed.
    if let Some(rest) = start.strip_prefix(b"#") {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let after = rest.get(digits..).unwrap_or_default();
        if digits > 0 && (after.starts_with(b"\n") || after.starts_with(b"\r\n")) {
            return Err(ReadError::Chunks);
        }
    }
    if template::MARKS.iter().any(|mark| start.starts_with(mark.as_bytes())) {
        return Err(ReadError::Template);
    }
    Ok(())
}

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// U+FEFF in UTF-16, little-endian and big-endian.
const UTF_16_MARKS: [[u8; 2]; 2] = [[0xFF, 0xFE], [0xFE, 0xFF]];

fn begins_mark(start: &[u8]) -> bool {
    BYTE_ORDER_MARK.starts_with(start) || UTF_16_MARKS.iter().any(|mark| mark.starts_with(start))
}

/// A configuration that could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Reading the file or standard input failed.
    #[error("it cannot be read: {0}")]
    Input(#[source] io::Error),
    /// It is empty or blank.
    #[error("it is empty; expected XML, JSON or PCLI text with an authority")]
    Empty,
    /// It begins with the byte order mark of UTF-16, which some editors write.
    #[error("it is UTF-16, expected UTF-8")]
    Utf16,
    /// It is XML in the chunks of a NETCONF session (RFC 6242 section 4.2).
    #[error(
        "it is in the chunks of NETCONF 1.1, which begin with # and a number; expected the XML in them alone"
    )]
    Chunks,
    /// It is a Jinja template.
    #[error("it is a Jinja template, expected the configuration that is made from it")]
    Template,
    /// It is incomplete or malformed XML.
    #[error("it is not usable XML: {0}")]
    Xml(#[source] XmlError),
    /// It is incomplete or malformed JSON.
    #[error("it is not usable JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// It is JSON without an authority.
    #[error(
        "it is JSON without an authority, expected one at the top, in config, or in datastore and config"
    )]
    JsonWithoutAuthority,
    /// It is incomplete PCLI text, or text that is not understood.
    #[error("it is not usable PCLI text: {0}")]
    Pcli(#[source] PcliError),
}
