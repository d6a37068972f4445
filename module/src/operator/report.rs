//! A page with all of it: self-contained, without scripts, readable wherever there is a browser.

use bgpcs::{Community, Health, plain};
use bgpcs_display::html::{Html, all, badge, element, of_text, page, raw, section, text, wide};
use bgpcs_display::{counted, time};
use ipnet::IpNet;

use crate::operator::facts::{ApplicationFacts, Facts};
use crate::operator::health::{self, overall};
use crate::operator::map::{self, Classified};
use crate::operator::{plot, status};
use crate::prefix::{Family, Prefix};
use crate::publish::history::{ApplicationChange, RunRecord};

/// The colours of the applications with the most prefixes; the others share the last one.
const COLOURS: [&str; 8] = ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "other"];

/// Prefixes of an application that the page lists; `show` lists all.
const MOST_PREFIXES: usize = 500;

/// Runs of the history that the page lists.
const MOST_RUNS: usize = 50;

/// The page.
pub fn report(facts: &Facts) -> String {
    let applications = facts.applications();
    let title = format!("{}: BGP Community Services", facts.target);
    let body = all([
        head(facts),
        section("Findings", findings(facts)),
        section("Applications", table(&applications)),
        section("Map of addresses", address_map(&applications)),
        section("History", history(facts, &applications)),
        section("Prefixes", applications.iter().map(prefixes).collect()),
        section("Module", properties(facts)),
    ]);
    page(title, body, None)
}

fn head(facts: &Facts) -> Html {
    let heading = of_text("h1", &facts.target);
    let line = all([badge(overall(facts)), text(format!(" as of {}", time::at(facts.now)))]);
    let shown = ["Source state", "Last run", "Last outcome", "Prefixes", "Stale for"];
    let cards = status::properties(facts)
        .into_iter()
        .filter(|(name, _)| shown.contains(name))
        .map(|(name, value)| element("div", &[], all([of_text("dt", name), of_text("dd", value)])));
    let cards = element("dl", &[("class", &"facts")], cards.collect());
    element("header", &[], all([heading, element("p", &[], line), cards]))
}

fn findings(facts: &Facts) -> Html {
    let findings = health::findings(facts);
    if findings.is_empty() {
        return of_text("p", "Everything is as it should be.");
    }
    let item = |(health, finding): (Health, String)| {
        element("li", &[], all([badge(health), text(" "), text(finding)]))
    };
    element("ul", &[], findings.into_iter().map(item).collect())
}

fn properties(facts: &Facts) -> Html {
    let row = |(name, value): (&'static str, String)| {
        element("tr", &[], all([element("th", &[("scope", &"row")], text(name)), of_text("td", value)]))
    };
    wide(element("table", &[], status::properties(facts).into_iter().map(row).collect()))
}

