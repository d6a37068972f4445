//! What the guards left out, and which applications keep what they had: in words, for every command.

use bgpcs::{ApplicationName, Health, ModuleConfiguration, ProfileLeaf, plain};
use bgpcs_display::html::{Html, all, element, of_text, text, wide};
use bgpcs_display::{counted, listed, time};
use serde_json::{Value, json};

use crate::collect::guard::Guard;
use crate::collect::left_out::LeftOut;
use crate::collect::state::RunFailure;
use crate::health::check::Check;
use crate::health::code::Code;
use crate::health::facts::Facts;
use crate::health::finding::Finding;
use crate::health::severity::Severity;
use crate::prefix::Prefix;

/// The most neighbors that are named for a prefix.
const NEIGHBORS_SHOWN: usize = 3;

/// Why a guard leaves prefixes out, with the value of its leaf.
pub fn reason(guard: Guard, configuration: Option<&ModuleConfiguration>) -> String {
    let value = configuration.and_then(|configuration| match guard.leaf() {
        Some(leaf) if leaf == ProfileLeaf::ShortestIpv4Prefix.name() => {
            Some(configuration.shortest_ipv4_prefix.to_string())
        }
        Some(leaf) if leaf == ProfileLeaf::ShortestIpv6Prefix.name() => {
            Some(configuration.shortest_ipv6_prefix.to_string())
        }
        Some(_) | None => None,
    });
    value.map_or_else(|| guard.reason().to_owned(), |value| format!("{} {value}", guard.reason()))
}

/// How bad it is that a guard left something out. What lies outside of `within` is what an operator wants to be left out.
pub fn health(guard: Guard) -> Health {
    if guard == Guard::Within { Health::Healthy } else { Health::Degraded }
}

/// What to do about prefixes that a guard left out.
pub fn fix(guard: Guard) -> String {
    match guard.leaf() {
        None => "see why the neighbor sends them with this community, and filter them inbound".to_owned(),
        Some(leaf) => {
            format!("if they are meant, change {leaf} in the profile, and commit; else filter them inbound")
        }
    }
}

/// A line for each guard of each application that left something out.
pub fn left_out(facts: &Facts) -> Vec<Check> {
    let check = |left_out: &LeftOut| {
        let LeftOut { application, guard, count, prefixes } = left_out;
        let named: Vec<String> =
            prefixes.iter().map(|prefix| with_neighbors(facts, application, *prefix)).collect();
        let more = count.saturating_sub(prefixes.len() as u64);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let (name, count) = (plain(application.as_str()), counted(*count, "prefix"));
        let reason = reason(*guard, facts.known_configuration());
        let text = format!("left out {count} of {name} ({reason}): {}{more}", named.join(", "));
        let finding = Finding::new(Code::PrefixLeftOut, &format!("application {name}"), text, fix(*guard));
        let severity = if health(*guard) == Health::Healthy { Severity::Note } else { finding.severity };
        Check::found("guard", Finding { severity, ..finding })
    };
    facts.state.left_out.iter().map(check).collect()
}

/// `127.0.0.0/8 from 192.0.2.1`.
fn with_neighbors(facts: &Facts, application: &ApplicationName, prefix: Prefix) -> String {
    let neighbors = facts.culprits.of(application, prefix);
    match neighbors.is_empty() {
        true => prefix.to_string(),
        false => format!("{prefix} from {}", neighbors_in_words(neighbors)),
    }
}

fn neighbors_in_words(neighbors: &[String]) -> String {
    listed(neighbors.iter().map(|neighbor| plain(neighbor)), NEIGHBORS_SHOWN)
}

/// How many prefixes were left out, over all applications; none if there were none.
pub fn left_out_in_short(facts: &Facts) -> Option<String> {
    let count: u64 = facts.state.left_out.iter().map(|left_out| left_out.count).sum();
    (count > 0).then(|| counted(count, "prefix"))
}

/// The failures of applications as a whole, which keep what they had.
pub fn kept(facts: &Facts) -> Vec<Check> {
    let of_applications = facts.state.failures.iter().filter(|failure| failure.community.is_none());
    of_applications.map(|failure| kept_by(facts, failure)).collect()
}

fn kept_by(facts: &Facts, failure: &RunFailure) -> Check {
    let kept = facts.state.kept.iter().find(|kept| Some(&kept.application) == failure.application.as_ref());
    let has = kept.map(|kept| counted(facts.services.get(&kept.application).len(), "prefix"));
    let (found, fix) = match kept.and_then(|kept| kept.loss) {
        Some(loss) => (
            format!("{} of {} disappeared", loss.lost, counted(loss.had, "prefix")),
            format!(
                "if that is meant, wait; else see whether the neighbors still send them {}",
                facts.advice.summary
            ),
        ),
        None => (
            match (has, failure.last_good) {
                (Some(has), Some(since)) => {
                    format!("its last good {has} stay, from {}", time::since(since, facts.now))
                }
                _ => "it has no last good prefixes".to_owned(),
            },
            "install the conductor's release of the plugin on this router, or take out of the profile what it does not know"
                .to_owned(),
        ),
    };
    let name = failure.application.as_ref().map_or_else(String::new, |name| plain(name.as_str()));
    let text = plain(&format!("{}; {found}", failure.text));
    let finding = Finding::new(Code::ApplicationKept, &format!("application {name}"), text, fix);
    Check::found("kept", finding.since(failure.last_good))
}

/// What was left out, as JSON.
pub fn left_out_json(facts: &Facts) -> Value {
    let entries = facts.state.left_out.iter().map(|left_out| {
        let prefix = |prefix: &Prefix| {
            json!({"ip-prefix": prefix, "neighbors": facts.culprits.of(&left_out.application, *prefix)})
        };
        json!({
            "application-name": left_out.application,
            "guard": left_out.guard,
            "count": left_out.count,
            "prefixes": left_out.prefixes.iter().map(prefix).collect::<Vec<_>>(),
        })
    });
    entries.collect()
}

/// What was left out, as a table of the report.
pub fn left_out_table(facts: &Facts) -> Html {
    let heads = ["Application", "Guard", "Prefixes", "The first of them"];
    let heads = heads.iter().map(|head| element("th", &[("scope", &"col")], text(head))).collect();
    let row = |left_out: &LeftOut| {
        let first = left_out
            .prefixes
            .iter()
            .map(|prefix| of_text("div", with_neighbors(facts, &left_out.application, *prefix)));
        element(
            "tr",
            &[],
            all([
                element("th", &[("scope", &"row")], text(plain(left_out.application.as_str()))),
                of_text("td", reason(left_out.guard, facts.known_configuration())),
                element("td", &[("class", &"number")], text(left_out.count)),
                element("td", &[], first.collect()),
            ]),
        )
    };
    let rows = facts.state.left_out.iter().map(row).collect();
    let head = element("thead", &[], element("tr", &[], heads));
    wide(element("table", &[], all([head, element("tbody", &[], rows)])))
}
