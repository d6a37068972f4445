//! The values in a path of a reply, whatever form they have.

use std::fmt;

use bgpcs::RouteTarget;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::source::route_targets::frr_route_targets;

/// A key, as its index among the known keys; none for another key.
#[derive(Clone, Copy)]
pub(super) struct OneOf<const N: usize>(pub [&'static str; N]);

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

/// Any value, and what to fill with it. Its result is whether the value has the form that is known.
pub(super) enum Leaf<'p> {
    /// Nothing: any value will do.
    Skip,
    /// A boolean.
    Flag(&'p mut bool),
    /// A boolean; several of them count as one.
    Mark(&'p mut bool),
    /// A boolean, or an object with the boolean `overall`.
    Best(&'p mut bool),
    /// An object with the text `string`: `RT:64512:77 SoO:64512:88`.
    Targets(&'p mut Vec<RouteTarget>),
    /// That text.
    TargetsText(&'p mut Vec<RouteTarget>),
    /// The neighbor: a text, or an object with the text `peerId`. It only informs, so any other value will do.
    Neighbor(&'p mut String),
}

impl Leaf<'_> {
    /// The result for a value that is neither a text, a boolean, an array nor an object.
    fn other<E: serde::de::Error>(self) -> Result<bool, E> {
        Ok(matches!(self, Self::Skip | Self::Neighbor(_)))
    }
}

impl<'de> DeserializeSeed<'de> for Leaf<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        // Not IgnoredAny, for which the JSON library counts open brackets in memory without a limit.
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Leaf<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<bool, A::Error> {
        // Without a text there are no route targets, but without `overall` a path is not the best one.
        let mut is_understood = matches!(self, Self::Skip | Self::Neighbor(_) | Self::Best(_));
        while let Some(key) = map.next_key_seed(OneOf(["overall", "string", "peerId"]))? {
            let part = match (key, &mut self) {
                (Some(0), Leaf::Best(best)) => Leaf::Flag(best),
                (Some(1), Leaf::Targets(targets)) => Leaf::TargetsText(targets),
                (Some(2), Leaf::Neighbor(neighbor)) => Leaf::Neighbor(neighbor),
                _ => Leaf::Skip,
            };
            let counts = !matches!(part, Leaf::Skip);
            let result = map.next_value_seed(part)?;
            if counts {
                is_understood = result;
            }
        }
        Ok(is_understood)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<bool, A::Error> {
        while sequence.next_element_seed(Leaf::Skip)?.is_some() {}
        self.other()
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<bool, E> {
        match self {
            Self::TargetsText(targets) => {
                let mut is_understood = true;
                for target in frr_route_targets(text) {
                    is_understood &= target.is_some();
                    targets.extend(target);
                }
                Ok(is_understood)
            }
            Self::Neighbor(neighbor) => {
                text.clone_into(neighbor);
                Ok(true)
            }
            other @ (Self::Skip | Self::Flag(_) | Self::Mark(_) | Self::Best(_) | Self::Targets(_)) => {
                other.other()
            }
        }
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<bool, E> {
        match self {
            Self::Flag(flag) | Self::Best(flag) => *flag = value,
            Self::Mark(mark) => *mark |= value,
            other @ (Self::Skip | Self::Targets(_) | Self::TargetsText(_) | Self::Neighbor(_)) => {
                return other.other();
            }
        }
        Ok(true)
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<bool, E> {
        self.other()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<bool, E> {
        self.other()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<bool, E> {
        self.other()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<bool, E> {
        self.other()
    }
}
