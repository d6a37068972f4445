//! Plots of the history.

use std::fmt::Display;

use bgpcs::{ApplicationName, UnixTime};
use bgpcs_display::html::{Html, all, element, of_text, text};
use bgpcs_display::time;

use crate::collect::state::Outcome;
use crate::operator::printed::grouped;
use crate::publish::change_log::Pause;
use crate::publish::changes::Change;
use crate::publish::history::{History, RunRecord};

/// The size in units of the drawing; the page stretches it.
const WIDTH: u64 = 600;
const HEIGHT: u64 = 60;

/// The most changes that a plot marks, and the most times without a run that it leaves out; the newest ones.
const MOST_MARKS: usize = 200;
const MOST_GAPS: usize = 200;

/// What all plots of a page share: the axis of time, and when nothing ran.
pub struct Plots<'p> {
    history: &'p History,
    changes: &'p [Change],
    first: UnixTime,
    now: UnixTime,
    /// When runs were made, in order.
    stretches: Vec<(UnixTime, UnixTime)>,
}

impl<'p> Plots<'p> {
    /// The plots from the first record of the history until `now`; `None` without records. `overdue_since` is when the last
    /// run ended, if nothing has run since although it should have.
    pub fn new(
        history: &'p History,
        changes: &'p [Change],
        pauses: &[Pause],
        overdue_since: Option<UnixTime>,
        now: UnixTime,
    ) -> Option<Self> {
        let first = history.0.first()?.time;
        let present = overdue_since.map(|from| Pause { from, to: now });
        let newest = pauses.get(pauses.len().saturating_sub(MOST_GAPS)..).unwrap_or_default();
        let mut stretches = Vec::new();
        let mut from = first;
        for pause in newest.iter().copied().chain(present).filter(|pause| pause.to > first) {
            // Clocks are set: no stretch ends before it begins.
            stretches.extend((pause.from >= from).then_some((from, pause.from)));
            from = from.max(pause.to);
        }
        stretches.extend((from < now || stretches.is_empty()).then_some((from, now)));
        Some(Self { history, changes, first, now, stretches })
    }

    /// The number of prefixes over time as a stepped line, of one application or of all together, with its axes and a mark
    /// for each change.
    pub fn prefixes(&self, application: Option<&ApplicationName>) -> Html {
        let count = |record: &RunRecord| match application {
            None => record.prefixes(),
            Some(name) => {
                let change = record.applications.iter().find(|change| change.application == *name);
                change.map_or(0, |change| change.ipv4 + change.ipv6)
            }
        };
        let counts: Vec<(UnixTime, u64)> =
            self.history.0.iter().map(|record| (record.time, count(record))).collect();
        let last = counts.last().map_or(0, |(_, count)| *count);
        let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let title = format!("{last} prefixes now, maximum {most} since {}", time::at(self.first));
        let lines = self.stretches.iter().map(|stretch| self.stretch(&counts, most, *stretch));
        let plot = self.drawing(HEIGHT, &title, all([grid(), lines.collect(), self.marks(application)]));
        let scale = all([
            of_text("span", grouped(u128::from(most))),
            of_text("span", "prefixes"),
            of_text("span", "0"),
        ]);
        element(
            "div",
            &[("class", &"chart")],
            all([element("div", &[("class", &"scale")], scale), plot, self.times(application.is_none())]),
        )
    }

    /// The line and the area below it, while runs were made.
    fn stretch(&self, counts: &[(UnixTime, u64)], most: u64, (from, to): (UnixTime, UnixTime)) -> Html {
        let y = |count: u64| HEIGHT - 2 - (HEIGHT - 4) * count / most.max(1);
        let before = counts.iter().take_while(|(time, _)| *time <= from).last().or(counts.first());
        let (begin, end) = (self.x(from), self.x(to));
        let mut line = format!("M{begin} {}", y(before.map_or(0, |(_, count)| *count)));
        for (time, count) in counts.iter().filter(|(time, _)| *time > from && *time <= to) {
            line += &format!("H{}V{}", self.x(*time), y(*count));
        }
        // A stretch of a few seconds can still be seen.
        line += &format!("H{}", end.max(begin + 1));
        let area = format!("{line}V{HEIGHT}H{begin}Z");
        all([
            element("path", &[("class", &"area"), ("d", &area)], Html::default()),
            element("path", &[("class", &"line"), ("d", &line)], Html::default()),
        ])
    }

