//! `report`: a page with all facts for a browser, self-contained and without scripts.

mod changes;
mod history;
pub mod log;
mod map;
mod plot;

use bgpcs::{Community, plain};
use bgpcs_display::html::{self, Html, all, badge, element, of_text, page, section, text, wide};
use bgpcs_display::time;
use ipnet::IpNet;

use crate::health::facts::{ApplicationFacts, Facts};
use crate::health::guarded::left_out_table;
use crate::health::{self, Finding, overall};
use crate::operator::printed::grouped;
use crate::operator::report::log::Log;
use crate::operator::report::map::Classified;
use crate::operator::status;
use crate::prefix::{Family, Prefix};

/// The classes of the applications with the most prefixes, which give them their colours; all others share the last one.
const COLOURS: [&str; 8] = ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "other"];

/// The most prefixes that the page lists for an application; `show` lists all.
const MOST_PREFIXES: usize = 500;

/// The page, as HTML.
pub fn page_of(facts: &Facts, log: &Log) -> String {
    let applications = facts.applications();
    let title = format!("{}: BGP Community Services", facts.target);
    let body = all([
        head(facts),
        section("Findings", findings(facts)),
        left_out(facts),
        section("Applications", table(&applications)),
        section("Address map", address_map(&applications)),
        section("History", history::section(facts, log, &applications)),
        section("What changed", changes::section(log, facts.now)),
        section("Prefixes", applications.iter().map(prefixes).collect()),
        section("Module", properties(facts)),
    ]);
    page(title, body, None)
}

fn head(facts: &Facts) -> Html {
    let heading = of_text("h1", &facts.target);
    let line =
        all([badge(overall(&health::findings(facts))), text(format!(" as of {}", time::at(facts.now)))]);
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
        return of_text("p", "No problems found.");
    }
    let item = |finding: &Finding| {
        let code = of_text("code", finding.dated_code(facts.now));
        let text = text(format!(" {}; {}", finding.text, finding.advice));
        element("li", &[], all([badge(finding.severity.health()), html::text(" "), code, text]))
    };
    element("ul", &[], findings.iter().map(item).collect())
}

/// The prefixes that the guards left out, if there are any.
fn left_out(facts: &Facts) -> Html {
    match facts.state.left_out.is_empty() {
        true => Html::default(),
        false => section("Left out", left_out_table(facts)),
    }
}

fn properties(facts: &Facts) -> Html {
    let row = |(name, value): (&'static str, String)| {
        element("tr", &[], all([element("th", &[("scope", &"row")], text(name)), of_text("td", value)]))
    };
    wide(element("table", &[], status::properties(facts).into_iter().map(row).collect()))
}

/// The class of an application, which gives it its colour.
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
    let largest = applications.iter().map(|application| application.prefixes.len()).max().unwrap_or(0).max(1);
    let rows = applications
        .iter()
        .enumerate()
        .map(|(index, application)| row(application, colour(applications, index), largest));
    let head = element("thead", &[], element("tr", &[], heads));
    wide(element("table", &[], all([head, element("tbody", &[], rows.collect())])))
}

fn row(application: &ApplicationFacts<'_>, class: &'static str, largest: usize) -> Html {
    let key = element("span", &[("class", &format!("key {class}"))], Html::default());
    let share = format!("width:{}%", application.prefixes.len() * 100 / largest);
    let bar = match application.prefixes {
        [] => Html::default(),
        [..] => element("span", &[("class", &format!("bar {class}")), ("style", &share)], Html::default()),
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

/// The number of IPv4 addresses and of IPv6 /64 networks in all these prefixes together.
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
        return of_text("p", "No addresses are classified.");
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
    keys.push(key(&"several", "more than one application"));
    let note = "Each square is a block with classified addresses: an IPv4 /8 or an IPv6 /16. Its 256 cells, in rows of \
                16, are the /16 networks of the IPv4 block or the /24 networks of the IPv6 block.";
    all([
        element("p", &[("class", &"soft")], text(note)),
        element("p", &[], keys.into_iter().collect()),
        map::blocks(&classified),
    ])
}

fn prefixes(application: &ApplicationFacts<'_>) -> Html {
    let count = application.prefixes.len();
    let shown = application.prefixes.iter().take(MOST_PREFIXES).map(|prefix| of_text("li", prefix));
    let rest = match count.checked_sub(MOST_PREFIXES) {
        None | Some(0) => Html::default(),
        Some(rest) => of_text("p", format!("{rest} more; list them with: bgp-community-services show")),
    };
    let summary = of_text("summary", format!("{} ({})", application.name, grouped(count as u128)));
    let list = element("ul", &[("class", &"prefixes")], shown.collect());
    element("details", &[], all([summary, list, rest]))
}
