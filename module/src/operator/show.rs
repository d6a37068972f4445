//! `show`: the prefixes of the applications, and the communities that select each.

mod attribution;
mod forms;
mod listing;

use std::cmp::Reverse;
use std::{io, slice};

use bgp_community_services_cli::Format;
use bgp_community_services_cli::selector::Selector;
use bgpcs::{Community, Health};

use crate::health::facts::{ApplicationFacts, Facts};
use crate::instance::Instance;
use crate::operator::show::attribution::Attribution;
use crate::operator::show::listing::{Listing, Row, SelectedBy, no_prefixes, overlaps, verdict};
use crate::prefix::Prefix;
use crate::settings::Settings;

/// Prints the prefixes to `out`. Asks the source for the communities of each prefix, but only for applications with several
/// communities or instances of BGP.
///
/// # Errors
/// When it cannot be written.
pub fn show(
    facts: &Facts,
    settings: &Settings,
    wanted: Option<&Selector>,
    format: Format,
    out: &mut dyn io::Write,
) -> io::Result<Health> {
    let applications = facts.applications();
    let selected: Vec<_> = applications.iter().filter(|application| may_have(application, wanted)).collect();
    let several = selected.iter().copied().filter(|application| is_unclear(application));
    let several = several.map(|application| {
        let prefixes = application.prefixes.iter().filter(|prefix| is_near(**prefix, wanted));
        (application, prefixes.copied().collect::<Vec<_>>())
    });
    let several: Vec<_> = several.filter(|(_, prefixes)| !prefixes.is_empty()).collect();
    let (attribution, note) = match facts.known_configuration() {
        Some(configuration) => Attribution::ask(settings, configuration, &several),
        None => {
            let note = "no usable configuration, so there are no applications".to_owned();
            (Attribution::default(), Some(note))
        }
    };
    drop(several);
    let mut notes: Vec<String> = note.into_iter().collect();
    let near = selected.into_iter().flat_map(|application| {
        let prefixes = application.prefixes.iter().filter(|prefix| is_near(**prefix, wanted));
        prefixes.map(move |prefix| (application, *prefix))
    });
    let rows = near.map(|(application, prefix)| row(application, prefix, &attribution));
    let mut rows: Vec<Row<'_>> = rows.filter(|row| is_wanted(row, wanted)).collect();
    match wanted {
        Some(Selector::Net(net)) => {
            let net = Prefix::from(*net);
            // The longest match comes first, since it is the one that SSR uses.
            let nearness = |row: &Row<'_>| Reverse((row.prefix.contains(net), row.prefix.parts().1));
            rows.sort_by_key(nearness);
            notes.push(verdict(net, &rows));
            notes.extend(overlaps(&rows));
        }
        Some(Selector::Application(_) | Selector::Community(_)) | None => {
            notes.extend(overlaps(&rows));
            notes.extend(rows.is_empty().then(|| no_prefixes(facts, wanted)));
        }
    }
    let health = if rows.is_empty() { Health::Degraded } else { Health::Healthy };
    forms::print(&Listing { rows, notes }, format, out).map(|()| health)
}

/// Whether an application can have rows that are wanted.
fn may_have(application: &ApplicationFacts<'_>, wanted: Option<&Selector>) -> bool {
    match wanted {
        Some(Selector::Application(name)) => application.name.as_str() == name,
        Some(Selector::Community(community)) => application.lists(community),
        Some(Selector::Net(_)) | None => true,
    }
}

/// Whether a prefix contains the wanted one, or is in it.
fn is_near(prefix: Prefix, wanted: Option<&Selector>) -> bool {
    match wanted {
        Some(Selector::Net(net)) => {
            let net = Prefix::from(*net);
            prefix.contains(net) || net.contains(prefix)
        }
        Some(Selector::Application(_) | Selector::Community(_)) | None => true,
    }
}

fn is_wanted(row: &Row<'_>, wanted: Option<&Selector>) -> bool {
    match wanted {
        Some(Selector::Community(community)) => {
            row.communities().iter().any(|listed| listed.canonical() == community.canonical())
        }
        Some(Selector::Net(_) | Selector::Application(_)) | None => true,
    }
}

fn row<'r>(application: &'r ApplicationFacts<'r>, prefix: Prefix, attribution: &Attribution) -> Row<'r> {
    let by = |communities: &[Community], instances: &[Instance]| {
        let mut pairs =
            instances.iter().flat_map(|one| communities.iter().map(move |community| (one, community)));
        pairs.any(|(instance, community)| attribution.selects(instance, community, prefix))
    };
    let selected_by = || {
        let communities = application.communities.iter().copied();
        let vrfs = application.vrfs().iter().cloned();
        SelectedBy {
            communities: communities.filter(|one| by(&[*one], &application.instances)).collect(),
            vrfs: vrfs.filter(|one| by(application.communities, slice::from_ref(one))).collect(),
        }
    };
    let selected = is_unclear(application).then(|| Box::new(selected_by()));
    Row { application, prefix, selected }
}

/// Whether more than one thing may have selected a prefix of the application, or nothing that is known.
fn is_unclear(application: &ApplicationFacts<'_>) -> bool {
    !matches!((application.communities, &application.instances[..]), ([_], [_]))
}
