//! `changes`: what changed and why, as the log of changes has it.

use std::collections::VecDeque;

use bgp_community_services_cli::selector::Selector;
use bgpcs::{ApplicationName, Health, ModuleConfiguration, Quoted, UnixTime, plain};
use bgpcs_display::since::Since;
use bgpcs_display::table::{Head, Paint, Table};
use bgpcs_display::time;
use serde::{Serialize, Serializer};

use crate::collect::state::State;
use crate::configuration;
use crate::operator::error::OperatorError;
use crate::operator::printed::Printed;
use crate::prefix::Prefix;
use crate::publish::change_log::{self, Entry, Pause};
use crate::publish::changes::{Change, Moved, Why};
use crate::settings::Settings;

/// How many prefixes of a change the table shows: in a list of everything, and of what is asked for.
const SHOWN_OF_ALL: usize = 4;
const SHOWN_OF_WANTED: usize = 30;

/// The most changes that are told, the newest ones: what fits into the command's memory.
const MOST_CHANGES: usize = 20_000;

/// What is asked for.
pub struct Wanted<'w> {
    /// Only this; `None` for everything.
    pub wanted: Option<&'w Selector>,
    /// Only since then.
    pub since: Option<Since>,
    /// The present.
    pub now: UnixTime,
}

/// The changes that are wanted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ToldChanges {
    /// The time of the oldest entry of the log; older changes are not known.
    #[serde(serialize_with = "optional_time")]
    recorded_since: Option<UnixTime>,
    changes: VecDeque<ToldChange>,
    /// How many older changes are not told, since there are too many.
    left_out: u64,
    /// When nothing ran.
    pauses: Vec<Gap>,
}

/// A change, of which only those prefixes are listed that are wanted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ToldChange {
    #[serde(serialize_with = "rfc_3339")]
    time: UnixTime,
    application: ApplicationName,
    /// How many it has since.
    prefixes: u64,
    gained: Option<ToldPrefixes>,
    lost: Option<ToldPrefixes>,
}

/// What came or went.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ToldPrefixes {
    count: u64,
    why: Why,
    /// Whether the prefixes are known, or were too many.
    listed: bool,
    prefixes: Vec<Prefix>,
}

/// A time without a run.
#[derive(Debug, Serialize)]
struct Gap {
    #[serde(serialize_with = "rfc_3339")]
    from: UnixTime,
    #[serde(serialize_with = "rfc_3339")]
    to: UnixTime,
}

fn rfc_3339<S: Serializer>(time: &UnixTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time::at(*time))
}

#[expect(clippy::ref_option, reason = "serde passes the field")]
fn optional_time<S: Serializer>(time: &Option<UnixTime>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(time::at).serialize(serializer)
}

/// Reads the log and prints what is wanted of it.
///
/// # Errors
/// When the log cannot be read.
pub fn answer(
    settings: &Settings,
    wanted: &Wanted<'_>,
    json: bool,
    paint: Paint,
) -> Result<Printed, OperatorError> {
    let configuration = configuration::read(&settings.configuration)
        .ok()
        .map(|understood| understood.configuration)
        .or_else(|| State::load(&settings.state_dir).configuration);
    let selection = Selection::new(wanted, configuration.as_ref());
    let since = wanted.since.map_or(0, |since| since.at(wanted.now));
    let mut answer =
        ToldChanges { recorded_since: None, changes: VecDeque::new(), left_out: 0, pauses: Vec::new() };
    let mut is_known = selection.is_known;
    change_log::read(&settings.state_dir, &mut |entry| {
        answer.recorded_since.get_or_insert(entry.time());
        let is_wanted = entry.time() >= since;
        match entry {
            Entry::Change(change) => {
                is_known |= selection.has_application(&change.application);
                answer.changes.extend(is_wanted.then(|| selection.row(change)).flatten());
                if answer.changes.len() > MOST_CHANGES {
                    answer.changes.pop_front();
                    answer.left_out += 1;
                }
            }
            Entry::Pause(Pause { from, to }) => answer.pauses.extend(is_wanted.then_some(Gap { from, to })),
        }
    })?;
    let health = if is_known { Health::Healthy } else { Health::Degraded };
    let text = if json {
        let mut text = serde_json::to_string_pretty(&answer).unwrap_or_default();
        text.push('\n');
        text
    } else {
        text(&answer, wanted, is_known, since, paint)
    };
    Ok(Printed { text, health })
}

fn text(answer: &ToldChanges, wanted: &Wanted<'_>, is_known: bool, since: UnixTime, paint: Paint) -> String {
    let Some(recorded) = answer.recorded_since else {
        return "no changes are recorded yet; each run records what it changes\n".to_owned();
    };
    if let Some(Selector::Application(name)) = wanted.wanted.filter(|_| !is_known) {
        let name = Quoted(name);
        return format!(
            "application {name} does not exist and has no recorded changes; list the applications with: \
             bgp-community-services status\n"
        );
    }
    let from = time::since(since.max(recorded), wanted.now);
    let mut notes = String::new();
    if since < recorded {
        notes += &format!("older changes than {} are not recorded\n", time::since(recorded, wanted.now));
    }
    if answer.left_out > 0 {
        notes += &format!(
            "{} older changes are left out; narrow them down by application or prefix\n",
            answer.left_out
        );
    }
    if answer.changes.is_empty() {
        notes = format!("no change since {from}\n");
    }
    let shown = if wanted.wanted.is_some() { SHOWN_OF_WANTED } else { SHOWN_OF_ALL };
    let table = match answer.changes.is_empty() && answer.pauses.is_empty() {
        true => String::new(),
        false => table(answer, shown, paint).to_string(),
    };
    let gap = if table.is_empty() || notes.is_empty() { "" } else { "\n" };
    format!("{table}{gap}{notes}")
}

