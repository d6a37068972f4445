//! SSR's own files on a router: its names, and its running configuration.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::marker::PhantomData;
use std::path::Path;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;

use crate::bounded_file;
use crate::source::bounded_json;

/// The longest file with names that is read, in bytes.
const LONGEST_INIT: u64 = 64 << 10;

/// The longest running configuration that is read, in bytes. Only what is asked for stays in memory.
const LONGEST_CONFIGURATION: u64 = 16 << 20;

/// The most routers of a running configuration, and the most modes of one, that are kept.
const MOST: usize = 1000;

/// The value of a key in a file of the form `{"init": {…}}`.
pub fn init(path: &Path, key: &str) -> Option<String> {
    let file: Value = serde_json::from_slice(&bounded_file::read(path, LONGEST_INIT).ok()?).ok()?;
    file.get("init")?.get(key)?.as_str().map(str::to_owned)
}

/// The `application-identification mode` of a router in a running configuration, or of the only router in it. Keys may be
/// in camelCase or as in the data model.
pub fn modes(path: &Path, router: Option<&str>) -> Option<Vec<String>> {
    let file: Running = bounded_json::value(&mut File::open(path).ok()?.take(LONGEST_CONFIGURATION)).ok()?;
    let routers = file.config.and_then(|config| config.authority).or(file.authority)?.router.0;
    let is_only = routers.len() == 1;
    let at = routers.iter().position(|one| one.name.is_some() && one.name.as_deref() == router);
    let found = routers.into_iter().nth(at.or(is_only.then_some(0))?)?;
    Some(found.application_identification.map(|identification| identification.mode.0).unwrap_or_default())
}

#[derive(serde::Deserialize)]
struct Running {
    config: Option<Config>,
    authority: Option<Authority>,
}

#[derive(serde::Deserialize)]
struct Config {
    authority: Option<Authority>,
}

#[derive(serde::Deserialize)]
struct Authority {
    router: Few<Router>,
}

#[derive(serde::Deserialize)]
struct Router {
    name: Option<String>,
    #[serde(default, rename = "applicationIdentification", alias = "application-identification")]
    application_identification: Option<Identification>,
}

#[derive(serde::Deserialize)]
struct Identification {
    #[serde(default)]
    mode: Few<String>,
}

/// One value or a list, of which so many are kept.
struct Few<T>(Vec<T>);

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore<T>(PhantomData<T>);

        impl<'de, T: DeserializeOwned> Visitor<'de> for OneOrMore<T> {
            type Value = Few<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Few<T>, E> {
                let one = T::deserialize(serde::de::value::StrDeserializer::new(text))?;
                Ok(Few(vec![one]))
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Few<T>, E> {
                Ok(Few::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Few<T>, A::Error> {
                let mut few = Vec::new();
                while few.len() < MOST {
                    match list.next_element()? {
                        Some(one) => few.push(one),
                        None => return Ok(Few(few)),
                    }
                }
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Few(few))
            }
        }

        deserializer.deserialize_any(OneOrMore(PhantomData))
    }
}
