//! What a command prints, and how things are.

use bgpcs::{Community, Health};

/// What is printed, and how things are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// With a line break at the end.
    pub text: String,
    /// The worst of what was found.
    pub health: Health,
}

/// JSON as it is printed.
pub fn json_text(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// Communities of the configuration or the command line, for a message.
pub fn list(communities: &[Community]) -> String {
    let texts: Vec<String> = communities.iter().map(Community::to_string).collect();
    texts.join(", ")
}
