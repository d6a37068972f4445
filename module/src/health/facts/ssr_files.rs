//! SSR's own files on a router: its names, and its running configuration.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The value of a key in a file of the form `{"init": {…}}`.
pub fn init(path: &Path, key: &str) -> Option<String> {
    json(path)?.get("init")?.get(key)?.as_str().map(str::to_owned)
}

/// The `application-identification mode` of a router in a running configuration, or of the only router in it. Keys may be
/// in camelCase or as in the data model.
pub fn modes(path: &Path, router: Option<&str>) -> Option<Vec<String>> {
    let file = json(path)?;
    let authority = file.get("config").unwrap_or(&file).get("authority")?;
    let routers = authority.get("router")?.as_array()?;
    let named = routers.iter().find(|one| one.get("name").and_then(Value::as_str) == router);
    let found = named.or(routers.first().filter(|_| routers.len() == 1))?;
    let identification =
        found.get("applicationIdentification").or_else(|| found.get("application-identification"));
    let modes = match identification.and_then(|identification| identification.get("mode")) {
        Some(Value::Array(modes)) => modes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(mode)) => vec![mode.clone()],
        Some(_) | None => Vec::new(),
    };
    Some(modes)
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}
