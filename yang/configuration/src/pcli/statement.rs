//! The lines and words of PCLI text, with quotes and continuation lines.

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::mem::take;
use std::ops::RangeInclusive;

use super::fault::PcliFault;
use crate::schema::SchemaNode;
use crate::template;

/// The longest statement in bytes; it keeps an unclosed quote from taking in a whole file.
const LONGEST: usize = 1 << 20;

/// A tab goes to the next column that is a multiple of this.
const TAB_WIDTH: usize = 8;

/// The quotes that a word processor writes for `"` and `'`.
const TYPOGRAPHIC_QUOTES: RangeInclusive<char> = '\u{2018}'..='\u{201F}';

/// One line, together with the next lines if a double quote is still open or a backslash ends the line.
#[derive(Clone, Copy)]
pub(super) struct Statement<'t> {
    /// The number of its first line, counted from 1.
    pub line: usize,
    /// The column of its first character, counted from 0.
    pub indent: usize,
    /// Without blanks around it.
    pub text: &'t [u8],
    /// Whether a line feed ended it, so that it cannot have been cut off.
    pub ended: bool,
    /// Whether there was a prompt before it.
    pub prompted: bool,
}

impl<'t> Statement<'t> {
    /// Up to the first blank.
    pub fn first_word(&self) -> &'t [u8] {
        self.text.split(u8::is_ascii_whitespace).next().unwrap_or_default()
    }

    pub fn words(&self) -> Words<'t> {
        Words { rest: self.text }
    }

    /// The statement without the prompt before it: `admin@node1.conductor1# `, or while editing
    /// `admin@node1.conductor1 (router[name=router1])# `.
    pub fn after_prompt(&self) -> Self {
        if !self.first_word().contains(&b'@') {
            return *self;
        }
        let mark = self.text.iter().position(|byte| matches!(byte, b'#' | b'>'));
        match mark.and_then(|mark| self.text.get(mark + 1..)) {
            Some(rest) => Self { text: rest.trim_ascii_start(), prompted: true, ..*self },
            None => *self,
        }
    }
}

/// The words of a statement, without their quotes.
#[derive(Clone)]
pub(super) struct Words<'t> {
    rest: &'t [u8],
}

impl<'t> Words<'t> {
    /// The words that are left.
    pub fn text(&self) -> &'t [u8] {
        self.rest
    }

    /// The next word, which `node` needs.
    pub fn value(&mut self, node: &SchemaNode) -> Result<Cow<'t, str>, PcliFault> {
        self.next_text().unwrap_or(Err(PcliFault::NoValue { name: node.name }))
    }

    /// The next word as text.
    pub fn next_text(&mut self) -> Option<Result<Cow<'t, str>, PcliFault>> {
        let word = self.next()?;
        let rest = self.rest;
        let text = |word| match word {
            Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
                Ok(word) if word.starts_with(|first| TYPOGRAPHIC_QUOTES.contains(&first)) => {
                    Err(PcliFault::TypographicQuote { word: word.to_owned() })
                }
                Ok(word) if template::is_open(word, rest) => Err(PcliFault::Template),
                Ok(word) => Ok(Cow::Borrowed(word)),
                Err(_) => Err(PcliFault::NotUtf8),
            },
            Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| PcliFault::NotUtf8),
        };
        Some(word.and_then(text))
    }

    /// Checks that `node` has no more words.
    pub fn expect_end(&mut self, node: &SchemaNode) -> Result<(), PcliFault> {
        match self.next() {
            None => Ok(()),
            Some(_) => Err(PcliFault::TooManyWords { name: node.name }),
        }
    }

    fn double_quoted(&mut self, inner: &'t [u8]) -> Result<Cow<'t, [u8]>, PcliFault> {
        let mut text = Vec::new();
        let mut bytes = inner.iter().copied().enumerate();
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'"' => {
                    let rest = inner.get(at + 1..).unwrap_or_default();
                    if rest.first().is_some_and(|byte| !byte.is_ascii_whitespace()) {
                        return Err(PcliFault::AfterQuote);
                    }
                    self.rest = rest;
                    return Ok(Cow::Owned(text));
                }
                b'\\' => match bytes.next() {
                    Some((_, escaped @ (b'"' | b'\\'))) => text.push(escaped),
                    Some((_, other)) => text.extend([b'\\', other]),
                    None => break,
                },
                _ => text.push(byte),
            }
        }
        Err(PcliFault::OpenQuote)
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = Result<Cow<'t, [u8]>, PcliFault>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.trim_ascii_start();
        let first = text.first()?;
        if let (b'"', Some(inner)) = (first, text.get(1..)) {
            return Some(self.double_quoted(inner));
        }
        let (word, rest) = single_quoted(text).unwrap_or_else(|| {
            let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
            text.split_at(end)
        });
        self.rest = rest;
        Some(Ok(Cow::Borrowed(word)))
    }
}

/// A word in single quotes, and what follows it. The closing quote has to be on the same line and before a blank;
/// otherwise the quote is an apostrophe.
fn single_quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = text.strip_prefix(b"'")?;
    let end = inner.iter().position(|byte| matches!(byte, b'\'' | b'\n'))?;
    let (word, rest) = inner.split_at(end);
    let rest = rest.strip_prefix(b"'")?;
    rest.first().is_none_or(u8::is_ascii_whitespace).then_some((word, rest))
}

