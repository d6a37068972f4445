//! The forms of a listing.

use bgpcs::{Health, Quoted, plain};
use bgpcs_display::table::{Head, Paint, Table};
use serde_json::json;

use crate::cli::Format;
use crate::operator::printed::{column_width, comma_separated, json_text};
use crate::operator::show::listing::{Listing, Row};

/// The listing as text of this form. CSV and the PCLI's form have no place for notes.
pub fn text(listing: &Listing<'_>, format: Format) -> String {
    let Listing { rows, notes } = listing;
    match format {
        Format::Table => table(rows, notes),
        Format::Json => {
            let rows = rows.iter().map(|Row { application, prefix, communities }| {
                json!({"application-name": application, "ip-prefix": prefix, "bgp-community": communities})
            });
            json_text(&json!({"prefixes": rows.collect::<Vec<_>>(), "notes": notes}))
        }
        Format::Csv => csv(rows),
        Format::Pcli => pcli(rows),
    }
}

fn table(rows: &[Row<'_>], notes: &[String]) -> String {
    let heads = [Head::Text("Application"), Head::Text("Prefix"), Head::Text("Community")];
    let mut table = Table::new(heads, Paint(false));
    for Row { application, prefix, communities } in rows {
        let cells = [plain(application.as_str()), prefix.to_string(), comma_separated(communities)];
        table.row(Health::Healthy, cells);
    }
    let notes: String = notes.iter().map(|note| format!("{note}\n")).collect();
    let separator = if notes.is_empty() { "" } else { "\n" };
    format!("{table}{separator}{notes}")
}

fn csv(rows: &[Row<'_>]) -> String {
    let line = |Row { application, prefix, communities }: &Row<'_>| {
        let communities: Vec<String> = communities.iter().map(ToString::to_string).collect();
        format!("{},{prefix},{}\r\n", csv_field(&plain(application.as_str())), communities.join(" "))
    };
    let lines: String = rows.iter().map(line).collect();
    format!("application-name,ip-prefix,bgp-community\r\n{lines}")
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
    let outer = column_width([APPLICATION, PREFIX]);
    let inner = column_width([PREFIX, COMMUNITY]);
    let mut text = String::new();
    for rows in rows.chunk_by(|one, another| one.application == another.application) {
        let name = rows.first().map_or_else(String::new, |row| Quoted(row.application.as_str()).to_string());
        text += &format!("application  {name}\n    {APPLICATION:outer$}  {name}\n\n");
        for Row { prefix, communities, .. } in rows {
            text += &format!("    {PREFIX:outer$}  {prefix}\n        {PREFIX:inner$}  {prefix}\n");
            for community in communities {
                text += &format!("        {COMMUNITY:inner$}  {community}\n");
            }
            text += "    exit\n";
        }
        text += "exit\n";
    }
    text
}
