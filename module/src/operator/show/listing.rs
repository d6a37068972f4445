//! The prefixes that `show` lists, and the notes below them.

use std::cmp::Ordering;

use bgpcs::{ApplicationName, Community, Quoted, plain};

use crate::cli::selector::Selector;
use crate::instance::Instance;
use crate::prefix::Prefix;

/// What `show` prints, in whichever form.
pub struct Listing<'f> {
    /// The prefixes, in order.
    pub rows: Vec<Row<'f>>,
    /// Notes, a sentence each.
    pub notes: Vec<String>,
}

/// A prefix of an application.
#[derive(Clone)]
pub struct Row<'f> {
    /// The application.
    pub application: &'f ApplicationName,
    /// The prefix.
    pub prefix: Prefix,
    /// The application's communities that select the prefix, as far as they are known.
    pub communities: Vec<Community>,
    /// The instances of BGP in which they do, if the application names any.
    pub vrfs: Vec<Instance>,
}

/// Sorts rows. There is one such function for every order, since each call of `sort_by` adds to the size of the program.
pub fn sort(rows: &mut [Row<'_>], order: &dyn Fn(&Row<'_>, &Row<'_>) -> Ordering) {
    rows.sort_by(order);
}

/// The application of an address or a prefix, by the longest match. In `rows`, the prefixes that contain it come first, the
/// longest at the front.
pub fn verdict(net: Prefix, rows: &[Row<'_>]) -> String {
    let (address, _) = net.parts();
    let shown = if net.is_host() { address.to_string() } else { net.to_string() };
    match rows.first().filter(|row| row.prefix.contains(net)) {
        None if net.is_host() => format!("{shown} is in no application"),
        None => format!("no application contains all of {shown}"),
        Some(Row { prefix, .. }) => {
            let owners = rows.iter().filter(|row| row.prefix == *prefix);
            let names: Vec<String> = owners.map(|row| plain(row.application.as_str())).collect();
            format!("{shown} is in {} by {prefix}, the longest match", names.join(" and "))
        }
    }
}

/// Notes on the prefixes that are in more than one application.
pub fn overlaps(rows: &[Row<'_>]) -> Vec<String> {
    let mut by_prefix = rows.to_vec();
    sort(&mut by_prefix, &|one, another| one.prefix.cmp(&another.prefix));
    let same_prefix = by_prefix.chunk_by(|one, another| one.prefix == another.prefix);
    let note = |rows: &[Row<'_>]| {
        let names: Vec<String> = rows.iter().map(|row| plain(row.application.as_str())).collect();
        rows.first().map(|row| format!("{} is in several applications: {}", row.prefix, names.join(", ")))
    };
    same_prefix.filter(|rows| rows.len() > 1).filter_map(note).collect()
}

/// The note when there are no rows.
pub fn no_prefixes(wanted: Option<&Selector>) -> String {
    match wanted {
        Some(Selector::Application(name)) => format!(
            "application {} does not exist or has no prefixes; list the applications with: bgp-community-services \
             status",
            Quoted(name)
        ),
        Some(Selector::Community(community)) => format!(
            "no prefix is selected by {community}; see why with: bgp-community-services explain {community}"
        ),
        Some(Selector::Net(_)) | None => {
            "no application has prefixes; see why with: bgp-community-services doctor".to_owned()
        }
    }
}
