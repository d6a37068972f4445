//! What changed, on the page: a list of the last changes.

use bgpcs::UnixTime;
use bgpcs_display::html::{Html, all, element, of_text, raw, text, wide};
use bgpcs_display::{counted, time};

use crate::operator::printed::grouped;
use crate::operator::report::log::Log;
use crate::publish::changes::{Change, Moved};

/// The most changes in the list, and the most prefixes of each.
const MOST_CHANGES: usize = 50;
const MOST_PREFIXES: usize = 40;

/// The last changes, newest first.
pub fn section(log: &Log, now: UnixTime) -> Html {
    if let Some(error) = &log.error {
        return of_text("p", error);
    }
    let Some(last) = log.changes.last() else { return of_text("p", "No changes are recorded.") };
    let note = match log.changes.len().checked_sub(MOST_CHANGES) {
        None | Some(0) => format!("The last change was at {}.", time::since(last.time, now)),
        Some(rest) => format!(
            "The last {}, the newest first; list {} more with: bgp-community-services changes",
            counted(MOST_CHANGES, "change"),
            grouped(rest as u128)
        ),
    };
    let heads = raw(
        "<thead><tr><th scope=\"col\">Time</th><th scope=\"col\">Application</th><th scope=\"col\">Gained</th>\
         <th scope=\"col\">Lost</th><th scope=\"col\" class=\"number\">Prefixes since</th></tr></thead>\n",
    );
    let rows = log.changes.iter().rev().take(MOST_CHANGES).map(row).collect();
    let table = wide(element("table", &[("class", &"changes")], all([heads, element("tbody", &[], rows)])));
    all([element("p", &[("class", &"soft")], text(note)), table])
}

fn row(change: &Change) -> Html {
    element(
        "tr",
        &[],
        all([
            element("td", &[("class", &"time")], text(time::at(change.time))),
            element("td", &[("class", &"name")], text(&change.application)),
            element("td", &[], part('+', change.gained.as_ref())),
            element("td", &[], part('-', change.lost.as_ref())),
            element("td", &[("class", &"number")], text(grouped(u128::from(change.prefixes)))),
        ]),
    )
}

/// How many came or went and why, and which.
fn part(sign: char, moved: Option<&Moved>) -> Html {
    let Some(moved) = moved else { return Html::default() };
    let count = format!("{sign}{} {}", grouped(u128::from(moved.count)), moved.why.name());
    if moved.is_summary() {
        return text(count);
    }
    let shown = moved.prefixes.iter().take(MOST_PREFIXES).map(|prefix| of_text("li", prefix));
    let rest = match moved.prefixes.len().checked_sub(MOST_PREFIXES) {
        None | Some(0) => Html::default(),
        Some(rest) => of_text("p", format!("and {rest} more")),
    };
    let list = element("ul", &[("class", &"prefixes")], shown.collect());
    element("details", &[], all([of_text("summary", count), list, rest]))
}
