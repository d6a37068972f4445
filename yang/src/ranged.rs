//! Numbers with a range and a default.

use std::fmt;
use std::str::FromStr;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::quoted::Quoted;

/// The value of a `uint32` leaf from `MIN` to `MAX`, both included. An absent leaf has the value `DEFAULT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ranged<const MIN: u32, const MAX: u32, const DEFAULT: u32>(u32);

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> Ranged<MIN, MAX, DEFAULT> {
    /// The smallest value.
    pub const MIN: u32 = MIN;
    /// The largest value.
    pub const MAX: u32 = MAX;
    /// The value of an absent leaf.
    pub const DEFAULT: u32 = DEFAULT;

    /// The value, if it is in range.
    pub fn new(value: u32) -> Option<Self> {
        (MIN..=MAX).contains(&value).then_some(Self(value))
    }

    /// The number.
    pub fn get(&self) -> u32 {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> Default for Ranged<MIN, MAX, DEFAULT> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> fmt::Display for Ranged<MIN, MAX, DEFAULT> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> FromStr for Ranged<MIN, MAX, DEFAULT> {
    type Err = RangedError;

    fn from_str(text: &str) -> Result<Self, RangedError> {
        text.parse().ok().and_then(Self::new).ok_or_else(|| RangedError {
            text: text.to_owned(),
            min: MIN,
            max: MAX,
        })
    }
}

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> Serialize for Ranged<MIN, MAX, DEFAULT> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de, const MIN: u32, const MAX: u32, const DEFAULT: u32> Deserialize<'de> for Ranged<MIN, MAX, DEFAULT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u32(Number::<MIN, MAX, DEFAULT>)
    }
}

/// Reads a whole number from `MIN` to `MAX`.
struct Number<const MIN: u32, const MAX: u32, const DEFAULT: u32>;

impl<const MIN: u32, const MAX: u32, const DEFAULT: u32> Visitor<'_> for Number<MIN, MAX, DEFAULT> {
    type Value = Ranged<MIN, MAX, DEFAULT>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {MIN} to {MAX}")
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        let in_range = u32::try_from(value).ok().and_then(Ranged::new);
        in_range.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(value), &self))
    }
}

/// A text that is not a number in the range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a whole number from {min} to {max}", Quoted(.text))]
pub struct RangedError {
    text: String,
    min: u32,
    max: u32,
}
