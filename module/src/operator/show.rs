//! Which prefixes the applications have, and which community brought each.

use std::cmp::Ordering;

use bgpcs::{Application, ApplicationName, Community, Health, ModuleConfiguration, Quoted, plain};
use bgpcs_display::table::{Head, Paint, Table};
use ipnet::IpNet;
use serde_json::json;

use crate::cli::Format;
use crate::cli::selector::Selector;
use crate::collect::plan::queries;
use crate::error_text::with_causes;
use crate::operator::facts::Facts;
use crate::operator::printed::list;
use crate::operator::printed::{Printed, json_text};
use crate::prefix::Prefix;
use crate::settings::Settings;
use crate::source::QueryItem;
use crate::source::open::open;

/// One prefix of one application.
#[derive(Clone)]
struct Row<'f> {
    application: &'f ApplicationName,
    prefix: Prefix,
    brought_by: Vec<Community>,
}

/// Lists the prefixes. Which of an application's communities brought a prefix is asked of the source, but only for
/// applications that have several.
pub fn show(facts: &Facts, settings: &Settings, wanted: Option<&Selector>, format: Format) -> Printed {
    let applications = facts.applications();
    let selected: Vec<_> = applications
        .iter()
        .filter(|application| match wanted {
            Some(Selector::Application(name)) => application.name.as_str() == name,
            Some(Selector::Community(community)) => lists(application.communities, community),
            Some(Selector::Net(_)) | None => true,
        })
        .collect();
    let several = selected.iter().filter(|application| application.communities.len() > 1);
    let in_question = several.map(|application| Application {
        application_name: application.name.clone(),
        bgp_community: application.communities.to_vec(),
    });
    let (brought, mut notes) = match facts.configuration.as_ref().ok().or(facts.state.configuration.as_ref())
    {
        Some(configuration) => ask(settings, configuration, in_question.collect()),
        None => (Vec::new(), vec!["there is no configuration, so no application".to_owned()]),
    };
    let mut rows: Vec<Row<'_>> = Vec::new();
    for application in selected {
        for &prefix in application.prefixes {
            let brought_by = match application.communities {
                [only] => vec![*only],
                several => {
                    let brings = |community: &&Community| carries(&brought, community, prefix);
                    several.iter().filter(brings).copied().collect()
                }
            };
            let is_wanted = match wanted {
                Some(Selector::Net(net)) => contains(prefix, *net) || contains(*net, prefix),
                Some(Selector::Community(community)) => lists(&brought_by, community),
                Some(Selector::Application(_)) | None => true,
            };
            if is_wanted {
                rows.push(Row { application: application.name, prefix, brought_by });
            }
        }
    }
    if let Some(Selector::Net(net)) = wanted {
        // The longest match first, since that is the one by which SSR decides.
        let nearness = |row: &Row<'_>| (contains(row.prefix, *net), row.prefix.parts().1);
        sort(&mut rows, &|one, another| nearness(another).cmp(&nearness(one)));
        notes.push(verdict(*net, &rows));
    }
    notes.extend(overlaps(&rows));
    let health = if rows.is_empty() { Health::Degraded } else { Health::Healthy };
    if rows.is_empty() && !matches!(wanted, Some(Selector::Net(_))) {
        notes.push(nothing(wanted));
    }
    Printed { text: write(&rows, &notes, format), health }
}

fn nothing(wanted: Option<&Selector>) -> String {
    match wanted {
        Some(Selector::Application(name)) => {
            format!(
                "no application {} with prefixes; see the names with: bgp-community-services status",
                Quoted(name)
            )
        }
        Some(Selector::Community(community)) => {
            format!(
                "no prefix was brought by {community}; see why with: bgp-community-services explain {community}"
            )
        }
        _ => "no application has a prefix; see why with: bgp-community-services doctor".to_owned(),
    }
}

