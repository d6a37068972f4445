//! The JSON reply of FRR to `show bgp … json`, which routingManager passes on: an object whose `routes` are paths by
//! prefix.
//!
//! `{"routes": {"13.107.6.0/24": [{"valid": true, "bestpath": true, …}, …]}, …}`. In a detailed reply of FRR 9.0 and
//! later, the paths of a prefix are the `paths` of an object. The reply can have hundreds of megabytes, so each path is
//! passed on as it is read. The longest thing in memory is one string, which has a limit.

mod leaf;

use std::fmt;
use std::io::{self, Read};

use bgpcs::RouteTarget;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::prefix::Prefix;
use crate::source::bounded_json;
use crate::source::error::Shape;
use crate::source::lossy_utf8::LossyUtf8;
use crate::source::routes_json::leaf::{Leaf, OneOf};

/// A path as a reply shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplyPath {
    /// Whether the routing engine may use it (FRR: `valid`, and not `damped`).
    pub valid: bool,
    /// Whether it is the prefix's best path.
    pub best: bool,
    /// Empty unless the reply is a detailed one.
    pub route_targets: Vec<RouteTarget>,
    /// The neighbor's address; empty when the reply does not have it.
    pub neighbor: String,
}

/// A piece of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyItem<'p> {
    /// A path of a prefix.
    Path(Prefix, &'p ReplyPath),
    /// A value that could not be read: a key of `routes`, or an attribute of a path to this prefix.
    Unreadable(Option<Prefix>),
}

/// Why a reply cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// It is not complete.
    #[error("the reply is incomplete")]
    Io(#[from] io::Error),
    /// It is not one JSON value.
    #[error("the reply is not JSON")]
    Syntax(#[source] serde_json::Error),
    /// It is JSON, but not an object of arrays.
    #[error("the reply is not an object of arrays")]
    Listing(#[source] serde_json::Error),
    /// It is JSON, with something else where an object was expected.
    #[error("expected {expected}, got {got}")]
    Shape {
        /// What a reply has there.
        expected: &'static str,
        /// What this reply has there.
        got: Shape,
    },
}

impl ReplyError {
    /// What the documented `AttributeError` names; none for a reply that is not complete.
    pub fn shape(&self) -> Option<Shape> {
        match self {
            Self::Io(_) => None,
            Self::Syntax(_) | Self::Listing(_) => Some(Shape::Text),
            Self::Shape { got, .. } => Some(*got),
        }
    }
}

/// Reads a whole reply, passing each path of each prefix to `each`.
///
/// # Errors
/// When the reply is not one JSON object with an object `routes`, whose arrays of objects are by prefix. A single value of
/// another form is no error but [`ReplyItem::Unreadable`].
pub fn read(reply: &mut dyn Read, each: &mut dyn FnMut(ReplyItem<'_>)) -> Result<(), ReplyError> {
    let mut reading = Reading { each, fault: None, has_routes: false };
    read_at(reply, Place::Top, &mut reading)?;
    if reading.has_routes {
        Ok(())
    } else {
        Err(ReplyError::Shape { expected: "an object routes", got: Shape::Nothing })
    }
}

/// Reads the detailed reply about one prefix, `{"paths": [{"valid": true, …}, …]}`; no path when the prefix is not in the
/// table, for which it is an empty object.
///
/// # Errors
/// When the reply is not one JSON object.
pub fn read_destination(
    reply: &mut dyn Read,
    prefix: Prefix,
    each: &mut dyn FnMut(ReplyItem<'_>),
) -> Result<(), ReplyError> {
    read_at(reply, Place::Lookup(prefix), &mut Reading { each, fault: None, has_routes: false })
}

fn read_at(reply: &mut dyn Read, place: Place, reading: &mut Reading<'_>) -> Result<(), ReplyError> {
    let mut text = LossyUtf8::of(reply);
    let mut json = bounded_json::json(&mut text, None);
    let parsed = At { place, reading }.deserialize(&mut json).and_then(|()| json.end());
    match (parsed, reading.fault.take()) {
        (_, Some(fault)) => Err(fault),
        (Err(error), None) if error.io_error_kind() == Some(io::ErrorKind::InvalidData) => {
            Err(ReplyError::Syntax(error))
        }
        (Err(error), None) if error.is_io() => Err(ReplyError::Io(error.into())),
        (Err(error), None) => Err(ReplyError::Syntax(error)),
        (Ok(()), None) => Ok(()),
    }
}

/// The state while a reply is read. A fault ends the reading; it is kept here, since the error of the JSON library
/// cannot contain it.
struct Reading<'a> {
    each: &'a mut dyn FnMut(ReplyItem<'_>),
    fault: Option<ReplyError>,
    has_routes: bool,
}

impl Reading<'_> {
    fn refuse<E: serde::de::Error>(&mut self, fault: ReplyError) -> E {
        self.fault = Some(fault);
        E::custom("refused")
    }
}

/// A place in a reply at which an object or an array is expected.
#[derive(Debug, Clone, Copy)]
enum Place {
    Top,
    Routes,
    /// The paths, or an object that contains them.
    Destination(Prefix),
    /// An object that contains the paths, unless there are none.
    Lookup(Prefix),
    Paths(Prefix),
    Path(Prefix),
}

/// Reads what the reply has at a place.
struct At<'r, 'a> {
    place: Place,
    reading: &'r mut Reading<'a>,
}

impl At<'_, '_> {
    fn expected(&self) -> &'static str {
        match self.place {
            Place::Top | Place::Lookup(_) => "an object",
            Place::Routes => "an object routes",
            Place::Destination(_) | Place::Paths(_) => "an array of paths by prefix",
            Place::Path(_) => "an object for each path",
        }
    }

    fn refuse<E: serde::de::Error>(self, got: Shape) -> Result<(), E> {
        let expected = self.expected();
        Err(self.reading.refuse(ReplyError::Shape { expected, got }))
    }
}

