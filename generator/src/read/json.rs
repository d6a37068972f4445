//! JSON with keys in kebab-case or camelCase; the authority bare or in its envelopes.

use std::fmt;
use std::io::BufRead;

use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::{End, ReadError, Sink};
use crate::schema::{AUTHORITY, ENVELOPES, Kind, Node};

pub(super) fn read(input: impl BufRead, sink: &mut impl Sink) -> Result<End, ReadError> {
    let mut document = serde_json::Deserializer::from_reader(input);
    let found = Envelope { sink }.deserialize(&mut document).map_err(ReadError::Json)?;
    document.end().map_err(ReadError::Json)?;
    if found { Ok(End::Seen) } else { Err(ReadError::JsonWithoutAuthority) }
}

/// An object around the authority; its value is whether the authority was in it.
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
                Around::Authority => {
                    map.next_value_seed(Value { node: &AUTHORITY, sink: self.sink })?;
                    found = true;
                }
                Around::Envelope => found |= map.next_value_seed(Envelope { sink: self.sink })?,
                Around::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// What a key of an envelope holds.
enum Around {
    Authority,
    Envelope,
    Other,
}

struct EnvelopeKey;

impl<'de> DeserializeSeed<'de> for EnvelopeKey {
    type Value = Around;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Around, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for EnvelopeKey {
    type Value = Around;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Around, E> {
        Ok(if AUTHORITY.is_json_key(key) {
            Around::Authority
        } else if ENVELOPES.contains(&key) {
            Around::Envelope
        } else {
            Around::Other
        })
    }
}

/// The value of a node: an object or text, or a list of them.
struct Value<'s, S> {
    node: &'static Node,
    sink: &'s mut S,
}

impl<'de, S: Sink> DeserializeSeed<'de> for Value<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<S: Sink> Value<'_, S> {
    fn text<E: Error>(self, text: &str) -> Result<(), E> {
        if !self.node.is_leaf() {
            return Err(E::invalid_type(Unexpected::Str(text), &self));
        }
        self.sink.leaf(self.node, text);
        Ok(())
    }
}

impl<'de, S: Sink> Visitor<'de> for Value<'_, S> {
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
        while let Some(child) = map.next_key_seed(Key { parent: self.node })? {
            match child {
                Some(node) => map.next_value_seed(Value { node, sink: self.sink })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        self.sink.leave(self.node);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if self.node.kind == Kind::Container {
            return Err(A::Error::invalid_type(Unexpected::Other("a list"), &self));
        }
        while seq.next_element_seed(Value { node: self.node, sink: self.sink })?.is_some() {}
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
            (Kind::Empty, false) => Ok(()),
            (_, true) => self.text("true"),
            (_, false) => self.text("false"),
        }
    }

    /// Absent, except as `[null]`, which is how JSON says that a leaf of type `empty` is there (RFC 7951 section 6.9).
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        match self.node.kind {
            Kind::Empty => self.text(""),
            // It looks like a configuration without routers, which would take every pillar away.
            Kind::Container | Kind::List { .. } => Err(E::invalid_type(Unexpected::Unit, &self)),
            Kind::Leaf | Kind::LeafList => Ok(()),
        }
    }
}

/// A key of an object that stands for a node: the child it means, if that is read.
struct Key {
    parent: &'static Node,
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<&'static Node>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<&'static Node>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.parent.child_by_json_key(key))
    }
}
