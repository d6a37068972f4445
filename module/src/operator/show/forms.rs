//! The forms of a listing.

use bgpcs::{Health, Quoted, plain};
use bgpcs_display::table::{Head, Paint, Table};
use serde_json::json;

use crate::cli::Format;
use crate::instance::Instance;
use crate::operator::printed::{column_width, comma_separated, json_text};
use crate::operator::show::listing::{Listing, Row};

/// The listing as text of this form. CSV and the PCLI's form have no place for notes.
pub fn text(listing: &Listing<'_>, format: Format) -> String {
    let Listing { rows, notes } = listing;
    match format {
        Format::Table => table(rows, notes),
        Format::Json => {
            let rows = rows.iter().map(|Row { application, prefix, communities, vrfs }| {
                let mut row =
                    json!({"application-name": application, "ip-prefix": prefix, "bgp-community": communities});
                if !vrfs.is_empty() {
                    row["vrf"] = json!(vrfs);
                }
                row
            });
            json_text(&json!({"prefixes": rows.collect::<Vec<_>>(), "notes": notes}))
        }
        Format::Csv => csv(rows),
        Format::Pcli => pcli(rows),
    }
}

/// Whether there is a column of VRFs.
fn have_vrfs(rows: &[Row<'_>]) -> bool {
    rows.iter().any(|row| !row.vrfs.is_empty())
}

/// VRFs with a separator between them.
fn joined(vrfs: &[Instance], separator: &str) -> String {
    vrfs.iter().map(Instance::to_string).collect::<Vec<_>>().join(separator)
}

fn table(rows: &[Row<'_>], notes: &[String]) -> String {
    let mut heads = vec![Head::Text("Application"), Head::Text("Prefix"), Head::Text("Community")];
    heads.extend(have_vrfs(rows).then_some(Head::Text("VRF")));
    let mut table = Table::new(heads, Paint(false));
    for Row { application, prefix, communities, vrfs } in rows {
        let mut cells = vec![plain(application.as_str()), prefix.to_string(), comma_separated(communities)];
        cells.extend(have_vrfs(rows).then(|| joined(vrfs, ", ")));
        table.row(Health::Healthy, cells);
    }
    let notes: String = notes.iter().map(|note| format!("{note}\n")).collect();
    let separator = if notes.is_empty() { "" } else { "\n" };
    format!("{table}{separator}{notes}")
}

fn csv(rows: &[Row<'_>]) -> String {
    let has_vrfs = have_vrfs(rows);
    let line = |Row { application, prefix, communities, vrfs }: &Row<'_>| {
        let communities: Vec<String> = communities.iter().map(ToString::to_string).collect();
        let vrfs = if has_vrfs { format!(",{}", joined(vrfs, " ")) } else { String::new() };
        format!("{},{prefix},{}{vrfs}\r\n", csv_field(&plain(application.as_str())), communities.join(" "))
    };
    let lines: String = rows.iter().map(line).collect();
    let vrf = if has_vrfs { ",vrf" } else { "" };
    format!("application-name,ip-prefix,bgp-community{vrf}\r\n{lines}")
}

/// A field of RFC 4180. What a spreadsheet would take for a formula begins with an apostrophe, which it does not show.
fn csv_field(text: &str) -> String {
    let text = match text.starts_with(['=', '+', '-', '@']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    if text.contains(['"', ',']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Blocks like those of `show config running`: in each, values stand in a column.
fn pcli(rows: &[Row<'_>]) -> String {
    const APPLICATION: &str = "application-name";
    const PREFIX: &str = "ip-prefix";
    const COMMUNITY: &str = "bgp-community";
    const VRF: &str = "vrf";
    let outer = column_width([APPLICATION, PREFIX]);
    let inner = column_width([PREFIX, COMMUNITY]);
    let mut text = String::new();
    for rows in rows.chunk_by(|one, another| one.application == another.application) {
        let name = rows.first().map_or_else(String::new, |row| Quoted(row.application.as_str()).to_string());
        text += &format!("application  {name}\n    {APPLICATION:outer$}  {name}\n\n");
        for Row { prefix, communities, vrfs, .. } in rows {
            text += &format!("    {PREFIX:outer$}  {prefix}\n        {PREFIX:inner$}  {prefix}\n");
            for community in communities {
                text += &format!("        {COMMUNITY:inner$}  {community}\n");
            }
            for vrf in vrfs {
                text += &format!("        {VRF:inner$}  {vrf}\n");
            }
            text += "    exit\n";
        }
        text += "exit\n";
    }
    text
}
