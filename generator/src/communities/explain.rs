//! What there is to know about one community.

use std::fmt::Write;

use bgpcs::{Community, Health, StandardCommunity, WellKnown};
use bgpcs_display::table::{Head, Paint, Table};

use super::preset::Preset;
use super::well_known::{IMPLEMENTATIONS, Implementation, meaning, well_known_names};

/// Name, standard, meaning, and what `set community` does to it on each documented implementation; also the presets
/// that select by it.
pub fn explain(community: Community, presets: &[Preset]) -> String {
    let mut text = match community.standard() {
        Some(value) => standard(value),
        None => other(community),
    };
    let same = |other: &Community| {
        *other == community || (other.standard().is_some() && other.standard() == community.standard())
    };
    for preset in presets {
        for application in preset.applications.iter().filter(|one| one.bgp_community.iter().any(same)) {
            line(&mut text, &format!("preset {}: application {}", preset.name, application.application_name));
        }
    }
    text
}

fn standard(value: StandardCommunity) -> String {
    let names = well_known_names(value);
    let mut text = String::new();
    if names.is_empty() {
        line(&mut text, &format!("{value}: a community of AS {} (RFC 1997), not well-known", value.high));
        line(&mut text, "what it means is up to that AS");
    } else {
        line(&mut text, &format!("{value}: {}", names.join(", ")));
        for known in WellKnown::all().filter(|known| known.value() == value) {
            line(&mut text, &format!("{}: {} ({})", known.name(), meaning(known), known.defined_by()));
        }
    }
    line(&mut text, "\na policy that gives a route a new set of communities, without this one:");
    let heads = ["Router", "Directive", "Effect", "Source"].map(Head::Text);
    let mut table = Table::new(heads, Paint(false));
    for implementation in IMPLEMENTATIONS {
        let Implementation { name, directive, source, .. } = implementation;
        let cells = [*name, *directive, implementation.treatment(value), *source].map(str::to_owned);
        table.row(Health::Healthy, cells);
    }
    text += &table.to_string();
    text
}

fn other(community: Community) -> String {
    let kind = match community {
        Community::Large(large) => format!("a large community of AS {} (RFC 8092)", large.global),
        Community::RouteTarget(_) => "a route target, an extended community (RFC 4360)".to_owned(),
        Community::Standard(_) | Community::WellKnown(_) => "a community (RFC 1997)".to_owned(),
    };
    format!("{community}: {kind}; none of that kind is well-known, and set community leaves it alone\n")
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}
