//! A part of a configuration that holds a profile only, as it is copied from one.

use crate::schema::{AUTHORITY, PLUGIN_CONFIG, PROFILE};

/// The document with an authority around it, if it begins with a profile; else as it was.
pub(crate) fn completed(document: Vec<u8>) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(&document) else { return document };
    let text = text.trim_start_matches('\u{FEFF}');
    let start = text.trim_start();
    let completed = match start.as_bytes().first() {
        Some(b'<') => xml(start),
        Some(b'{') => json(start),
        _ => pcli(text),
    };
    completed.map_or(document, String::into_bytes)
}

/// The profile may have its namespace or none.
fn xml(text: &str) -> Option<String> {
    let element = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>")?.1.trim_start(),
        None => text,
    };
    let (head, rest) = element.split_once('>')?;
    let name = head.strip_prefix('<')?.split([' ', '\t', '\r', '\n', '/']).next()?;
    if name.rsplit(':').next() != Some(PROFILE) {
        return None;
    }
    let namespace =
        if head.contains("xmlns") { String::new() } else { format!(" xmlns=\"{PLUGIN_CONFIG}\"") };
    let (authority, of_authority) = (AUTHORITY.name, AUTHORITY.namespace);
    Some(format!("<{authority} xmlns=\"{of_authority}\">{head}{namespace}>{rest}</{authority}>"))
}

/// The list of profiles by its name, or a single profile.
fn json(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(text.as_bytes()).ok()?;
    let object = value.as_object()?;
    let profiles = match object.iter().find(|(key, _)| AUTHORITY.child_by_json_key(key).is_some()) {
        Some(_) => value.clone(),
        None if object.contains_key("application") && object.contains_key("name") => {
            serde_json::json!({PROFILE: [value]})
        }
        None => return None,
    };
    Some(serde_json::json!({AUTHORITY.name: profiles}).to_string())
}

/// The block of a profile, at any indentation.
fn pcli(text: &str) -> Option<String> {
    let first = text.lines().find(|line| !line.trim().is_empty())?;
    if first.split_whitespace().next() != Some(PROFILE) {
        return None;
    }
    let indent = first.len() - first.trim_start().len();
    let lines = text.lines().map(|line| format!("  {}{line}\n", " ".repeat(2_usize.saturating_sub(indent))));
    Some(format!("config\n authority\n{} exit\nexit\n", lines.collect::<String>()))
}
