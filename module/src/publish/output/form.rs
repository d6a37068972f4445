//! The form in which the output file is written, and in which it is read again: piece by piece, for a tenth of what a JSON
//! parser needs. It is the documented one, and is JSON; what does not have it to the letter is left to a JSON parser.
//!
//! ```text
//! {
//!   "module-name": "bgp-community-services",
//!   "duration": 60,
//!   "continue-file-watch": true,
//!   "services": {
//!     "Office365": [
//!       {
//!         "ip-prefix": "13.107.6.152/31"
//!       }
//!     ]
//!   },
//!   "error": "…"
//! }
//! ```

use std::io::{self, BufRead, BufReader, Read, Write};

use bgpcs::{ApplicationName, PLUGIN, RefreshInterval};
use memchr::memmem;
use serde::de::IgnoredAny;

use crate::collect::services::{Services, ServicesReader};
use crate::prefix::Prefix;

/// Up to the value of `module-name`, of `duration`, and to the applications.
const HEAD: [&str; 3] = [
    "{\n  \"module-name\": \"",
    "\",\n  \"duration\": ",
    ",\n  \"continue-file-watch\": true,\n  \"services\": {",
];

/// Before and after an application's name, and what ends its list.
const LIST: [&str; 3] = ["\n    ", ": [", "\n    ]"];

/// Around a prefix.
const ENTRY: [&str; 2] = ["\n      {\n        \"ip-prefix\": \"", "\"\n      }"];

/// The end of the applications, if there is any.
const LISTS_END: &str = "\n  }";

/// Before the error, if there is one.
const ERROR: &str = ",\n  \"error\": ";

const END: &str = "\n}\n";

/// Bytes that are read or written at once, and of the longest piece: a name has a few hundred bytes, an error some thousand.
const PIECE: usize = 64 << 10;

/// Writes the file: the seconds until SSR runs the module again, prefixes by application, and what failed.
pub(super) fn write(
    duration: RefreshInterval,
    services: &Services,
    error: Option<&str>,
    file: &mut dyn Write,
) -> io::Result<()> {
    let mut file = io::BufWriter::with_capacity(PIECE, file);
    let [before_name, before_duration, before_services] = HEAD;
    write!(file, "{before_name}{PLUGIN}{before_duration}{duration}{before_services}")?;
    let [list, entries, list_end] = LIST;
    let [before, after] = ENTRY.map(str::as_bytes);
    let (mut next_list, mut lists_end) = ("", "}");
    for (name, prefixes) in services.iter() {
        write!(file, "{next_list}{list}{}{entries}", serde_json::to_string(name)?)?;
        let mut next_entry: &[u8] = b"";
        for prefix in prefixes {
            for text in [next_entry, before, prefix.text().as_bytes(), after] {
                file.write_all(text)?;
            }
            next_entry = b",";
        }
        file.write_all(list_end.as_bytes())?;
        (next_list, lists_end) = (",", LISTS_END);
    }
    file.write_all(lists_end.as_bytes())?;
    if let Some(error) = error {
        write!(file, "{ERROR}{}", serde_json::to_string(error)?)?;
    }
    file.write_all(END.as_bytes())?;
    file.flush()
}

/// The prefixes in a file of this form; `None` if it has another one, or more than are read.
pub(super) fn read(file: &mut dyn Read) -> Option<Services> {
    let mut pieces = Pieces { file: BufReader::with_capacity(PIECE, file), piece: Vec::new() };
    let mut read = ServicesReader::default();
    let mut piece = after_head(pieces.until(b'}')?)?;
    let (mut comma, mut end): (&[u8], &[u8]) = (b"", b"}");
    while piece != end {
        let (name, prefix) = first_of_list(piece.strip_prefix(comma)?)?;
        read.count()?;
        let mut prefixes = vec![prefix];
        piece = loop {
            let piece = pieces.until(b'}')?;
            match piece.strip_prefix(b",").and_then(entry) {
                Some(prefix) => {
                    read.count()?;
                    prefixes.push(prefix);
                }
                None => break piece.strip_prefix(LIST[2].as_bytes())?,
            }
        };
        read.add(name, prefixes)?;
        (comma, end) = (b",", LISTS_END.as_bytes());
    }
    is_tail(pieces.rest()?).then(|| read.finish())
}

/// What follows the head in a piece.
fn after_head(piece: &[u8]) -> Option<&[u8]> {
    let [name, duration, services] = HEAD.map(str::as_bytes);
    let piece = piece.strip_prefix(name)?.strip_prefix(PLUGIN.as_bytes())?.strip_prefix(duration)?;
    let digits = piece.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, piece) = piece.split_at_checked(digits)?;
    // JSON has no other numbers.
    let is_number = matches!(number, [b'1'..=b'9', ..]);
    piece.strip_prefix(services).filter(|_| is_number)
}

/// The name of an application, and its first prefix; none for a name with `}` or `: [` in it, which a JSON parser has to read.
fn first_of_list(piece: &[u8]) -> Option<(ApplicationName, Prefix)> {
    let piece = piece.strip_prefix(LIST[0].as_bytes())?;
    let (name, entries) = piece.split_at_checked(memmem::find(piece, LIST[1].as_bytes())?)?;
    let prefix = entry(entries.strip_prefix(LIST[1].as_bytes())?)?;
    Some((serde_json::from_slice(name).ok()?, prefix))
}

fn entry(piece: &[u8]) -> Option<Prefix> {
    let text = piece.strip_prefix(ENTRY[0].as_bytes())?.strip_suffix(ENTRY[1].as_bytes())?;
    str::from_utf8(text).ok()?.parse().ok()
}

/// Whether this is all that may follow the applications.
fn is_tail(rest: &[u8]) -> bool {
    let error = rest.strip_prefix(ERROR.as_bytes()).and_then(|rest| rest.strip_suffix(END.as_bytes()));
    rest == END.as_bytes() || error.is_some_and(|error| serde_json::from_slice::<IgnoredAny>(error).is_ok())
}

/// A file, piece by piece.
struct Pieces<'f> {
    file: BufReader<&'f mut dyn Read>,
    piece: Vec<u8>,
}

impl Pieces<'_> {
    /// Up to the next such byte, and with it.
    fn until(&mut self, last: u8) -> Option<&[u8]> {
        self.piece.clear();
        (&mut self.file).take(PIECE as u64).read_until(last, &mut self.piece).ok()?;
        self.piece.ends_with(&[last]).then_some(&self.piece)
    }

    /// All that is left.
    fn rest(&mut self) -> Option<&[u8]> {
        self.piece.clear();
        let length = (&mut self.file).take(PIECE as u64).read_to_end(&mut self.piece).ok()?;
        (length < PIECE).then_some(&self.piece)
    }
}
