//! Plots of the history.

use std::fmt::Display;

use bgpcs::{ApplicationName, UnixTime};
use bgpcs_display::html::{Html, all, element, text};
use bgpcs_display::time;

use crate::collect::state::Outcome;
use crate::publish::history::{History, RunRecord};

/// The size in units of the drawing; the page stretches it.
const WIDTH: u64 = 600;
const HEIGHT: u64 = 60;

/// The number of prefixes over time as a stepped line, of one application or of all together, from the first record until
/// `now`; `None` without records.
pub fn prefixes(history: &History, application: Option<&ApplicationName>, now: UnixTime) -> Option<Html> {
    let count = |record: &RunRecord| match application {
        None => record.prefixes(),
        Some(name) => {
            let change = record.applications.iter().find(|change| change.application == *name);
            change.map_or(0, |change| change.ipv4 + change.ipv6)
        }
    };
    let counts: Vec<(UnixTime, u64)> = history.0.iter().map(|record| (record.time, count(record))).collect();
    let (first, _) = *counts.first()?;
    let (_, last) = *counts.last()?;
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let x = scale(first, now);
    let y = |count: u64| HEIGHT - 2 - (HEIGHT - 4) * count / most.max(1);
    let mut line = String::new();
    for (time, count) in &counts {
        let (x, y) = (x(*time), y(*count));
        line += &if line.is_empty() { format!("M{x} {y}") } else { format!("H{x}V{y}") };
    }
    line += &format!("H{WIDTH}");
    let title = format!("{last} prefixes now, maximum {most} since {}", time::at(first));
    let area = format!("{line}V{HEIGHT}H0Z");
    Some(drawing(
        HEIGHT,
        &title,
        all([
            element("path", &[("class", &"area"), ("d", &area)], Html::default()),
            element("path", &[("class", &"line"), ("d", &line)], Html::default()),
        ]),
    ))
}

/// The outcomes of the runs over time as a coloured strip; `None` without records.
pub fn outcomes(history: &History, now: UnixTime) -> Option<Html> {
    let first = history.0.first()?.time;
    let x = scale(first, now);
    let ends = history.0.iter().skip(1).map(|record| record.time).chain([now]);
    let stretch = |(record, end): (&RunRecord, UnixTime)| {
        let class = match record.outcome {
            Outcome::Good => "good",
            Outcome::Partial | Outcome::Held | Outcome::None => "degraded",
            Outcome::Failed => "broken",
            Outcome::Standby => "standby",
        };
        let (from, to) = (x(record.time), x(end));
        let name = format!("{class} from {} to {}", time::at(record.time), time::at(end));
        element(
            "rect",
            &[
                ("class", &class),
                ("x", &from),
                ("y", &0),
                ("width", &to.saturating_sub(from).max(1)),
                ("height", &10),
            ],
            element("title", &[], text(name)),
        )
    };
    let strip = history.0.iter().zip(ends).map(stretch).collect();
    Some(drawing(10, "outcomes of the runs", strip))
}

fn drawing(height: u64, title: &str, content: Html) -> Html {
    let view = format!("0 0 {WIDTH} {height}");
    let attributes: [(&'static str, &dyn Display); 4] = [
        ("viewBox", &view),
        ("preserveAspectRatio", &"none"),
        ("role", &"img"),
        ("class", &if height == HEIGHT { "plot" } else { "strip" }),
    ];
    element("svg", &attributes, all([element("title", &[], text(title)), content]))
}

/// From a time to units of the drawing.
fn scale(first: UnixTime, now: UnixTime) -> impl Fn(UnixTime) -> u64 {
    let span = now.saturating_sub(first).max(1);
    move |time| {
        u64::try_from(u128::from(WIDTH) * u128::from(time.saturating_sub(first).min(span)) / u128::from(span))
            .unwrap_or(WIDTH)
    }
}
