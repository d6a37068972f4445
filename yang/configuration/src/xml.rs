//! NETCONF XML. Elements are recognized by namespace and path.

mod blocks;
pub(super) mod fault;
mod skip;

use std::borrow::Cow;
use std::io::{BufRead, Read};

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, NamespaceResolver, ResolveResult};
use quick_xml::reader::Reader;

use self::blocks::Blocks;
use self::fault::{XmlError, XmlFault};
use self::skip::Skip;
use super::schema::{AUTHORITY, ENVELOPES, SchemaNode};
use super::sink::{End, Sink};
use super::template;

/// RFC 6241 section 3.1.
const NETCONF: Namespace<'_> = Namespace("urn:ietf:params:xml:ns:netconf:base:1.0");

/// The end of each message in NETCONF 1.0 (RFC 6242 section 4.3).
const END_OF_MESSAGE: &str = "]]>]]>";

pub(super) fn read(input: impl Read, sink: &mut impl Sink) -> Result<End, XmlError> {
    let mut document = XmlDocument {
        reader: Reader::from_reader(Blocks::new(input)),
        namespaces: NamespaceResolver::default(),
        skip: Skip::default(),
        scratch: Vec::new(),
        text: String::new(),
    };
    let result = document.read(sink);
    let line = document.reader.get_ref().line();
    result.map_err(|fault| XmlError { line, fault }).map(|()| End::Seen)
}

struct XmlDocument<R> {
    reader: Reader<R>,
    /// The namespaces of the elements that are read, not of those that are skipped.
    namespaces: NamespaceResolver,
    skip: Skip,
    /// The buffer for parts of a leaf, while the event around them is still in use.
    scratch: Vec<u8>,
    /// The text of a leaf.
    text: String,
}

/// What an open element is.
#[derive(Clone, Copy)]
enum XmlLevel {
    Envelope,
    Known(&'static SchemaNode),
}

impl XmlLevel {
    /// Whether a child with this local name may have to be read.
    fn reads(&self, name: &[u8]) -> bool {
        match self {
            Self::Envelope => {
                name == AUTHORITY.name.as_bytes()
                    || ENVELOPES.iter().any(|envelope| envelope.as_bytes() == name)
            }
            Self::Known(node) => node.is_ours() || node.child(name).is_some(),
        }
    }
}

impl<R: BufRead> XmlDocument<R> {
    fn read(&mut self, sink: &mut impl Sink) -> Result<(), XmlFault> {
        let mut open: Vec<XmlLevel> = Vec::new();
        let mut found = false;
        let mut ended = false;
        let mut buffer = Vec::new();
        loop {
            if let Some(level) = open.last() {
                self.skip.content(&mut self.reader.stream(), |name| level.reads(name))?;
            }
            buffer.clear();
            match self.reader.read_event_into(&mut buffer)? {
                Event::Start(_) | Event::Empty(_) if ended => return Err(XmlFault::AfterEnd),
                Event::Start(start) => match self.level(&start, open.last())? {
                    None => {
                        tell_unknown(&start, open.last(), sink);
                        self.pass()?;
                    }
                    Some(XmlLevel::Known(node)) if node.is_leaf() => {
                        self.namespaces.pop();
                        self.leaf()?;
                        sink.leaf(node, &self.text);
                    }
                    Some(level) => {
                        if let XmlLevel::Known(node) = level {
                            found = true;
                            sink.enter(node);
                        }
                        open.push(level);
                    }
                },
                Event::Empty(start) => {
                    if let Some(level) = self.level(&start, open.last())? {
                        self.namespaces.pop();
                        if let XmlLevel::Known(node) = level {
                            found = true;
                            empty(node, sink);
                        }
                    } else {
                        tell_unknown(&start, open.last(), sink);
                    }
                    ended = open.is_empty();
                }
                Event::End(_) => {
                    self.namespaces.pop();
                    if let Some(XmlLevel::Known(node)) = open.pop() {
                        sink.leave(node);
                    }
                    ended = open.is_empty();
                }
                Event::Eof if ended && found => return Ok(()),
                Event::Eof if ended => return Err(XmlFault::NoAuthority),
                Event::Eof => return Err(XmlFault::Truncated),
                Event::DocType(_) => return Err(XmlFault::DocumentType),
                Event::Decl(declaration) => check_encoding(declaration.encoding().transpose()?)?,
                Event::Text(text) if open.is_empty() => check_outside(&text.xml10_content(), ended)?,
                Event::Text(_)
                | Event::CData(_)
                | Event::GeneralRef(_)
                | Event::Comment(_)
                | Event::PI(_) => {}
            }
        }
    }

