//! `show`: the prefixes of the applications, and the communities that select each.

mod attribution;
mod forms;
mod listing;

use std::cmp::Reverse;

use bgpcs::{Community, Health};

use crate::cli::Format;
use crate::cli::selector::Selector;
use crate::instance::Instance;
use crate::operator::facts::{ApplicationFacts, Facts};
use crate::operator::printed::Printed;
use crate::operator::show::attribution::Attribution;
use crate::operator::show::listing::{Listing, Row, no_prefixes, overlaps, sort, verdict};
use crate::prefix::Prefix;
use crate::settings::Settings;

/// Lists the prefixes. Queries the source for the communities of each prefix, but only for applications with several
/// communities.
pub fn show(facts: &Facts, settings: &Settings, wanted: Option<&Selector>, format: Format) -> Printed {
    let applications = facts.applications();
    let selected: Vec<_> = applications.iter().filter(|application| may_have(application, wanted)).collect();
    let is_unclear = |application: &&&ApplicationFacts<'_>| {
        application.communities.len() > 1 || application.instances.len() > 1
    };
    let several = selected.iter().filter(is_unclear).copied();
    let (attribution, note) = match facts.known_configuration() {
        Some(configuration) => Attribution::query(settings, configuration, several),
        None => {
            let note = "no usable configuration, so there are no applications".to_owned();
            (Attribution::default(), Some(note))
        }
    };
    let mut notes: Vec<String> = note.into_iter().collect();
    let rows = selected.into_iter().flat_map(|application| rows(application, &attribution));
    let mut rows: Vec<Row<'_>> = rows.filter(|row| is_wanted(row, wanted)).collect();
    match wanted {
        Some(Selector::Net(net)) => {
            // The longest match comes first, since it is the one that SSR uses.
            let nearness = |row: &Row<'_>| Reverse((row.prefix.contains(*net), row.prefix.parts().1));
            sort(&mut rows, &|one, another| nearness(one).cmp(&nearness(another)));
            notes.push(verdict(*net, &rows));
            notes.extend(overlaps(&rows));
        }
        Some(Selector::Application(_) | Selector::Community(_)) | None => {
            notes.extend(overlaps(&rows));
            notes.extend(rows.is_empty().then(|| no_prefixes(wanted)));
        }
    }
    let health = if rows.is_empty() { Health::Degraded } else { Health::Healthy };
    Printed { text: forms::text(&Listing { rows, notes }, format), health }
}

/// Whether an application can have rows that are wanted.
fn may_have(application: &ApplicationFacts<'_>, wanted: Option<&Selector>) -> bool {
    match wanted {
        Some(Selector::Application(name)) => application.name.as_str() == name,
        Some(Selector::Community(community)) => application.lists(community),
        Some(Selector::Net(_)) | None => true,
    }
}

fn is_wanted(row: &Row<'_>, wanted: Option<&Selector>) -> bool {
    match wanted {
        Some(Selector::Net(net)) => row.prefix.contains(*net) || net.contains(row.prefix),
        Some(Selector::Community(community)) => {
            row.communities.iter().any(|listed| listed.canonical() == community.canonical())
        }
        Some(Selector::Application(_)) | None => true,
    }
}

fn rows<'f>(application: &ApplicationFacts<'f>, attribution: &Attribution) -> Vec<Row<'f>> {
    let ApplicationFacts { communities, instances, .. } = application;
    let selects = |instance: &Instance, community: &Community, prefix| match (*communities, &instances[..]) {
        ([_], [_]) => true,
        _ => attribution.selects(instance, community, prefix),
    };
    let row = |prefix: &Prefix| {
        let by = |community: &&Community| instances.iter().any(|one| selects(one, community, *prefix));
        let within = |instance: &&Instance| communities.iter().any(|one| selects(instance, one, *prefix));
        Row {
            application: application.name,
            prefix: *prefix,
            communities: communities.iter().filter(by).copied().collect(),
            vrfs: application.vrfs().iter().filter(within).cloned().collect(),
        }
    };
    application.prefixes.iter().map(row).collect()
}
