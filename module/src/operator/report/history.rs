//! The history of runs on the page: plots, and a table of the last runs.

use bgpcs_display::html::{Html, all, element, of_text, raw, text, wide};
use bgpcs_display::{counted, time};

use crate::health::facts::{ApplicationFacts, Facts};
use crate::operator::printed::grouped;
use crate::operator::report::log::Log;
use crate::operator::report::plot::Plots;
use crate::publish::history::{ApplicationChange, RunRecord};

/// The most runs in the table.
const MOST_RUNS: usize = 50;

/// Plots of all applications and of each, and a table of the last runs.
pub fn section(facts: &Facts, log: &Log, applications: &[ApplicationFacts<'_>]) -> Html {
    let overdue_since = facts.overdue().map(|_| facts.state.finished);
    let plots = Plots::new(&facts.history, &log.changes, &log.pauses, overdue_since, facts.now);
    let Some(plots) = plots else { return of_text("p", "No runs are recorded.") };
    let note = "Prefixes over time, in UTC. A mark at the lower edge is a change that brought prefixes, one at the upper edge \
                a change that took some. Where the line is interrupted, nothing ran.";
    let small = |application: &ApplicationFacts<'_>| {
        let title = format!("{}: {}", application.name, counted(application.prefixes.len(), "prefix"));
        element("div", &[], all([of_text("h3", title), plots.prefixes(Some(application.name))]))
    };
    let total = format!("All applications: {}", counted(facts.services.prefix_count(), "prefix"));
    all([
        element("p", &[("class", &"soft")], text(note)),
        of_text("h3", total),
        plots.prefixes(None),
        plots.outcomes(),
        element("div", &[("class", &"plots")], applications.iter().map(small).collect()),
        last_runs(&facts.history.0),
    ])
}

/// The last of the runs, newest first.
fn last_runs(runs: &[RunRecord]) -> Html {
    let heads = raw(
        "<thead><tr><th scope=\"col\">Run</th><th scope=\"col\">Outcome</th><th scope=\"col\" class=\"number\">Prefixes</th>\
         <th scope=\"col\" class=\"number\">Change</th><th scope=\"col\">Error</th></tr></thead>\n",
    );
    let count = runs.len().min(MOST_RUNS);
    let summary = of_text("summary", format!("The last {} with a changed result", counted(count, "run")));
    let rows = runs.iter().rev().take(MOST_RUNS).map(row).collect();
    let table = wide(element("table", &[], all([heads, element("tbody", &[], rows)])));
    element("details", &[], all([summary, table]))
}

fn row(run: &RunRecord) -> Html {
    let sum = |count: fn(&ApplicationChange) -> u64| run.applications.iter().map(count).sum::<u64>();
    let change = format!("+{} -{}", sum(|change| change.added), sum(|change| change.removed));
    let number = |value: String| element("td", &[("class", &"number")], text(value));
    element(
        "tr",
        &[],
        all([
            element("td", &[("class", &"time")], text(time::at(run.time))),
            of_text("td", run.outcome.name()),
            number(grouped(u128::from(run.prefixes()))),
            number(change),
            element("td", &[("class", &"text")], text(run.error.as_deref().unwrap_or_default())),
        ]),
    )
}