    /// What the element is, below `parent`; none if it has to be skipped. Its namespaces are in scope only if it is
    /// not.
    fn level(
        &mut self,
        start: &BytesStart<'_>,
        parent: Option<&XmlLevel>,
    ) -> Result<Option<XmlLevel>, XmlFault> {
        let local = start.local_name().into_inner();
        self.namespaces.push(start).map_err(quick_xml::Error::from)?;
        let namespace = match self.namespaces.resolve_element(start.name()).0 {
            ResolveResult::Bound(namespace) => namespace.into_inner(),
            _ => "",
        };
        let level = match parent {
            Some(XmlLevel::Known(parent)) => parent.child_in(namespace, local).map(XmlLevel::Known),
            _ if namespace == AUTHORITY.namespace && local == AUTHORITY.name => {
                Some(XmlLevel::Known(&AUTHORITY))
            }
            _ if ENVELOPES.contains(&local) => Some(XmlLevel::Envelope),
            None => return Err(XmlFault::Root { name: local.to_owned() }),
            Some(XmlLevel::Envelope) => None,
        };
        if self.is_deleted(start)? {
            return Err(XmlFault::Change { name: local.to_owned() });
        }
        if level.is_none() {
            self.namespaces.pop();
        }
        Ok(level)
    }

    /// Whether the `operation` of an edit deletes the element (RFC 6241 section 7.2): then the document is a change, and
    /// no configuration. Elements that are skipped are examined by [`Skip`].
    fn is_deleted(&self, start: &BytesStart<'_>) -> Result<bool, XmlFault> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(quick_xml::Error::from)?;
            let (namespace, name) = self.namespaces.resolve_attribute(attribute.key);
            let ours =
                matches!(namespace, ResolveResult::Unbound) || namespace == ResolveResult::Bound(NETCONF);
            if ours && name.into_inner() == "operation" && matches!(&*attribute.value, "delete" | "remove") {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Skips to the end of the element that has begun.
    fn pass(&mut self) -> Result<(), XmlFault> {
        self.skip.content(&mut self.reader.stream(), |_| false)?;
        self.scratch.clear();
        self.reader.read_event_into(&mut self.scratch)?;
        Ok(())
    }

    /// Collects the text up to the end of the leaf that has begun.
    fn leaf(&mut self) -> Result<(), XmlFault> {
        self.text.clear();
        loop {
            self.scratch.clear();
            match self.reader.read_event_into(&mut self.scratch)? {
                Event::Text(text) => self.text.push_str(&text.xml10_content()),
                Event::CData(text) => self.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => push_reference(&mut self.text, &reference)?,
                Event::Start(_) => self.pass()?,
                Event::End(_) => return Ok(()),
                Event::Eof => return Err(XmlFault::Truncated),
                Event::DocType(_) => return Err(XmlFault::DocumentType),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) | Event::Empty(_) => {}
            }
        }
    }
}

/// Tells the sink of an element of ours that the schema does not know.
fn tell_unknown(start: &BytesStart<'_>, parent: Option<&XmlLevel>, sink: &mut impl Sink) {
    if let Some(XmlLevel::Known(parent)) = parent
        && parent.is_ours()
    {
        sink.unknown(parent, start.local_name().into_inner());
    }
}

/// Passes an element without content to the sink.
fn empty(node: &'static SchemaNode, sink: &mut impl Sink) {
    if node.is_leaf() {
        sink.leaf(node, "");
    } else {
        sink.enter(node);
        sink.leave(node);
    }
}

/// Adds the character of a character reference or of one of the five predefined entities. Any other entity would need a
/// document type.
fn push_reference(text: &mut String, reference: &BytesRef<'_>) -> Result<(), XmlFault> {
    if let Some(character) = reference.resolve_char_ref()? {
        text.push(character);
        return Ok(());
    }
    let name = reference.xml10_content();
    let value = resolve_xml_entity(&name).ok_or_else(|| XmlFault::Entity { name: name.to_string() })?;
    text.push_str(value);
    Ok(())
}

/// Refuses text outside the root element, except blanks and, after it, the end of a message.
fn check_outside(text: &str, ended: bool) -> Result<(), XmlFault> {
    let rest = text.trim().trim_matches('\u{FEFF}');
    let end_of_message = ended && rest == END_OF_MESSAGE;
    if rest.is_empty() || end_of_message {
        Ok(())
    } else if rest.starts_with('#') {
        Err(XmlFault::Chunks)
    } else if template::MARKS.iter().any(|mark| rest.starts_with(mark)) {
        Err(XmlFault::Template)
    } else {
        Err(XmlFault::OutsideText)
    }
}

fn check_encoding(encoding: Option<Cow<'_, str>>) -> Result<(), XmlFault> {
    let supported = |name: &str| name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("us-ascii");
    match encoding {
        Some(name) if !supported(&name) => Err(XmlFault::Encoding { name: name.into_owned() }),
        _ => Ok(()),
    }
}
