//! `config.json`, as far as it is understood: it may be of a later release than this program. Values in, values out.

use std::mem::take;

use bgpcs::{Application, ApplicationLeaf, ApplicationName, ModuleConfiguration, ProfileLeaf, Quoted};
use bgpcs_display::listed;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

/// The one key that has to be there.
const APPLICATIONS: &str = "applications";

/// How many unknown keys are named.
const KEYS_SHOWN: usize = 8;

/// The longest part of a foreign text that is shown, in characters.
const LONGEST_SHOWN: usize = 100;

/// A configuration, as far as it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// What is understood.
    pub configuration: ModuleConfiguration,
    /// What is not.
    pub unknown: Unknown,
}

/// What is not understood of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Unknown {
    /// Keys beside the applications.
    pub keys: Vec<String>,
    /// Known keys beside the applications, each with what is wrong with its value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Applications.
    pub applications: Vec<UnknownApplication>,
}

/// An application that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct UnknownApplication {
    /// Its name.
    pub application: ApplicationName,
    /// Its first community, as it is configured.
    pub community: String,
    /// What is not understood.
    pub reason: String,
}

impl Unknown {
    /// Whether everything is understood.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What to know about the keys beside the applications, a sentence each.
    pub fn warnings(&self) -> Vec<String> {
        let shown = |all: &[String]| listed(all.iter().map(|one| shown(one)), KEYS_SHOWN);
        let keys = (!self.keys.is_empty()).then(|| {
            let keys = shown(&self.keys);
            format!(
                "the configuration has keys that this release does not know, so they have no effect: {keys}"
            )
        });
        let value = |value| {
            format!(
                "the configuration has a value that this release does not understand, so the default holds: {value}"
            )
        };
        keys.into_iter().chain(self.values.iter().map(value)).collect()
    }
}

/// Reads a `config.json`. Applications with an unknown key or an unknown kind of community are set apart by name, and so are
/// unknown keys beside the applications, and keys with an unknown value, which then is the default, as if the key were absent: that
/// costs the router what the new value says and nothing else, and is the same on every router. Everything else is used.
///
/// # Errors
/// When it is no JSON, or has no list of applications, each with its name: without them nobody could tell an application
/// that is not understood from one that was removed.
pub fn understand(bytes: &[u8]) -> Result<Understood, serde_json::Error> {
    let strict = serde_json::from_slice::<ModuleConfiguration>(bytes);
    let Ok(Value::Object(mut object)) = serde_json::from_slice(bytes) else {
        return strict.map(|configuration| Understood { configuration, unknown: Unknown::default() });
    };
    let unknown = set_apart(&mut object);
    let configuration = match (strict, unknown.applications.is_empty() && unknown.values.is_empty()) {
        // What else is wrong with it makes it an error, which says where in the file that is.
        (strict, true) => strict?,
        (_, false) => serde_json::from_value(Value::Object(object))?,
    };
    Ok(Understood { configuration, unknown })
}

/// Reads the configuration of an earlier run, as far as it is understood: a later release may have made that run.
///
/// # Errors
/// When what is understood of it is no configuration.
pub fn earlier<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ModuleConfiguration, D::Error> {
    let mut value = Value::deserialize(deserializer)?;
    if let Some(object) = value.as_object_mut() {
        set_apart(object);
    }
    serde_json::from_value(value).map_err(serde::de::Error::custom)
}

/// As [`earlier`], of a run that may have had none; none, too, when it is not understood.
///
/// # Errors
/// When it is no JSON.
pub fn earlier_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<ModuleConfiguration>, D::Error> {
    Ok(earlier(Value::deserialize(deserializer)?).ok())
}

/// Removes what is not understood, as far as the rest means the same without it.
fn set_apart(object: &mut Map<String, Value>) -> Unknown {
    let (keys, values) = (unknown_keys(object), unknown_values(object));
    values.iter().for_each(|(key, _)| drop(object.remove(key)));
    let values = values.into_iter().map(|(key, error)| format!("{key}: {error}")).collect();
    Unknown { keys, values, applications: unknown_applications(object) }
}

/// The keys beside the applications with a value that is not understood, and why.
fn unknown_values(object: &Map<String, Value>) -> Vec<(String, String)> {
    let beside = object.iter().filter(|(key, _)| *key != APPLICATIONS);
    let unknown = beside.filter_map(|(key, value)| {
        let alone = json!({APPLICATIONS: [], key: value});
        let error = serde_json::from_value::<ModuleConfiguration>(alone).err()?;
        Some((key.clone(), error.to_string().chars().take(LONGEST_SHOWN).collect()))
    });
    unknown.collect()
}

fn unknown_keys(object: &Map<String, Value>) -> Vec<String> {
    let is_known = |key: &str| {
        // The interval has SSR's word for it, and the last key is no leaf.
        let mut leaves = ProfileLeaf::ALL.iter().filter(|leaf| **leaf != ProfileLeaf::RefreshInterval);
        matches!(key, APPLICATIONS | "duration" | "high-availability")
            || leaves.any(|leaf| leaf.name() == key)
    };
    object.keys().filter(|key| !is_known(key)).cloned().collect()
}

/// Removes the applications that are not understood, as far as they have names.
fn unknown_applications(object: &mut Map<String, Value>) -> Vec<UnknownApplication> {
    let mut unknown = Vec::new();
    if let Some(Value::Array(applications)) = object.get_mut(APPLICATIONS) {
        for application in take(applications) {
            match unknown_application(&application) {
                Some(found) => unknown.push(found),
                None => applications.push(application),
            }
        }
    }
    unknown
}

fn unknown_application(value: &Value) -> Option<UnknownApplication> {
    let object = value.as_object()?;
    let application = ApplicationName::deserialize(object.get("application-name")?).ok()?;
    let is_known = |key: &str| {
        matches!(key, "application-name" | "bgp-community")
            || ApplicationLeaf::ALL.iter().any(|leaf| leaf.name() == key)
    };
    let keys: Vec<&String> = object.keys().filter(|key| !is_known(key)).collect();
    let reason = match Application::deserialize(value) {
        Ok(_) if keys.is_empty() => return None,
        Ok(_) => {
            let keys = listed(keys.iter().map(|key| shown(key)), KEYS_SHOWN);
            format!("this release does not know {keys}")
        }
        Err(error) => format!("this release does not understand it: {error}"),
    };
    let community = match object.get("bgp-community").and_then(|listed| listed.get(0)) {
        Some(Value::String(text)) => text.chars().take(LONGEST_SHOWN).collect(),
        Some(_) | None => "unknown".to_owned(),
    };
    Some(UnknownApplication { application, community, reason })
}

fn shown(key: &str) -> String {
    Quoted(&key.chars().take(LONGEST_SHOWN).collect::<String>()).to_string()
}
