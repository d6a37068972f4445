//! The forms of a listing.

use std::io::{self, Write};
use std::iter;

use bgp_community_services_cli::Format;
use bgpcs::Quoted;
use bgpcs_display::table::{Columns, Head};
use serde_json::json;

use crate::instance::Instance;
use crate::operator::printed::{column_width, comma_separated, json_text};
use crate::operator::show::listing::{Listing, Row};

/// Prints the listing in this form, row by row: there can be a million. CSV and the PCLI's form have no place for notes.
pub fn print(listing: &Listing<'_>, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let Listing { rows, notes } = listing;
    match format {
        Format::Table => table(rows, notes, out),
        Format::Json => json(rows, notes, out),
        Format::Csv => csv(rows, out),
        Format::Pcli => pcli(rows, out),
    }
}

fn json(rows: &[Row<'_>], notes: &[String], out: &mut dyn Write) -> io::Result<()> {
    const INDENTATION: &str = "\n    ";
    let empty = json_text(&json!({"notes": notes, "prefixes": []}));
    let (Some((before, after)), false) = (empty.rsplit_once(']'), rows.is_empty()) else {
        return out.write_all(empty.as_bytes());
    };
    out.write_all(before.as_bytes())?;
    for (row, separator) in rows.iter().zip(iter::once("").chain(iter::repeat(","))) {
        let name = row.application.name;
        let mut value =
            json!({"application-name": name, "ip-prefix": row.prefix, "bgp-community": row.communities()});
        if !row.vrfs().is_empty() {
            value["vrf"] = json!(row.vrfs());
        }
        let indented = format!("{value:#}").replace('\n', INDENTATION);
        write!(out, "{separator}{INDENTATION}{indented}")?;
    }
    write!(out, "\n  ]{after}")
}

/// Whether there is a column of VRFs.
fn have_vrfs(rows: &[Row<'_>]) -> bool {
    rows.iter().any(|row| !row.vrfs().is_empty())
}

/// VRFs with a separator between them.
fn joined(vrfs: &[Instance], separator: &str) -> String {
    vrfs.iter().map(Instance::to_string).collect::<Vec<_>>().join(separator)
}

fn table(rows: &[Row<'_>], notes: &[String], out: &mut dyn Write) -> io::Result<()> {
    let has_vrfs = have_vrfs(rows);
    let mut heads = vec![Head::Text("Application"), Head::Text("Prefix"), Head::Text("Community")];
    heads.extend(has_vrfs.then_some(Head::Text("VRF")));
    let cells = |row: &Row<'_>| {
        let mut cells = vec![row.name(), row.prefix.to_string(), comma_separated(row.communities())];
        cells.extend(has_vrfs.then(|| joined(row.vrfs(), ", ")));
        cells
    };
    let mut columns = Columns::new(heads);
    rows.iter().for_each(|row| columns.widen(&cells(row)));
    out.write_all(columns.head().as_bytes())?;
    for row in rows {
        out.write_all(columns.row(&cells(row)).as_bytes())?;
    }
    let notes: String = notes.iter().map(|note| format!("{note}\n")).collect();
    let separator = if notes.is_empty() { "" } else { "\n" };
    write!(out, "{separator}{notes}")
}

fn csv(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    let has_vrfs = have_vrfs(rows);
    write!(out, "application-name,ip-prefix,bgp-community{}\r\n", if has_vrfs { ",vrf" } else { "" })?;
    for row in rows {
        let communities: Vec<String> = row.communities().iter().map(ToString::to_string).collect();
        let vrfs = if has_vrfs { format!(",{}", joined(row.vrfs(), " ")) } else { String::new() };
        write!(out, "{},{},{}{vrfs}\r\n", csv_field(&row.name()), row.prefix, communities.join(" "))?;
    }
    Ok(())
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
fn pcli(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    const APPLICATION: &str = "application-name";
    const PREFIX: &str = "ip-prefix";
    const COMMUNITY: &str = "bgp-community";
    const VRF: &str = "vrf";
    let outer = column_width([APPLICATION, PREFIX]);
    let inner = column_width([PREFIX, COMMUNITY]);
    for rows in rows.chunk_by(|one, another| one.application.name == another.application.name) {
        let name =
            rows.first().map_or_else(String::new, |row| Quoted(row.application.name.as_str()).to_string());
        write!(out, "application  {name}\n    {APPLICATION:outer$}  {name}\n\n")?;
        for row in rows {
            let prefix = row.prefix;
            write!(out, "    {PREFIX:outer$}  {prefix}\n        {PREFIX:inner$}  {prefix}\n")?;
            for community in row.communities() {
                writeln!(out, "        {COMMUNITY:inner$}  {community}")?;
            }
            for vrf in row.vrfs() {
                writeln!(out, "        {VRF:inner$}  {vrf}")?;
            }
            out.write_all(b"    exit\n")?;
        }
        out.write_all(b"exit\n")?;
    }
    Ok(())
}