/// The statements of a text, one at a time.
pub(super) struct Statements<R> {
    input: R,
    text: Vec<u8>,
    /// The number of the statement's first line.
    line: usize,
    lines_read: usize,
}

impl<R: BufRead> Statements<R> {
    pub fn new(input: R) -> Self {
        Self { input, text: Vec::new(), line: 0, lines_read: 0 }
    }

    /// The number of the first line of the last statement.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The next statement that is not blank.
    pub fn next(&mut self) -> Result<Option<Statement<'_>>, PcliFault> {
        let start = loop {
            self.text.clear();
            self.line = self.lines_read + 1;
            if !self.read_line()? {
                return Ok(None);
            }
            make_blanks_plain(&mut self.text, 0, Quoting::Between);
            if let Some(start) = self.text.iter().position(|byte| !byte.is_ascii_whitespace()) {
                break start;
            }
        };
        if memchr::memchr2(b'"', b'\\', &self.text).is_some() {
            self.join_lines()?;
        }
        let (blank, text) = self.text.split_at(start);
        let indent = if blank.contains(&b'\t') { column_after(blank) } else { blank.len() };
        let ended = text.ends_with(b"\n");
        Ok(Some(Statement { line: self.line, indent, text: text.trim_ascii_end(), ended, prompted: false }))
    }

    /// Appends a line to the statement's text. Gives whether there was one.
    fn read_line(&mut self) -> Result<bool, PcliFault> {
        let before = self.text.len();
        loop {
            let available = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                available => available?,
            };
            let end = memchr::memchr(b'\n', available);
            let part = available.get(..=end.unwrap_or(usize::MAX - 1)).unwrap_or(available);
            self.text.extend_from_slice(part);
            let read = part.len();
            self.input.consume(read);
            if self.text.len() > LONGEST {
                return Err(PcliFault::TooLong { limit: LONGEST });
            }
            if end.is_some() || read == 0 {
                break;
            }
        }
        let read = self.text.len() > before;
        self.lines_read += usize::from(read);
        Ok(read)
    }

    /// Appends the next lines while a double quote is open or a backslash ends the line.
    fn join_lines(&mut self) -> Result<(), PcliFault> {
        let mut state = Quoting::default();
        let mut seen = 0;
        loop {
            make_blanks_plain(&mut self.text, seen, state);
            for byte in self.text.iter().skip(seen) {
                state = state.after(*byte);
            }
            seen = self.text.len();
            if state.is_quoted() {
                if !self.read_line()? {
                    return Err(PcliFault::OpenQuote);
                }
            } else if let Some(end) = continuation(&self.text) {
                self.text.truncate(end);
                self.text.push(b' ');
                seen = self.text.len();
                if !self.read_line()? {
                    return Err(PcliFault::Truncated);
                }
            } else {
                return Ok(());
            }
        }
    }
}

/// Puts an ASCII blank for each other blank of Unicode that is not in double quotes: pasted text has no-break ones. `state`
/// is that at position `from`, where the text begins that has not been seen before.
fn make_blanks_plain(text: &mut Vec<u8>, from: usize, mut state: Quoting) {
    if text.get(from..).is_none_or(<[u8]>::is_ascii) {
        return;
    }
    let before = take(text);
    let (seen, new) = before.split_at(from);
    text.extend_from_slice(seen);
    let Ok(new) = std::str::from_utf8(new) else {
        // Where it matters, a word that is not UTF-8 is refused.
        *text = before;
        return;
    };
    let mut encoded = [0; 4];
    for character in new.chars() {
        let blank = is_odd_blank(character) && !state.is_quoted();
        let bytes = if blank { b" " } else { character.encode_utf8(&mut encoded).as_bytes() };
        text.extend_from_slice(bytes);
        state = bytes.iter().fold(state, |state, byte| state.after(*byte));
    }
}

/// Whether a character is a blank of Unicode outside ASCII, or one of no width.
fn is_odd_blank(character: char) -> bool {
    !character.is_ascii()
        && (character.is_whitespace()
            || matches!(character, '\u{180E}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}'))
}

/// The column after blanks with tabs among them.
fn column_after(blank: &[u8]) -> usize {
    blank.iter().fold(0, |column, byte| match byte {
        b'\t' => (column / TAB_WIDTH + 1) * TAB_WIDTH,
        _ => column + 1,
    })
}

/// The position of a backslash at the end of a line. It joins the next line to this one and counts as a blank.
fn continuation(text: &[u8]) -> Option<usize> {
    let line = text.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let backslashes = line.iter().rev().take_while(|byte| **byte == b'\\').count();
    (backslashes % 2 == 1).then(|| line.len() - 1)
}

/// Whether a position in a text is inside double quotes. They open only at the start of a word.
#[derive(Clone, Copy, Default)]
enum Quoting {
    #[default]
    Between,
    Word,
    Quoted,
    Escaped,
}

impl Quoting {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Between, b'"') => Self::Quoted,
            (Self::Between | Self::Word, byte) if byte.is_ascii_whitespace() => Self::Between,
            (Self::Between | Self::Word, _) => Self::Word,
            (Self::Quoted, b'"') => Self::Word,
            (Self::Quoted, b'\\') => Self::Escaped,
            (Self::Quoted | Self::Escaped, _) => Self::Quoted,
        }
    }

    fn is_quoted(self) -> bool {
        matches!(self, Self::Quoted | Self::Escaped)
    }
}
