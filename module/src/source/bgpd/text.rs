//! bgpd's table as text, which costs it half of what JSON costs and a fifth of the bytes.
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
//! The text is made for people and may differ between releases. So nothing is guessed: the columns are those of the
//! head, every line has to fit, and the number of prefixes has to be the one in the last line. Whatever does not fit
//! is an error, upon which the caller asks for JSON.

use std::io::{self, BufRead, Read};

use memchr::memmem;

use crate::prefix::Prefix;

/// Why a table is of no use.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// It did not come whole.
    #[error("the reply broke off")]
    Io(#[from] io::Error),
    /// It is not of the known form.
    #[error("the table is of an unknown form")]
    Unknown,
}

/// Longer lines are not read: an AS path of a thousand numbers has room.
const LINE: u64 = 16 * 1024;

/// The state of a path that only a detailed look could tell, unless it is the best one: suppressed, stale, removed.
const UNCERTAIN: &[u8] = b"sSR";

/// Every character that can stand before a prefix.
const STATUS: &[u8] = b" *>=idhrsSRVIN";

/// A path as its line shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownPath {
    /// Where it leads; that of the line before, if it stands there only.
    pub prefix: Prefix,
    /// Whether bgpd may use it.
    pub valid: bool,
    /// Whether it is the prefix's best.
    pub best: bool,
}

/// What is said of the table around its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableTotals {
    /// The table's version.
    pub version: Option<u64>,
    /// How many paths the table has, shown or not.
    pub paths: Option<u64>,
}

/// Reads a whole table, passing each path to `each`. Where there is none, bgpd says nothing at all.
///
/// # Errors
/// When the text does not come whole, or is not of the known form.
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

/// TextLines without their ends.
struct TextLines<R> {
    reader: io::BufReader<R>,
    line: Vec<u8>,
}

impl<R: Read> TextLines<R> {
    fn next(&mut self) -> Result<Option<&[u8]>, TextError> {
        self.line.clear();
        if (&mut self.reader).take(LINE).read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        self.line.pop_if(|last| *last == b'\n').ok_or(TextError::Unknown)?;
        Ok(Some(self.line.trim_ascii_end()))
    }
}

/// What is known while the lines are read.
struct TextTable {
    /// Where prefixes begin; before them stands the status.
    columns: usize,
    /// Of the last line that had one: further paths of a prefix do not repeat it.
    prefix: Option<Prefix>,
    count: u64,
}

impl TextTable {
    fn path(&mut self, line: &[u8], each: &mut dyn FnMut(ShownPath)) -> Result<(), TextError> {
        let (status, rest) = line.split_at_checked(self.columns).ok_or(TextError::Unknown)?;
        if !status.iter().all(|byte| STATUS.contains(byte)) {
            return Err(TextError::Unknown);
        }
        if rest.first() != Some(&b' ') {
            let text = rest.split(|byte| *byte == b' ').next().unwrap_or_default();
            let prefix = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            self.prefix = Some(prefix.ok_or(TextError::Unknown)?);
            self.count += 1;
        }
        let best = status.contains(&b'>');
        if !best && status.iter().any(|byte| UNCERTAIN.contains(byte)) {
            return Err(TextError::Unknown);
        }
        let prefix = self.prefix.ok_or(TextError::Unknown)?;
        each(ShownPath { prefix, valid: best || status.contains(&b'*'), best });
        Ok(())
    }
}
