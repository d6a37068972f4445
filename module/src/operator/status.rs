//! `status`: the state of the module, in the form of `show plugins state`.

use bgpcs::{Health, plain};
use bgpcs_display::table::{Head, Paint, Table};
use bgpcs_display::time;
use serde_json::json;

use crate::collect::state::Outcome;
use crate::operator::facts::{ApplicationFacts, Facts, SourceAnswer};
use crate::operator::health::{findings, overall};
use crate::operator::printed::{Printed, counted_by_family, json_text};
use crate::operator::vrfs;
use crate::prefix::Family;

/// The properties of the module, by name.
pub fn properties(facts: &Facts) -> Vec<(&'static str, String)> {
    let configuration = match (&facts.configuration, facts.configured) {
        (Ok(_), Some(time)) => format!("present, from {}", time::since(time, facts.now)),
        (Ok(_), None) => "present".to_owned(),
        (Err(error), _) => error.clone(),
    };
    let linked = match &facts.linked {
        Ok(_) if facts.is_linked => "linked",
        Ok(_) => "broken link",
        Err(_) => "not linked",
    };
    let next = match (facts.next_run(), facts.overdue()) {
        (_, Some(_)) => "overdue".to_owned(),
        (Some(time), None) if time >= facts.now => time::since(time, facts.now),
        (Some(_), None) => "due".to_owned(),
        (None, None) => "unknown".to_owned(),
    };
    let mut properties = vec![
        ("Health", overall(facts).name().to_owned()),
        ("Module", format!("{linked}, version {}", bgpcs::VERSION)),
        ("Configuration", configuration),
        ("Source", plain(&facts.source)),
        ("Source state", plain(&facts.answer())),
        ("Last run", facts.last_run()),
        ("Last outcome", facts.outcome().to_owned()),
        ("Next run", next),
        ("Prefixes", facts.services.prefix_count().to_string()),
    ];
    if let Some(seconds) = facts.stale_for() {
        properties.push(("Stale for", time::span(seconds)));
    }
    properties
}

/// A table of the module and one of its applications, followed by the findings.
pub fn summary(facts: &Facts, paint: Paint) -> Printed {
    let health = overall(facts);
    let mut module = Table::new([Head::Text("Property"), Head::Text("Value")], paint);
    for (name, value) in properties(facts) {
        let row_health = if name == "Health" { health } else { Health::Healthy };
        module.row(row_health, [name.to_owned(), value]);
    }
    let applications = application_table(facts, paint);
    let findings: String =
        findings(facts).into_iter().map(|(health, text)| paint.by(health, &format!("{text}\n"))).collect();
    let findings = if findings.is_empty() { findings } else { format!("\n{findings}") };
    Printed { text: format!("Target: {}\n{module}\n{applications}{findings}", facts.target), health }
}

fn application_table(facts: &Facts, paint: Paint) -> Table {
    let heads = [
        Head::Text("Application"),
        Head::Text("Communities"),
        Head::Number("IPv4"),
        Head::Number("IPv6"),
        Head::Number("Change"),
        Head::Text("Changed"),
    ];
    let mut table = Table::new(heads, paint);
    for application in facts.applications() {
        let is_lacking = application.prefixes.is_empty() && !application.is_elsewhere;
        let health = if is_lacking { Health::Degraded } else { Health::Healthy };
        let communities = application.communities.iter().map(ToString::to_string);
        let vrfs = application.phrase();
        let vrfs = (!vrfs.is_empty()).then(|| vrfs.trim_start().to_owned());
        let communities: Vec<String> = communities.chain(vrfs).collect();
        table.row(
            health,
            [
                plain(application.name.as_str()),
                communities.join("\n"),
                application.count(Family::Ipv4).to_string(),
                application.count(Family::Ipv6).to_string(),
                application.change_text(),
                application.change.map_or_else(String::new, |(time, _)| time::since(time, facts.now)),
            ],
        );
    }
    table
}

/// Spaces for each level of nested text.
const INDENT: usize = 2;

/// Nested text with all details.
pub fn detail(facts: &Facts) -> Printed {
    let mut text = format!("Target: {}\n", facts.target);
    let mut line = |level: usize, name: &str, value: &str| {
        let indent = level * INDENT;
        let separator = if value.is_empty() { "" } else { " " };
        text += &format!("{:indent$}{name}:{separator}{value}\n", "");
    };
    for (name, value) in properties(facts) {
        line(1, name, &value);
    }
    line(1, "Applications", "");
    for application in facts.applications() {
        line(2, &plain(application.name.as_str()), "");
        let count = |family| application.count(family).to_string();
        line(3, "IPv4 prefixes", &count(Family::Ipv4));
        line(3, "IPv6 prefixes", &count(Family::Ipv6));
        if let Some((time, _)) = application.change {
            line(3, "Change", &application.change_text());
            line(3, "Changed", &time::since(time, facts.now));
        }
        line(3, "Communities", "");
        for community in application.communities {
            for instance in &application.instances {
                let value = match facts.count_of(instance, community) {
                    Some(count) => counted_by_family(count.ipv4, count.ipv6),
                    None if facts.is_absent(instance) => "not on this router".to_owned(),
                    None => "not queried yet".to_owned(),
                };
                line(4, &format!("{community}{}", instance.phrase()), &value);
            }
        }
    }
    let findings = findings(facts);
    line(1, "Findings", if findings.is_empty() { "none" } else { "" });
    for (health, finding) in findings {
        line(2, health.name(), &finding);
    }
    Printed { text, health: overall(facts) }
}

/// All details as JSON; times are in seconds since 1970.
pub fn json(facts: &Facts) -> Printed {
    let application = |application: &ApplicationFacts<'_>| {
        let mut value = json!({
            "application-name": application.name,
            "bgp-community": application.communities,
            "ipv4-prefixes": application.count(Family::Ipv4),
            "ipv6-prefixes": application.count(Family::Ipv6),
            "changed": application.change.map(|(time, _)| time),
            "added": application.change.map(|(_, change)| change.added),
            "removed": application.change.map(|(_, change)| change.removed),
        });
        if !application.vrfs().is_empty() {
            value["vrf"] = json!(application.vrfs());
        }
        value
    };
    let findings = findings(facts);
    let findings: Vec<_> =
        findings.iter().map(|(health, text)| json!({"health": health, "text": text})).collect();
    let health = overall(facts);
    let has_run = facts.state.outcome != Outcome::None;
    let mut value = json!({
        "router": facts.target.router,
        "node": facts.target.node,
        "health": health,
        "version": bgpcs::VERSION,
        "linked": facts.is_linked,
        "configuration": {
            "file": facts.configuration_file,
            "usable": facts.configuration.is_ok(),
            "written": facts.configured,
        },
        "source": {"name": facts.source, "state": facts.answer()},
        "last-run": {
            "outcome": facts.state.outcome,
            "finished": has_run.then_some(facts.state.finished),
            "error": facts.state.error,
            "stale-seconds": facts.stale_for(),
        },
        "next-run": facts.next_run(),
        "output": {"file": facts.output_file, "written": facts.written},
        "prefixes": facts.services.prefix_count(),
        "applications": facts.applications().iter().map(application).collect::<Vec<_>>(),
        "findings": findings,
    });
    if let SourceAnswer::Yes(summaries) = &facts.answer
        && let Some(vrfs) = vrfs::json(summaries)
    {
        value["source"]["vrfs"] = vrfs;
    }
    Printed { text: json_text(&value), health }
}
