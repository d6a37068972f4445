//! The prefixes that `show` lists, and the notes below them.

use bgp_community_services_cli::selector::Selector;
use bgpcs::{Community, PLUGIN, Quoted, plain};

use crate::health::facts::{ApplicationFacts, Facts};
use crate::instance::Instance;
use crate::operator::subject::did_you_mean;
use crate::prefix::Prefix;

/// What `show` prints, in whichever form.
pub struct Listing<'f> {
    /// The prefixes, in order.
    pub rows: Vec<Row<'f>>,
    /// Notes, a sentence each.
    pub notes: Vec<String>,
}

/// A prefix of an application. There can be a million of them, so it is small.
pub struct Row<'f> {
    /// The application.
    pub application: &'f ApplicationFacts<'f>,
    /// The prefix.
    pub prefix: Prefix,
    /// What selects the prefix, where the application does not have one community and one instance of BGP only.
    pub selected: Option<Box<SelectedBy>>,
}

/// What selects a prefix.
pub struct SelectedBy {
    /// The application's communities that do, as far as they are known.
    pub communities: Vec<Community>,
    /// The instances of BGP in which they do, if the application names any.
    pub vrfs: Vec<Instance>,
}

impl Row<'_> {
    /// The application's communities that select the prefix, as far as they are known.
    pub fn communities(&self) -> &[Community] {
        self.selected.as_ref().map_or(self.application.communities, |selected| &selected.communities)
    }

    /// The instances of BGP in which they do, if the application names any.
    pub fn vrfs(&self) -> &[Instance] {
        self.selected.as_ref().map_or(self.application.vrfs(), |selected| &selected.vrfs)
    }

    /// The application's name as text for people.
    pub fn name(&self) -> String {
        plain(self.application.name.as_str())
    }
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
            let names: Vec<String> = owners.map(Row::name).collect();
            format!("{shown} is in {} by {prefix}, the longest match", names.join(" and "))
        }
    }
}

/// Notes on the prefixes that are in more than one application.
pub fn overlaps(rows: &[Row<'_>]) -> Vec<String> {
    let mut by_prefix: Vec<&Row<'_>> = rows.iter().collect();
    by_prefix.sort_by_key(|row| row.prefix);
    let same_prefix = by_prefix.chunk_by(|one, another| one.prefix == another.prefix);
    let note = |rows: &[&Row<'_>]| {
        let names: Vec<String> = rows.iter().map(|row| row.name()).collect();
        rows.first().map(|row| format!("{} is in several applications: {}", row.prefix, names.join(", ")))
    };
    same_prefix.filter(|rows| rows.len() > 1).filter_map(note).collect()
}

/// The note when there are no rows.
pub fn no_prefixes(facts: &Facts, wanted: Option<&Selector>) -> String {
    match wanted {
        Some(Selector::Application(name)) => {
            let shown = Quoted(name);
            match facts.applications().iter().any(|application| application.name.as_str() == name) {
                true => {
                    format!("application {shown} has no prefixes; see why with: {PLUGIN} explain {shown}")
                }
                false => format!(
                    "no application is called {shown}{}; list the applications with: {PLUGIN} status",
                    did_you_mean(facts, name)
                ),
            }
        }
        Some(Selector::Community(community)) => {
            format!("no prefix is selected by {community}; see why with: {PLUGIN} explain {community}")
        }
        Some(Selector::Net(_)) | None => {
            format!("no application has prefixes; see why with: {PLUGIN} doctor")
        }
    }
}
