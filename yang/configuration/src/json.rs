//! JSON, with keys in kebab-case or camelCase.

use std::fmt;
use std::io::BufRead;

use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::schema::{AUTHORITY, ENVELOPES, NodeKind, SchemaNode};
use super::sink::Sink;

/// Reads a document to its end. Gives whether it has an authority.
pub(super) fn read(input: impl BufRead, sink: &mut impl Sink) -> Result<bool, serde_json::Error> {
    let mut document = serde_json::Deserializer::from_reader(input);
    let found = Envelope { sink }.deserialize(&mut document)?;
    document.end()?;
    Ok(found)
}

/// An object that may enclose the authority. Gives whether it does.
struct Envelope<'s, S> {
    sink: &'s mut S,
}

impl<'de, S: Sink> DeserializeSeed<'de> for Envelope<'_, S> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: Sink> Visitor<'de> for Envelope<'_, S> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the authority")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key_seed(EnvelopeKey)? {
            match key {
                EnvelopeContent::Authority => {
                    map.next_value_seed(NodeValue { node: &AUTHORITY, sink: self.sink })?;
                    found = true;
                }
                EnvelopeContent::Envelope => found |= map.next_value_seed(Envelope { sink: self.sink })?,
                EnvelopeContent::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// What a key of an envelope stands for.
enum EnvelopeContent {
    Authority,
    Envelope,
    Other,
}

struct EnvelopeKey;

impl<'de> DeserializeSeed<'de> for EnvelopeKey {
    type Value = EnvelopeContent;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<EnvelopeContent, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for EnvelopeKey {
    type Value = EnvelopeContent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<EnvelopeContent, E> {
        Ok(if AUTHORITY.is_json_key(key) {
            EnvelopeContent::Authority
        } else if ENVELOPES.contains(&key) {
            EnvelopeContent::Envelope
        } else {
            EnvelopeContent::Other
        })
    }
}

/// The value of a node: an object or text, or a list of them.
struct NodeValue<'s, S> {
    node: &'static SchemaNode,
    sink: &'s mut S,
}

impl<'de, S: Sink> DeserializeSeed<'de> for NodeValue<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<S: Sink> NodeValue<'_, S> {
    fn text<E: Error>(self, text: &str) -> Result<(), E> {
        if !self.node.is_leaf() {
            return Err(E::invalid_type(Unexpected::Str(text), &self));
        }
        self.sink.leaf(self.node, text);
        Ok(())
    }
}

impl<'de, S: Sink> Visitor<'de> for NodeValue<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = if self.node.is_leaf() { "text, a whole number or a boolean" } else { "an object" };
        write!(f, "{content} as {}", self.node.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.node.is_leaf() {
            return Err(A::Error::invalid_type(Unexpected::Other("an object"), &self));
        }
        self.sink.enter(self.node);
        while let Some(child) = map.next_key_seed(ChildKey { parent: self.node, sink: self.sink })? {
            match child {
                Some(node) => map.next_value_seed(NodeValue { node, sink: self.sink })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.sink.leave(self.node);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if self.node.kind == NodeKind::Container {
            return Err(A::Error::invalid_type(Unexpected::Other("a list"), &self));
        }
        while seq.next_element_seed(NodeValue { node: self.node, sink: self.sink })?.is_some() {}
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.text(text)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.text(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.text(&number.to_string())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<(), E> {
        match (self.node.kind, truth) {
            (NodeKind::Empty, false) => Ok(()),
            (_, true) => self.text("true"),
            (_, false) => self.text("false"),
        }
    }

    /// A leaf that is `null` is absent, except one of type `empty`: `[null]` means that it is present (RFC 7951 section
    /// 6.9).
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        match self.node.kind {
            NodeKind::Empty => self.text(""),
            // If this were accepted, it would be a configuration without routers, and every pillar would be removed.
            NodeKind::Container | NodeKind::List { .. } => Err(E::invalid_type(Unexpected::Unit, &self)),
            NodeKind::Leaf | NodeKind::LeafList => Ok(()),
        }
    }
}

/// A key of an object. Gives the child of that name, if it is one that is read.
struct ChildKey<'s, S> {
    parent: &'static SchemaNode,
    sink: &'s mut S,
}

impl<'de, S: Sink> DeserializeSeed<'de> for ChildKey<'_, S> {
    type Value = Option<&'static SchemaNode>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<S: Sink> Visitor<'_> for ChildKey<'_, S> {
    type Value = Option<&'static SchemaNode>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let child = self.parent.child_by_json_key(key);
        if child.is_none() && self.parent.is_ours() {
            self.sink.unknown(self.parent, key);
        }
        Ok(child)
    }
}
