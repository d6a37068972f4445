//! The text of `explain-community`.

use std::fmt::Write;

use bgpcs::{Community, Health, StandardCommunity, WellKnown};
use bgpcs_configuration::preset::Preset;
use bgpcs_display::table::{Head, Paint, Table};

use super::implementations::{IMPLEMENTATIONS, Implementation, well_known_names};

/// Describes a community: its names, its meaning with the document that defines it, and what policies of documented
/// routers do to it; then the applications of `presets` that use it.
pub fn explain(community: Community, presets: &[Preset]) -> String {
    let mut text = match community.standard() {
        Some(value) => standard(value),
        None => other(community),
    };
    let same = |other: &Community| {
        *other == community || (other.standard().is_some() && other.standard() == community.standard())
    };
    let users = presets.iter().flat_map(|preset| preset.applications.iter().map(move |one| (preset, one)));
    let users = users.filter(|(_, application)| application.bgp_community.iter().any(same));
    for (index, (preset, application)) in users.enumerate() {
        let start = if index == 0 { "\n" } else { "" };
        let application = &application.application_name;
        line(&mut text, &format!("{start}used by preset {}, application {application}", preset.name));
    }
    text
}

fn standard(value: StandardCommunity) -> String {
    let names = well_known_names(value);
    let mut text = String::new();
    if names.is_empty() {
        line(&mut text, &format!("{value}: a community of AS {} (RFC 1997), not well-known", value.high));
        line(&mut text, "its meaning is defined by that AS");
    } else {
        line(&mut text, &format!("{value}: {}", names.join(", ")));
        for known in WellKnown::all().filter(|known| known.value() == value) {
            line(&mut text, &format!("{}: {} ({})", known.name(), known.meaning(), known.defined_by()));
        }
    }
    line(&mut text, "\neffect of a policy that gives a route a new set of communities without this one:");
    let heads = ["Router", "Directive", "Effect", "Document"].map(Head::Text);
    let mut table = Table::new(heads, Paint(false));
    for implementation in IMPLEMENTATIONS {
        let Implementation { name, directive, source, .. } = implementation;
        let effect = if implementation.keeps(value) { "kept" } else { "removed" };
        let cells = [name, directive, effect, source].map(str::to_owned);
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
    format!(
        "{community}: {kind}; no community of this kind is well-known, and set community does not change it\n"
    )
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}
