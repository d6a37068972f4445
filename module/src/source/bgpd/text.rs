//! The table as bgpd prints it. As text it costs bgpd half the time of JSON, and has a fifth of the bytes.
//!
//! ```text
//!    Network          Next Hop            Metric LocPrf Weight Path
//! *> 10.0.0.0/8       192.0.2.2                              0 64513 i
//! *                   192.0.2.3                              0 64514 i
//! *> 2603:1006:1400:1234:5678:9abc:def0:0/120
//!                     2001:db8::2                            0 64513 i
//!
//! Displayed  2 routes and 4 total paths
//! ```
//!
//! The text is made for people and can differ between releases, so it is read strictly: the columns are those of the
//! head, every line has to fit them, and the last line has to give the number of prefixes. Anything else is an error,
//! after which the caller queries again for JSON.

use std::io::{self, BufRead, Read};

use memchr::memmem;

use crate::prefix::Prefix;

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// It is not complete.
    #[error("the reply is incomplete")]
    Io(#[from] io::Error),
    /// It is not of the known form.
    #[error("the table is of an unknown form")]
    Unknown,
}

/// The longest line that is read, in bytes: enough for an AS path of a thousand numbers.
const LONGEST_LINE: u64 = 16 * 1024;

/// Suppressed, stale, unsorted (10.4 and later): each is printed in the place of another code. Only JSON shows whether such
/// a path is valid, unless it is the best path, and whether an unsorted one is the best path.
const UNCLEAR: &[u8] = b"sSu";

/// Damped, of history only (RFC 2439), removed: a path that bgpd does not use, though it may be marked as valid.
const UNUSED: &[u8] = b"dhR";

/// Every status code that bgpd prints before a prefix.
const STATUS_CODES: &[u8] = b" *>=idhrsSRuVIN";

/// A path as its line shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownPath {
    /// Its prefix, which bgpd prints only for the first path.
    pub prefix: Prefix,
    /// Whether bgpd may use it (`*`).
    pub valid: bool,
    /// Whether it is the prefix's best path (`>`).
    pub best: bool,
    /// Whether its line does not show these two.
    pub is_unclear: bool,
}

/// What the head and the last line say about the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableTotals {
    /// The table version.
    pub version: Option<u64>,
    /// How many paths the table has, printed or not.
    pub paths: Option<u64>,
}

/// Reads a whole table, passing each path to `each`. `Ok(None)` for a table without a path, for which bgpd prints
/// nothing.
///
/// # Errors
/// When the text is not complete, or is not of the known form.
pub fn read(reply: impl Read, each: &mut dyn FnMut(ShownPath)) -> Result<Option<TableTotals>, TextError> {
    let mut lines = TextLines { reader: io::BufReader::with_capacity(64 * 1024, reply), line: Vec::new() };
    let Some(first) = lines.next()? else { return Ok(None) };
    let version = number(first.strip_prefix(b"BGP table version is ").ok_or(TextError::Unknown)?);
    let columns = loop {
        let line = lines.next()?.ok_or(TextError::Unknown)?;
        if let Some(columns) =
            memmem::find(line, b"Network ").filter(|_| memmem::find(line, b"Next Hop").is_some())
        {
            break columns;
        }
    };
    let mut table = TextTable { columns, prefix: None, count: 0 };
    let paths = loop {
        let line = lines.next()?.ok_or(TextError::Unknown)?;
        if let Some(rest) = line.strip_prefix(b"Displayed ") {
            if number(rest.trim_ascii_start()) != Some(table.count) {
                return Err(TextError::Unknown);
            }
            break memmem::find(rest, b" and ").and_then(|at| number(rest.get(at + 5..)?));
        }
        if !line.is_empty() {
            table.path(line, each)?;
        }
    };
    while let Some(line) = lines.next()? {
        if !line.is_empty() {
            return Err(TextError::Unknown);
        }
    }
    Ok(Some(TableTotals { version, paths }))
}

/// The number that is the first word of a text; a comma may follow it.
fn number(text: &[u8]) -> Option<u64> {
    let word = text.split(|byte| b" ,".contains(byte)).next()?;
    let digits = word.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(word).ok().filter(|_| digits)?.parse().ok()
}

/// The lines of a text, without line ends.
struct TextLines<R> {
    reader: io::BufReader<R>,
    line: Vec<u8>,
}

impl<R: Read> TextLines<R> {
    fn next(&mut self) -> Result<Option<&[u8]>, TextError> {
        self.line.clear();
        if (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        self.line.pop_if(|last| *last == b'\n').ok_or(TextError::Unknown)?;
        Ok(Some(self.line.trim_ascii_end()))
    }
}

/// The state while the lines are read.
struct TextTable {
    /// The column of the prefix; the status codes are before it.
    columns: usize,
    /// The prefix of the last line that has one: bgpd does not repeat it for further paths.
    prefix: Option<Prefix>,
    count: u64,
}

impl TextTable {
    fn path(&mut self, line: &[u8], each: &mut dyn FnMut(ShownPath)) -> Result<(), TextError> {
        let (status, rest) = line.split_at_checked(self.columns).ok_or(TextError::Unknown)?;
        if !status.iter().all(|byte| STATUS_CODES.contains(byte)) {
            return Err(TextError::Unknown);
        }
        if rest.first() != Some(&b' ') {
            let text = rest.split(|byte| *byte == b' ').next().unwrap_or_default();
            let prefix = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            self.prefix = Some(prefix.ok_or(TextError::Unknown)?);
            self.count += 1;
        }
        let prefix = self.prefix.ok_or(TextError::Unknown)?;
        let has_any = |codes: &[u8]| status.iter().any(|byte| codes.contains(byte));
        let is_used = !has_any(UNUSED);
        let best = is_used && has_any(b">");
        let valid = is_used && (best || has_any(b"*"));
        each(ShownPath { prefix, valid, best, is_unclear: is_used && !best && has_any(UNCLEAR) });
        Ok(())
    }
}