impl<'de> DeserializeSeed<'de> for At<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reading = self.reading;
        match self.place {
            Place::Top => {
                while let Some(key) = map.next_key_seed(OneOf(["routes"]))? {
                    if key.is_some() {
                        reading.has_routes = true;
                        map.next_value_seed(At { place: Place::Routes, reading })?;
                    } else {
                        map.next_value_seed(Leaf::Skip)?;
                    }
                }
            }
            Place::Routes => {
                while let Some(prefix) = map.next_key_seed(PrefixKey)? {
                    if let Some(prefix) = prefix {
                        map.next_value_seed(At { place: Place::Destination(prefix), reading })?;
                    } else {
                        (reading.each)(ReplyItem::Unreadable(None));
                        map.next_value_seed(Leaf::Skip)?;
                    }
                }
            }
            Place::Destination(prefix) | Place::Lookup(prefix) => {
                let mut has_paths = false;
                while let Some(key) = map.next_key_seed(OneOf(["paths"]))? {
                    if key.is_some() {
                        has_paths = true;
                        map.next_value_seed(At { place: Place::Paths(prefix), reading })?;
                    } else {
                        map.next_value_seed(Leaf::Skip)?;
                    }
                }
                if !has_paths && matches!(self.place, Place::Destination(_)) {
                    // In Python, iterating over an object as if it were an array gives its keys, which are text.
                    return At { place: self.place, reading }.refuse(Shape::Text);
                }
            }
            Place::Paths(_) => return At { place: self.place, reading }.refuse(Shape::Text),
            Place::Path(prefix) => {
                let (path, is_understood) = read_path(map)?;
                (reading.each)(ReplyItem::Path(prefix, &path));
                if !is_understood {
                    (reading.each)(ReplyItem::Unreadable(Some(prefix)));
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut paths: A) -> Result<(), A::Error> {
        let (Place::Destination(prefix) | Place::Paths(prefix)) = self.place else {
            return self.refuse(Shape::Array);
        };
        let reading = self.reading;
        while paths.next_element_seed(At { place: Place::Path(prefix), reading })?.is_some() {}
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        self.refuse(Shape::Text)
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.refuse(Shape::Boolean)
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.refuse(Shape::Integer)
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.refuse(Shape::Integer)
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.refuse(Shape::Fraction)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.refuse(Shape::Nothing)
    }
}

/// Reads a path, and whether all of it that counts was understood. What was not has no effect.
///
/// In a short reply `bestpath` is a boolean, in a detailed one an object with the boolean `overall`, and a damped path is
/// `dampeningSuppressed` instead of `damped`.
fn read_path<'de, A: MapAccess<'de>>(mut map: A) -> Result<(ReplyPath, bool), A::Error> {
    let mut path = ReplyPath::default();
    let (mut is_damped, mut is_understood) = (false, true);
    let keys = OneOf([
        "valid",
        "bestpath",
        "extendedCommunity",
        "damped",
        "dampeningSuppressed",
        "history",
        "dampeningHistoryEntry",
        "peerId",
        "peer",
    ]);
    while let Some(key) = map.next_key_seed(keys)? {
        is_understood &= map.next_value_seed(match key {
            Some(0) => Leaf::Flag(&mut path.valid),
            Some(1) => Leaf::Best(&mut path.best),
            Some(2) => Leaf::Targets(&mut path.route_targets),
            Some(3..=6) => Leaf::Mark(&mut is_damped),
            Some(_) => Leaf::Neighbor(&mut path.neighbor),
            None => Leaf::Skip,
        })?;
    }
    path.valid &= !is_damped;
    Ok((path, is_understood))
}

/// A key of `routes`; none when it is not a prefix.
struct PrefixKey;

impl<'de> DeserializeSeed<'de> for PrefixKey {
    type Value = Option<Prefix>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for PrefixKey {
    type Value = Option<Prefix>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a prefix")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.parse().ok())
    }
}
