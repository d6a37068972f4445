//! Reads a JSON array, or a JSON object of arrays, element by element: `{"10.1.0.0/16": [{…}, {…}], "10.2.0.0/16": […]}`.
//!
//! The reply can have hundreds of megabytes, so only one element is in memory at a time.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::source::bounded_json;
use crate::source::routes_json::ReplyError;

/// Receives the key of an array and one of its elements.
///
/// # Errors
/// What is wrong with the element.
pub type EachElement<'t> = dyn FnMut(&str, &Value) -> Result<(), String> + 't;

/// Passes every element of every array to `each`. A key that has a string instead of an array passes the string.
///
/// # Errors
/// When the reply is not one JSON object of arrays and strings, or `each` fails.
pub fn read(reply: &mut dyn Read, each: &mut EachElement<'_>) -> Result<(), ReplyError> {
    let since_element = Cell::new(0);
    let mut json = bounded_json::json(reply, Some(&since_element));
    let parsed =
        json.deserialize_map(ArraysVisitor { each, since_element: &since_element }).and_then(|()| json.end());
    parsed.map_err(explain)
}

/// Passes every element of one array to `each`, with an empty key.
///
/// # Errors
/// When the reply is not one JSON array, or `each` fails.
pub fn read_one(reply: &mut dyn Read, each: &mut EachElement<'_>) -> Result<(), ReplyError> {
    let since_element = Cell::new(0);
    let mut json = bounded_json::json(reply, Some(&since_element));
    let elements = ElementsVisitor { key: "", each, since_element: &since_element };
    json.deserialize_seq(elements).and_then(|()| json.end()).map_err(explain)
}

fn explain(error: serde_json::Error) -> ReplyError {
    match (error.io_error_kind(), error.is_data()) {
        (Some(io::ErrorKind::InvalidData), _) => ReplyError::Syntax(error),
        (Some(_), _) => ReplyError::Io(error.into()),
        (None, true) => ReplyError::Listing(error),
        (None, false) => ReplyError::Syntax(error),
    }
}

struct ArraysVisitor<'a, 't> {
    each: &'a mut EachElement<'t>,
    since_element: &'a Cell<usize>,
}

impl<'de> Visitor<'de> for ArraysVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of arrays")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { each, since_element } = self;
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(ElementsVisitor { key: &key, each: &mut *each, since_element })?;
        }
        Ok(())
    }
}

struct ElementsVisitor<'a, 't> {
    key: &'a str,
    each: &'a mut EachElement<'t>,
    since_element: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for ElementsVisitor<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ElementsVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array, or a text with the reason why there is none")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while let Some(element) = array.next_element::<Value>()? {
            self.since_element.set(0);
            (self.each)(self.key, &element).map_err(A::Error::custom)?;
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        (self.each)(self.key, &text.into()).map_err(E::custom)
    }
}