/// A row for each change and each time without a run, the oldest first.
fn table(answer: &ToldChanges, shown: usize, paint: Paint) -> Table {
    let heads = [
        Head::Text("Time"),
        Head::Text("Application"),
        Head::Number("Gained"),
        Head::Number("Lost"),
        Head::Number("Now"),
        Head::Text("Why"),
        Head::Text("Prefixes"),
    ];
    let mut table = Table::new(heads, paint);
    let mut pauses = answer.pauses.iter().peekable();
    for row in &answer.changes {
        while let Some(pause) = pauses.next_if(|pause| pause.to <= row.time) {
            table.row(Health::Degraded, pause.cells());
        }
        table.row(Health::Healthy, row.cells(shown));
    }
    for pause in pauses {
        table.row(Health::Degraded, pause.cells());
    }
    table
}

impl Gap {
    fn cells(&self) -> [String; 7] {
        let [time, text] =
            [time::at(self.from), format!("no run for {}", time::span(self.to.saturating_sub(self.from)))];
        [time, text, String::new(), String::new(), String::new(), String::new(), String::new()]
    }
}

impl ToldChange {
    fn cells(&self, shown: usize) -> [String; 7] {
        let parts = || self.gained.iter().zip(["+"]).chain(self.lost.iter().zip(["-"]));
        let count = |part: &Option<ToldPrefixes>| part.as_ref().map_or(0, |part| part.count).to_string();
        let mut why: Vec<&str> = parts().map(|(part, _)| part.why.name()).collect();
        why.dedup();
        let prefixes = parts()
            .flat_map(|(part, sign)| part.prefixes.iter().map(move |prefix| format!("{sign}{prefix}")));
        let mut lines: Vec<String> = prefixes.clone().take(shown).collect();
        let more = prefixes.count().saturating_sub(shown);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.extend(
            parts().filter(|(part, _)| !part.listed).map(|(_, sign)| format!("{sign}(too many to list)")),
        );
        [
            time::at(self.time),
            plain(self.application.as_str()),
            count(&self.gained),
            count(&self.lost),
            self.prefixes.to_string(),
            why.join(", "),
            lines.join("\n"),
        ]
    }
}

/// Which changes are wanted.
struct Selection<'s> {
    /// Only of these applications.
    names: Option<Vec<&'s str>>,
    /// Only of prefixes that contain this one or are in it.
    net: Option<Prefix>,
    /// Whether the configuration knows what is wanted.
    is_known: bool,
}

impl<'s> Selection<'s> {
    fn new(wanted: &Wanted<'s>, configuration: Option<&'s ModuleConfiguration>) -> Self {
        let applications = configuration.map_or(&[][..], |configuration| &configuration.applications);
        match wanted.wanted {
            None => Self { names: None, net: None, is_known: true },
            Some(Selector::Net(net)) => Self { names: None, net: Some(Prefix::from(*net)), is_known: true },
            Some(Selector::Application(name)) => {
                let is_known = applications.iter().any(|known| known.application_name.as_str() == name);
                Self { names: Some(vec![name]), net: None, is_known }
            }
            Some(Selector::Community(community)) => {
                let listing = applications.iter().filter(|application| {
                    application.bgp_community.iter().any(|listed| listed.canonical() == community.canonical())
                });
                let names: Vec<_> =
                    listing.map(|application| application.application_name.as_str()).collect();
                Self { is_known: !names.is_empty(), names: Some(names), net: None }
            }
        }
    }

    fn has_application(&self, name: &ApplicationName) -> bool {
        self.names.as_ref().is_none_or(|names| names.contains(&name.as_str()))
    }

    /// The change as far as it is wanted. What was too many to be listed may have a wanted prefix, and so is wanted.
    fn row(&self, change: Change) -> Option<ToldChange> {
        let Change { time, application, prefixes, gained, lost } = change;
        if !self.has_application(&application) {
            return None;
        }
        let [gained, lost] = [gained, lost].map(|moved| self.part(moved?));
        let is_wanted = gained.is_some() || lost.is_some();
        is_wanted.then_some(ToldChange { time, application, prefixes, gained, lost })
    }

    fn part(&self, moved: Moved) -> Option<ToldPrefixes> {
        let listed = !moved.is_summary();
        let Moved { count, why, mut prefixes } = moved;
        if let Some(net) = self.net {
            prefixes.retain(|prefix| prefix.contains(net) || net.contains(*prefix));
        }
        (!listed || !prefixes.is_empty()).then_some(ToldPrefixes { count, why, listed, prefixes })
    }
}
