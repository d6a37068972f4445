//! Skips what is not read, which is most of a document.
//!
//! Only the parts that are needed to find the end are examined: tags with their names and quotes, and the parts in
//! which something could look like a tag.

use std::io::{self, BufRead};

use quick_xml::errors::IllFormedError;

use super::fault::XmlFault;

/// The elements that are open below the element whose content is skipped.
#[derive(Default)]
pub(super) struct Skip {
    /// Their names, one after another.
    names: Vec<u8>,
    /// The start of each in `names`.
    starts: Vec<usize>,
    within: Within,
}

/// Where the next character is.
#[derive(Clone, Copy, Default)]
enum Within {
    /// In the text between tags.
    #[default]
    Content,
    /// In a comment, a CDATA section or a processing instruction, which ends with these characters.
    Until(&'static [u8]),
    /// In the value of an attribute, in these quotes.
    Value(u8),
}

/// The start and the end of what may contain text that only looks like a tag.
const OPAQUE: [(&[u8], &[u8]); 3] = [(b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")];

/// Whether attributes have the `operation` of an edit that deletes the element (RFC 6241 section 7.2).
fn deletes(attributes: &[u8]) -> bool {
    const OPERATION: &[u8] = b"operation";
    // Nearly every tag ends here, since it has no attributes.
    if attributes.len() <= OPERATION.len() {
        return false;
    }
    memchr::memmem::find_iter(attributes, OPERATION).any(|at| {
        let begins = at.checked_sub(1).and_then(|before| attributes.get(before));
        let rest = attributes.get(at + OPERATION.len()..).unwrap_or_default().trim_ascii_start();
        let value =
            rest.strip_prefix(b"=").unwrap_or_default().trim_ascii_start().get(1..).unwrap_or_default();
        begins.is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b':')
            && (value.starts_with(b"delete") || value.starts_with(b"remove"))
    })
}

impl Skip {
    /// Skips the content of an element: up to its end tag, or up to a child whose local name `is_read`. Everything
    /// between two `>` has to come from `input` in one block.
    pub fn content(
        &mut self,
        input: &mut impl BufRead,
        is_read: impl Fn(&[u8]) -> bool,
    ) -> Result<(), XmlFault> {
        self.names.clear();
        self.starts.clear();
        self.within = Within::Content;
        loop {
            let block = match input.fill_buf() {
                Ok([]) => return Err(XmlFault::Truncated),
                Ok(block) => block,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(quick_xml::Error::from(error).into()),
            };
            let (passed, ended) = self.block(block, &is_read);
            input.consume(passed);
            if ended? {
                return Ok(());
            }
        }
    }

    /// Skips the content in a block. Gives how many bytes, and whether the content ends there.
    fn block(&mut self, block: &[u8], is_read: impl Fn(&[u8]) -> bool) -> (usize, Result<bool, XmlFault>) {
        let mut passed = 0;
        for close in memchr::memchr_iter(b'>', block) {
            match self.piece(block.get(passed..=close).unwrap_or_default(), &is_read) {
                Ok(None) => passed = close + 1,
                Ok(Some(end)) => return (passed + end, Ok(true)),
                Err(fault) => return (close + 1, Err(fault)),
            }
        }
        (block.len(), Ok(false))
    }

    /// Skips a piece that ends with the next `>`. Gives where the content ends in it, if it does.
    fn piece(&mut self, piece: &[u8], is_read: impl Fn(&[u8]) -> bool) -> Result<Option<usize>, XmlFault> {
        match self.within {
            Within::Content => {
                // Without a `<`, the `>` is part of the text.
                let Some(start) = memchr::memchr(b'<', piece) else { return Ok(None) };
                let ended = self.markup(piece.get(start..).unwrap_or_default(), is_read)?;
                return Ok(ended.then_some(start));
            }
            Within::Until(closing) => {
                if piece.ends_with(closing) {
                    self.within = Within::Content;
                }
            }
            Within::Value(quote) => self.attributes(piece, Some(quote))?,
        }
        Ok(None)
    }

    /// Skips what begins with `<` and ends with the next `>`. Gives whether the content ends before it.
    fn markup(&mut self, markup: &[u8], is_read: impl Fn(&[u8]) -> bool) -> Result<bool, XmlFault> {
        match markup {
            [_, b'/', name @ .., _] => self.end_tag(name.trim_ascii_end()),
            [_, b'!' | b'?', ..] => self.opaque(markup).map(|()| false),
            [_, tag @ ..] => self.start_tag(tag, is_read),
            [] => Ok(false),
        }
    }

    fn opaque(&mut self, markup: &[u8]) -> Result<(), XmlFault> {
        let rest = |(opening, closing)| Some((markup.strip_prefix(opening)?, closing));
        let (rest, closing) = OPAQUE.into_iter().find_map(rest).ok_or(XmlFault::DocumentType)?;
        if !rest.ends_with(closing) {
            self.within = Within::Until(closing);
        }
        Ok(())
    }

    /// Skips a start tag. Gives whether it is the one of a child that is read.
    fn start_tag(&mut self, tag: &[u8], is_read: impl Fn(&[u8]) -> bool) -> Result<bool, XmlFault> {
        let ends_name = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
        let (name, attributes) = tag.split_at(tag.iter().position(ends_name).unwrap_or(tag.len()));
        if self.starts.is_empty() && is_read(name.rsplit(|byte| *byte == b':').next().unwrap_or_default()) {
            return Ok(true);
        }
        self.starts.push(self.names.len());
        self.names.extend_from_slice(name);
        self.attributes(attributes, None)?;
        Ok(false)
    }

    /// Skips the attributes of a start tag; `quote` is the quote of the value in which they begin, if they do.
    fn attributes(&mut self, attributes: &[u8], mut quote: Option<u8>) -> Result<(), XmlFault> {
        // What is left of a value is no attribute.
        let ends = quote.map(|quote| memchr::memchr(quote, attributes).unwrap_or(attributes.len()));
        if deletes(attributes.get(ends.unwrap_or_default()..).unwrap_or_default()) {
            let name = self.starts.last().and_then(|start| self.names.get(*start..)).unwrap_or_default();
            return Err(XmlFault::Change { name: String::from_utf8_lossy(name).into_owned() });
        }
        for at in memchr::memchr2_iter(b'"', b'\'', attributes) {
            let found = attributes.get(at).copied();
            if quote.is_none() {
                quote = found;
            } else if quote == found {
                quote = None;
            }
        }
        self.within = quote.map_or(Within::Content, Within::Value);
        if quote.is_none() && attributes.ends_with(b"/>") {
            self.names.truncate(self.starts.pop().unwrap_or_default());
        }
        Ok(())
    }

    /// Skips an end tag. Gives whether it ends the content; then the caller checks its name.
    fn end_tag(&mut self, name: &[u8]) -> Result<bool, XmlFault> {
        let Some(start) = self.starts.pop() else { return Ok(true) };
        let expected = self.names.get(start..).unwrap_or_default();
        if name != expected {
            let [expected, found] = [expected, name].map(|name| String::from_utf8_lossy(name).into_owned());
            return Err(quick_xml::Error::from(IllFormedError::MismatchedEndTag { expected, found }).into());
        }
        self.names.truncate(start);
        Ok(false)
    }
}
