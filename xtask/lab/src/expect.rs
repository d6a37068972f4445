//! Assertions of the lab.

use std::fmt::Debug;

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;

/// Asserts that what was found is what was expected.
pub fn equal<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<()> {
    ensure!(found == expected, "{what} is\n  {found:?}\nexpected\n  {expected:?}");
    Ok(())
}

/// Parses JSON; the error has the whole text.
pub fn json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).with_context(|| format!("{what} is not the expected JSON:\n{text}"))
}