/// Into which application an address falls, or what is around and below a prefix.
fn verdict(net: Prefix, rows: &[Row<'_>]) -> String {
    let around: Vec<&Row<'_>> = rows.iter().filter(|row| contains(row.prefix, net)).collect();
    let longest = around.first().map(|row| row.prefix);
    let (address, length) = net.parts();
    let is_host = length == IpNet::from(net).max_prefix_len();
    let shown = if is_host { address.to_string() } else { net.to_string() };
    match longest {
        None if is_host => format!("{shown} falls into no application"),
        None => format!("no application has all of {shown}"),
        Some(prefix) => {
            let owners = around.iter().filter(|row| row.prefix == prefix);
            let names: Vec<String> = owners.map(|row| plain(row.application.as_str())).collect();
            format!("{shown} falls into {} by {prefix}, the longest match", names.join(" and "))
        }
    }
}

/// One sort for every order, since each would be compiled anew.
fn sort(rows: &mut [Row<'_>], order: &dyn Fn(&Row<'_>, &Row<'_>) -> Ordering) {
    rows.sort_by(order);
}

/// Prefixes that belong to more than one application.
fn overlaps(rows: &[Row<'_>]) -> Vec<String> {
    let mut by_prefix = rows.to_vec();
    sort(&mut by_prefix, &|one, another| one.prefix.cmp(&another.prefix));
    let shared =
        by_prefix.chunk_by(|one, another| one.prefix == another.prefix).filter(|rows| rows.len() > 1);
    let sentence = |rows: &[Row<'_>]| {
        let names: Vec<String> = rows.iter().map(|row| plain(row.application.as_str())).collect();
        rows.first()
            .map(|row| format!("{} belongs to several applications: {}", row.prefix, names.join(", ")))
    };
    shared.filter_map(sentence).collect()
}

fn contains(outer: Prefix, inner: Prefix) -> bool {
    IpNet::from(outer).contains(&IpNet::from(inner))
}

fn lists(communities: &[Community], community: &Community) -> bool {
    communities.iter().any(|listed| listed.canonical() == community.canonical())
}

/// What each community of these applications brings now, or why that is not known.
fn ask(
    settings: &Settings,
    configuration: &ModuleConfiguration,
    applications: Vec<Application>,
) -> (Vec<(Community, Vec<Prefix>)>, Vec<String>) {
    let configuration = ModuleConfiguration { applications, ..configuration.clone() };
    let mut source = open(settings);
    let mut brought = Vec::new();
    for query in queries(&configuration, &source.abilities()) {
        let communities: Vec<Community> = query.communities().copied().collect();
        let mut found = vec![Vec::new(); communities.len()];
        let mut take = |told| match told {
            QueryItem::Path(path) => {
                if let Some(prefixes) = found.get_mut(path.community) {
                    prefixes.push(path.prefix);
                }
            }
            QueryItem::StartOver => found.iter_mut().for_each(Vec::clear),
        };
        if let Err(error) = source.query(&query, &mut take) {
            let note = format!(
                "which of several communities brought a prefix is not known: {} gave no answer: {}",
                source.name(),
                with_causes(&error)
            );
            return (Vec::new(), vec![plain(&note)]);
        }
        for prefixes in &mut found {
            prefixes.sort_unstable();
            prefixes.dedup();
        }
        brought.extend(communities.into_iter().zip(found));
    }
    (brought, Vec::new())
}

/// Whether a community brings a prefix, or, if prefixes were merged, one within it.
fn carries(brought: &[(Community, Vec<Prefix>)], community: &Community, prefix: Prefix) -> bool {
    let mut of_it = brought.iter().filter(|(asked, _)| asked.canonical() == community.canonical());
    of_it.any(|(_, prefixes)| {
        // What a prefix contains follows it in the order of prefixes, shorter ones at the same address aside.
        let from = prefixes.partition_point(|known| known.parts().0 < prefix.parts().0);
        let rest = prefixes.get(from..).unwrap_or_default();
        let near =
            rest.iter().take_while(|known| contains(prefix, **known) || known.parts().0 == prefix.parts().0);
        near.into_iter().any(|known| contains(prefix, *known))
    })
}

fn write(rows: &[Row<'_>], notes: &[String], format: Format) -> String {
    match format {
        Format::Table => {
            let heads = [Head::Text("Application"), Head::Text("Prefix"), Head::Text("Community")];
            let mut table = Table::new(heads, Paint(false));
            for row in rows {
                let cells = [plain(row.application.as_str()), row.prefix.to_string(), list(&row.brought_by)];
                table.row(Health::Healthy, cells);
            }
            let notes: String = notes.iter().map(|note| format!("{note}\n")).collect();
            let separator = if notes.is_empty() { "" } else { "\n" };
            format!("{table}{separator}{notes}")
        }
        Format::Json => {
            let row = |row: &Row<'_>| json!({"application-name": row.application, "ip-prefix": row.prefix, "bgp-community": row.brought_by});
            json_text(&json!({"prefixes": rows.iter().map(row).collect::<Vec<_>>(), "notes": notes}))
        }
        Format::Csv => {
            let line = |row: &Row<'_>| {
                let communities: Vec<String> = row.brought_by.iter().map(ToString::to_string).collect();
                format!(
                    "{},{},{}\r\n",
                    field(&plain(row.application.as_str())),
                    row.prefix,
                    communities.join(" ")
                )
            };
            format!(
                "application-name,ip-prefix,bgp-community\r\n{}",
                rows.iter().map(line).collect::<String>()
            )
        }
        Format::Pcli => pcli(rows),
    }
}

/// A field of RFC 4180.
fn field(text: &str) -> String {
    if text.contains(['"', ',']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

fn pcli(rows: &[Row<'_>]) -> String {
    let mut text = String::new();
    for rows in rows.chunk_by(|one, another| one.application == another.application) {
        let name = rows.first().map_or_else(String::new, |row| Quoted(row.application.as_str()).to_string());
        text += &format!("application  {name}\n    application-name  {name}\n\n");
        for row in rows {
            text += &format!("    ip-prefix         {0}\n        ip-prefix      {0}\n", row.prefix);
            for community in &row.brought_by {
                text += &format!("        bgp-community  {community}\n");
            }
            text += "    exit\n";
        }
        text += "exit\n";
    }
    text
}
