//! A JSON object of arrays, in which the elements are what matters: `{"10.1.0.0/16": [{…}, {…}], "10.2.0.0/16": […]}`.
//!
//! It can be hundreds of megabytes, so one element is kept at a time.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::source::bounded_json;
use crate::source::routes_json::ReplyError;

/// Takes an element, whose array stands at a key.
///
/// # Errors
/// What is wrong with it.
pub type Take<'t> = dyn FnMut(&str, &Value) -> Result<(), String> + 't;

/// Passes every element of every array to `take`, and what stands at a key instead of an array.
///
/// # Errors
/// When the reply is anything but one JSON object, or `take` fails.
pub fn read(reply: &mut dyn Read, take: &mut Take<'_>) -> Result<(), ReplyError> {
    let since_element = Cell::new(0);
    let mut json = bounded_json::json(reply, Some(&since_element));
    let parsed =
        json.deserialize_map(Arrays { take, since_element: &since_element }).and_then(|()| json.end());
    parsed.map_err(|error| match (error.io_error_kind(), error.is_data()) {
        (Some(io::ErrorKind::InvalidData), _) => ReplyError::Syntax(error),
        (Some(_), _) => ReplyError::Io(error.into()),
        (None, true) => ReplyError::Listing(error),
        (None, false) => ReplyError::Syntax(error),
    })
}

struct Arrays<'a, 't> {
    take: &'a mut Take<'t>,
    since_element: &'a Cell<usize>,
}

impl<'de> Visitor<'de> for Arrays<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of arrays")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { take, since_element } = self;
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(Elements { key: &key, take: &mut *take, since_element })?;
        }
        Ok(())
    }
}

struct Elements<'a, 't> {
    key: &'a str,
    take: &'a mut Take<'t>,
    since_element: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Elements<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array, or a text that tells why there is none")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while let Some(element) = array.next_element::<Value>()? {
            self.since_element.set(0);
            (self.take)(self.key, &element).map_err(A::Error::custom)?;
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        (self.take)(self.key, &text.into()).map_err(E::custom)
    }
}
