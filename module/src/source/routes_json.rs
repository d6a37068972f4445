//! The JSON reply of FRR to `show bgp … json`, which routingManager passes on: an object whose `routes` are paths by
//! prefix.
//!
//! `{"routes": {"13.107.6.0/24": [{"valid": true, "bestpath": true, …}, …]}, …}`. The reply can have hundreds of
//! megabytes, so each path is passed on as it is read. The longest thing in memory is one string, which has a limit.

use std::fmt;
use std::io::{self, Read};

use bgpcs::RouteTarget;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::prefix::{Prefix, PrefixError};
use crate::source::bounded_json;
use crate::source::error::Shape;

/// A path as a reply shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplyPath {
    /// Whether the routing engine may use it (FRR: `valid`).
    pub valid: bool,
    /// Whether it is the prefix's best path.
    pub best: bool,
    /// Empty unless the reply is a detailed one.
    pub route_targets: Vec<RouteTarget>,
    /// The neighbor's address; empty when the reply does not have it.
    pub neighbor: String,
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
    /// A key of `routes` is not a prefix.
    #[error("a key of routes is not a prefix")]
    Prefix(#[from] PrefixError),
}

impl ReplyError {
    /// What the documented `AttributeError` names; none for a reply that is not complete.
    pub fn shape(&self) -> Option<Shape> {
        match self {
            Self::Io(_) => None,
            Self::Syntax(_) | Self::Listing(_) | Self::Prefix(_) => Some(Shape::Text),
            Self::Shape { got, .. } => Some(*got),
        }
    }
}

/// The route targets among extended communities as FRR writes them: `RT:64512:77 SoO:64512:88`.
pub fn route_targets(text: &str) -> impl Iterator<Item = RouteTarget> + '_ {
    text.split_ascii_whitespace().filter_map(|word| RouteTarget::parse(word.strip_prefix("RT:")?))
}

/// Reads a whole reply, passing each path of each prefix to `each`.
///
/// # Errors
/// When the reply is not one JSON object with an object `routes`, whose arrays of objects are by prefix.
pub fn read(reply: &mut dyn Read, each: &mut dyn FnMut(Prefix, &ReplyPath)) -> Result<(), ReplyError> {
    let mut json = bounded_json::json(reply, None);
    let mut reading = Reading { each, fault: None, has_routes: false };
    let parsed =
        At { place: Place::Top, reading: &mut reading }.deserialize(&mut json).and_then(|()| json.end());
    match (parsed, reading.fault, reading.has_routes) {
        (_, Some(fault), _) => Err(fault),
        (Err(error), None, _) if error.io_error_kind() == Some(io::ErrorKind::InvalidData) => {
            Err(ReplyError::Syntax(error))
        }
        (Err(error), None, _) if error.is_io() => Err(ReplyError::Io(error.into())),
        (Err(error), None, _) => Err(ReplyError::Syntax(error)),
        (Ok(()), None, false) => Err(ReplyError::Shape { expected: "an object routes", got: Shape::Nothing }),
        (Ok(()), None, true) => Ok(()),
    }
}

/// The state while a reply is read. A fault ends the reading; it is kept here, since the error of the JSON library
/// cannot contain it.
struct Reading<'a> {
    each: &'a mut dyn FnMut(Prefix, &ReplyPath),
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
            Place::Top => "an object",
            Place::Routes => "an object routes",
            Place::Paths(_) => "an array of paths by prefix",
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
                        map.next_value_seed(Leaf::default())?;
                    }
                }
            }
            Place::Routes => {
                while let Some(prefix) = map.next_key_seed(PrefixKey)? {
                    let prefix = prefix.map_err(|fault| reading.refuse(fault.into()))?;
                    map.next_value_seed(At { place: Place::Paths(prefix), reading })?;
                }
            }
            // In Python, iterating over an object as if it were an array gives its keys, which are text.
            Place::Paths(_) => return At { place: self.place, reading }.refuse(Shape::Text),
            Place::Path(prefix) => {
                let mut path = ReplyPath::default();
                let keys = OneOf(["valid", "bestpath", "extendedCommunity", "peerId", "peer"]);
                while let Some(key) = map.next_key_seed(keys)? {
                    map.next_value_seed(match key {
                        Some(0) => Leaf { flag: Some(&mut path.valid), ..Leaf::default() },
                        Some(1) => Leaf { flag: Some(&mut path.best), ..Leaf::default() },
                        Some(2) => Leaf { targets: Some(&mut path.route_targets), ..Leaf::default() },
                        Some(_) => Leaf { neighbor: Some(&mut path.neighbor), ..Leaf::default() },
                        None => Leaf::default(),
                    })?;
                }
                (reading.each)(prefix, &path);
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut paths: A) -> Result<(), A::Error> {
        let Place::Paths(prefix) = self.place else { return self.refuse(Shape::Array) };
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

/// A key of `routes`.
struct PrefixKey;

impl<'de> DeserializeSeed<'de> for PrefixKey {
    type Value = Result<Prefix, PrefixError>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for PrefixKey {
    type Value = Result<Prefix, PrefixError>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a prefix")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.parse())
    }
}

/// A key, as its index among the known keys; none for another key.
#[derive(Clone, Copy)]
struct OneOf<const N: usize>([&'static str; N]);

impl<'de, const N: usize> DeserializeSeed<'de> for OneOf<N> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<const N: usize> Visitor<'_> for OneOf<N> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|known| *known == text))
    }
}

/// Any value. It fills the field that it is given, and skips everything else.
///
/// In a short reply `bestpath` is a boolean, in a detailed one an object with the boolean `overall`. The route targets
/// are in the `string` of an object, as `RT:64512:77 SoO:64512:88`. The neighbor is `peerId`, in a detailed reply
/// within `peer`.
#[derive(Default)]
struct Leaf<'p> {
    flag: Option<&'p mut bool>,
    targets: Option<&'p mut Vec<RouteTarget>>,
    neighbor: Option<&'p mut String>,
}

impl<'de> DeserializeSeed<'de> for Leaf<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // Not IgnoredAny, for which the JSON library counts open brackets in memory without a limit.
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Leaf<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(OneOf(["overall", "string", "peerId"]))? {
            map.next_value_seed(match key {
                Some(0) => Leaf { flag: self.flag.as_deref_mut(), ..Leaf::default() },
                Some(1) => Leaf { targets: self.targets.as_deref_mut(), ..Leaf::default() },
                Some(_) => Leaf { neighbor: self.neighbor.as_deref_mut(), ..Leaf::default() },
                None => Leaf::default(),
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while sequence.next_element_seed(Leaf::default())?.is_some() {}
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if let Some(targets) = self.targets {
            *targets = route_targets(text).collect();
        }
        if let Some(neighbor) = self.neighbor {
            text.clone_into(neighbor);
        }
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        if let Some(flag) = self.flag {
            *flag = value;
        }
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}