    /// A mark at the upper edge for prefixes that went, at the lower one for those that came.
    fn marks(&self, application: Option<&ApplicationName>) -> Html {
        let is_shown = |change: &&Change| {
            change.time >= self.first && application.is_none_or(|name| change.application == *name)
        };
        let mark = |change: &Change| {
            let x = self.x(change.time);
            let of = |edge: &str, class: &'static str, name: String| {
                let title = element("title", &[], text(name));
                element("path", &[("class", &class), ("d", &format!("M{x} {edge}"))], title)
            };
            let name = |sign: char, count: u64, why: &str| {
                format!("{} {}: {sign}{count} {why}", time::at(change.time), change.application)
            };
            let came = change.gained.as_ref().map(|moved| {
                of(&format!("{HEIGHT}v-14"), "mark came", name('+', moved.count, moved.why.name()))
            });
            let went = change
                .lost
                .as_ref()
                .map(|moved| of("0v14", "mark went", name('-', moved.count, moved.why.name())));
            all([came.unwrap_or_default(), went.unwrap_or_default()])
        };
        self.changes.iter().rev().filter(is_shown).take(MOST_MARKS).map(mark).collect()
    }

    /// The axis of time.
    fn times(&self, with_middle: bool) -> Html {
        let label = |time: UnixTime| of_text("span", minutes(time));
        let middle = if with_middle { label(self.first.midpoint(self.now)) } else { Html::default() };
        element("div", &[("class", &"times")], all([label(self.first), middle, label(self.now)]))
    }

    /// The outcomes of the runs over time as a coloured strip.
    pub fn outcomes(&self) -> Html {
        let ends = self.history.0.iter().skip(1).map(|record| record.time).chain([self.now]);
        let strip = self.history.0.iter().zip(ends).flat_map(|(record, end)| {
            let within = self.stretches.iter().map(move |(from, to)| (record.time.max(*from), end.min(*to)));
            within.filter(|(from, to)| from <= to).map(move |(from, to)| self.outcome(record, from, to))
        });
        let strip = self.drawing(10, "outcomes of the runs", strip.collect());
        element("div", &[("class", &"chart")], strip)
    }

    fn outcome(&self, record: &RunRecord, from: UnixTime, to: UnixTime) -> Html {
        let class = match record.outcome {
            Outcome::Good => "good",
            Outcome::Partial | Outcome::Held | Outcome::None => "degraded",
            Outcome::Failed => "broken",
            Outcome::Standby => "standby",
        };
        let name = format!("{class} from {} to {}", time::at(from), time::at(to));
        let (from, to) = (self.x(from), self.x(to));
        let width = to.saturating_sub(from).max(1);
        element(
            "rect",
            &[("class", &class), ("x", &from), ("y", &0), ("width", &width), ("height", &10)],
            element("title", &[], text(name)),
        )
    }

    fn drawing(&self, height: u64, title: &str, content: Html) -> Html {
        let view = format!("0 0 {WIDTH} {height}");
        let attributes: [(&'static str, &dyn Display); 4] = [
            ("viewBox", &view),
            ("preserveAspectRatio", &"none"),
            ("role", &"img"),
            ("class", &if height == HEIGHT { "plot" } else { "strip" }),
        ];
        let gaps = self.stretches.windows(2).filter_map(|two| match two {
            [(_, from), (to, _)] => Some((*from, *to)),
            _ => None,
        });
        let last = self.stretches.last().map(|(_, to)| (*to, self.now)).filter(|(from, to)| from < to);
        let gap = |(from, to): (UnixTime, UnixTime)| {
            let name = format!("nothing ran from {} to {}", time::at(from), time::at(to));
            let width = self.x(to).saturating_sub(self.x(from));
            element(
                "rect",
                &[("class", &"gap"), ("x", &self.x(from)), ("y", &0), ("width", &width), ("height", &height)],
                element("title", &[], text(name)),
            )
        };
        let gaps = gaps.chain(last).map(gap).collect();
        element("svg", &attributes, all([element("title", &[], text(title)), gaps, content]))
    }

    /// From a time to units of the drawing.
    fn x(&self, time: UnixTime) -> u64 {
        let span = self.now.saturating_sub(self.first).max(1);
        let part = u128::from(time.saturating_sub(self.first).min(span));
        u64::try_from(u128::from(WIDTH) * part / u128::from(span)).unwrap_or(WIDTH)
    }
}

/// Lines at the maximum, at the middle and at none.
fn grid() -> Html {
    let middle = HEIGHT / 2;
    let lines = format!("M0 2H{WIDTH}M0 {middle}H{WIDTH}M0 {}H{WIDTH}", HEIGHT - 2);
    element("path", &[("class", &"grid"), ("d", &lines)], Html::default())
}

/// A time to the minute: `2026-11-21T09:00Z`.
fn minutes(time: UnixTime) -> String {
    let at = time::at(time);
    at.get(..16).map_or(at.clone(), |minutes| format!("{minutes}Z"))
}
