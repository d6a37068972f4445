//! What a command prints, and the parts of text that several commands share.

use bgpcs::{Community, Health};
use bgpcs_display::counted;

/// The output of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The text, with a final line break.
    pub text: String,
    /// The worst health that was found; it becomes the [exit status](bgp_community_services_cli::exit).
    pub health: Health,
}

/// JSON with line breaks and indentation.
pub fn json_text(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// Communities with commas between them.
pub fn comma_separated(communities: &[Community]) -> String {
    let texts: Vec<String> = communities.iter().map(Community::to_string).collect();
    texts.join(", ")
}

/// `4 IPv4 prefixes and 1 IPv6 prefix`.
pub fn counted_by_family(ipv4: u64, ipv6: u64) -> String {
    format!("{} and {}", counted(ipv4, "IPv4 prefix"), counted(ipv6, "IPv6 prefix"))
}

/// The width of a column with these cells, in characters.
pub fn column_width<'c>(cells: impl IntoIterator<Item = &'c str>) -> usize {
    cells.into_iter().map(|cell| cell.chars().count()).max().unwrap_or(0)
}

/// A number with commas between groups of three digits.
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let from_end = digits.len() % 3;
    let comma = |(at, digit): (usize, char)| {
        let is_group = at > 0 && at % 3 == from_end;
        is_group.then_some(',').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(comma).collect()
}
