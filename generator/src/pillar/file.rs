//! The text of a pillar file.
//!
//! Salt renders a pillar file with Jinja and reads the result as YAML 1.1. `#!yaml` in the first line turns Jinja off.
//! The content is JSON, which is also YAML, with the characters escaped that YAML 1.1 does not allow or treats as line
//! breaks.

use std::fmt::Write;

use bgpcs::{AssetId, PillarDocument};

/// The first two lines of a node's file.
///
/// The second line shows that the generator wrote the file. It names the asset id, so that a copy under another name
/// does not count as the generator's file.
pub fn header(asset_id: &str) -> String {
    let id = escape(serde_json::Value::from(asset_id).to_string());
    format!(
        "#!yaml\n# pillar of asset-id {id}, written by generate_pillar, which overwrites and removes it\n"
    )
}

/// The whole content of a node's file.
///
/// # Errors
/// None in practice; serde_json's signature has one.
pub fn text(asset_id: &AssetId, document: &PillarDocument) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string_pretty(document)?;
    Ok(format!("{}{}\n", header(asset_id.as_str()), escape(json)))
}

/// Writes as `\u` and four digits what YAML 1.1 refuses (section 5.1: C1 controls, U+007F, U+FFFE, U+FFFF) or treats
/// as a line break (section 5.4: U+0085, U+2028, U+2029), and the byte order mark. In JSON these occur only inside
/// strings.
fn escape(json: String) -> String {
    if json.is_ascii() && !json.contains('\u{7F}') {
        return json;
    }
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '\u{7F}'..='\u{9F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(character));
            }
            _ => text.push(character),
        }
    }
    text
}