/// The class that gives an application its colour: the largest ones have their own.
fn colour(applications: &[ApplicationFacts<'_>], index: usize) -> &'static str {
    let size = |application: &ApplicationFacts<'_>| application.prefixes.len();
    let own = applications.get(index).map_or(0, size);
    let larger = applications.iter().enumerate().filter(|(other, application)| {
        size(application) > own || (size(application) == own && *other < index)
    });
    COLOURS.get(larger.count()).copied().unwrap_or("other")
}

fn table(applications: &[ApplicationFacts<'_>]) -> Html {
    if applications.is_empty() {
        return of_text("p", "No application is configured.");
    }
    let heads: Html = ["Application", "Communities", "IPv4", "IPv6", "IPv4 addresses", "IPv6 /64", "Change"]
        .iter()
        .enumerate()
        .map(|(column, head)| {
            let class = if column < 2 { "" } else { "number" };
            element("th", &[("scope", &"col"), ("class", &class)], text(head))
        })
        .collect();
    let most = applications.iter().map(|application| application.prefixes.len()).max().unwrap_or(0).max(1);
    let rows = applications
        .iter()
        .enumerate()
        .map(|(index, application)| row(application, colour(applications, index), most));
    let head = element("thead", &[], element("tr", &[], heads));
    wide(element("table", &[], all([head, element("tbody", &[], rows.collect())])))
}

fn row(application: &ApplicationFacts<'_>, class: &'static str, most: usize) -> Html {
    let key = element("span", &[("class", &format!("key {class}"))], Html::default());
    let share = format!("width:{}%", application.prefixes.len() * 100 / most);
    let bar = match application.prefixes {
        [] => Html::default(),
        _ => element("span", &[("class", &format!("bar {class}")), ("style", &share)], Html::default()),
    };
    let name =
        element("th", &[("scope", &"row"), ("class", &"name")], all([key, text(application.name), bar]));
    let community = |community: &Community| element("div", &[("class", &"community")], text(community));
    let communities: Html = application.communities.iter().map(community).collect();
    let [ipv4, ipv6] = addresses(application.prefixes);
    let number = |value: String| element("td", &[("class", &"number")], text(value));
    element(
        "tr",
        &[],
        all([
            name,
            element("td", &[], communities),
            number(grouped(application.count(Family::Ipv4) as u128)),
            number(grouped(application.count(Family::Ipv6) as u128)),
            number(grouped(ipv4)),
            number(grouped(ipv6)),
            number(application.change_text()),
        ]),
    )
}

/// How many IPv4 addresses and how many IPv6 networks of 64 bits the prefixes contain together.
fn addresses(prefixes: &[Prefix]) -> [u128; 2] {
    let nets: Vec<IpNet> = prefixes.iter().map(|prefix| IpNet::from(*prefix)).collect();
    let [mut ipv4, mut ipv6] = [0; 2];
    for net in IpNet::aggregate(&nets) {
        match net {
            IpNet::V4(net) => ipv4 += 1_u128 << (32 - net.prefix_len()),
            IpNet::V6(net) => ipv6 += 1_u128 << 64_u8.saturating_sub(net.prefix_len()),
        }
    }
    [ipv4, ipv6]
}

/// A number with commas.
fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let from_end = digits.len() % 3;
    let comma = |(at, digit): (usize, char)| {
        let is_group = at > 0 && at % 3 == from_end;
        is_group.then_some(',').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(comma).collect()
}

fn address_map(applications: &[ApplicationFacts<'_>]) -> Html {
    let classified: Vec<Classified<'_>> = applications
        .iter()
        .enumerate()
        .filter(|(_, application)| !application.prefixes.is_empty())
        .map(|(index, application)| Classified {
            name: plain(application.name.as_str()),
            class: colour(applications, index),
            prefixes: application.prefixes,
        })
        .collect();
    if classified.is_empty() {
        return of_text("p", "Nothing is classified.");
    }
    let key = |class: &dyn std::fmt::Display, name: &str| {
        let square = element("span", &[("class", &format!("key {class}"))], Html::default());
        element("span", &[("class", &"entry")], all([square, text(name)]))
    };
    let named = classified.iter().filter(|application| application.class != "other");
    let mut keys: Vec<Html> = named.map(|application| key(&application.class, &application.name)).collect();
    if classified.len() >= COLOURS.len() {
        keys.push(key(&"other", "other applications"));
    }
    keys.push(key(&"several", "more than one"));
    let note = "Each square is a block of addresses with anything classified in it; its 256 cells, 16 in a row, are \
                the /16 networks of an IPv4 block, and the /24 networks of an IPv6 block.";
    all([
        element("p", &[("class", &"soft")], text(note)),
        element("p", &[], keys.into_iter().collect()),
        map::blocks(&classified),
    ])
}

fn history(facts: &Facts, applications: &[ApplicationFacts<'_>]) -> Html {
    let Some(first) = facts.history.0.first() else {
        return of_text("p", "No run is on record.");
    };
    let since =
        format!("Since {}; the left edge of each plot is then, the right edge is now.", time::at(first.time));
    let small = |application: &ApplicationFacts<'_>| {
        let plot = plot::prefixes(&facts.history, Some(application.name), facts.now)?;
        let title = format!("{}: {} prefixes", application.name, application.prefixes.len());
        Some(element("div", &[], all([of_text("h3", title), plot])))
    };
    let total = format!("All applications: {} prefixes", facts.services.prefix_count());
    let run = |record: &RunRecord| {
        let sum = |count: fn(&ApplicationChange) -> u64| record.applications.iter().map(count).sum::<u64>();
        let change = format!("+{} -{}", sum(|change| change.added), sum(|change| change.removed));
        let number = |value: String| element("td", &[("class", &"number")], text(value));
        element(
            "tr",
            &[],
            all([
                element("td", &[("class", &"time")], text(time::at(record.time))),
                of_text("td", record.outcome.name()),
                number(grouped(u128::from(record.prefixes()))),
                number(change),
                element("td", &[("class", &"text")], text(record.error.as_deref().unwrap_or_default())),
            ]),
        )
    };
    let heads = raw(
        "<thead><tr><th scope=\"col\">Run</th><th scope=\"col\">Outcome</th><th scope=\"col\" class=\"number\">Prefixes</th>\
         <th scope=\"col\" class=\"number\">Change</th><th scope=\"col\">Error</th></tr></thead>\n",
    );
    let count = facts.history.0.len().min(MOST_RUNS);
    let summary =
        of_text("summary", format!("The last {} that differed from the one before", counted(count, "run")));
    let runs = facts.history.0.iter().rev().take(MOST_RUNS).map(run).collect();
    let runs = wide(element("table", &[], all([heads, element("tbody", &[], runs)])));
    all([
        element("p", &[("class", &"soft")], text(since)),
        of_text("h3", total),
        plot::prefixes(&facts.history, None, facts.now).unwrap_or_default(),
        plot::outcomes(&facts.history, facts.now).unwrap_or_default(),
        element("div", &[("class", &"plots")], applications.iter().filter_map(small).collect()),
        element("details", &[], all([summary, runs])),
    ])
}

fn prefixes(application: &ApplicationFacts<'_>) -> Html {
    let count = application.prefixes.len();
    let shown = application.prefixes.iter().take(MOST_PREFIXES).map(|prefix| of_text("li", prefix));
    let rest = match count.checked_sub(MOST_PREFIXES) {
        None | Some(0) => Html::default(),
        Some(rest) => of_text("p", format!("{rest} more: bgp-community-services show")),
    };
    let summary = of_text("summary", format!("{} ({})", application.name, grouped(count as u128)));
    let list = element("ul", &[("class", &"prefixes")], shown.collect());
    element("details", &[], all([summary, list, rest]))
}
