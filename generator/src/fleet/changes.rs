//! What changed across the fleet: the same change on many nodes is told once.

use std::collections::{BTreeMap, HashMap};

use bgpcs::{Health, IpPrefix, UnixTime, plain};
use bgpcs_display::table::{Head, Paint, Table};
use bgpcs_display::{counted, listed, time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::answer::{Answers, shown};
use super::nodes::{Member, Silent};

/// How many changes of a node are taken; how many prefixes of a change, and how many nodes, the table names.
const MOST: usize = 2000;
const PREFIXES: usize = 4;
const NAMED: usize = 6;

/// The longest name or word that the module could write.
const LONGEST: usize = 300;

/// The changes of one node.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NodeChanges {
    #[serde(default)]
    recorded_since: Option<String>,
    changes: Vec<Change>,
}

/// A change of an application's prefixes.
#[derive(Debug, Deserialize)]
struct Change {
    time: String,
    #[serde(flatten)]
    what: What,
}

/// What changed, whenever and wherever.
#[derive(Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct What {
    application: String,
    gained: Option<Moved>,
    lost: Option<Moved>,
}

#[derive(Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Moved {
    count: u64,
    why: String,
    #[serde(default)]
    prefixes: Vec<IpPrefix>,
}

/// A change, and who had it when.
#[derive(Debug)]
struct ToldChange<'t> {
    what: &'t What,
    times: u64,
    first: UnixTime,
    last: UnixTime,
    places: Vec<&'t Member>,
}

/// The changes of the fleet, the earliest first.
#[derive(Debug)]
pub struct FleetChanges<'c> {
    since: UnixTime,
    told: Vec<ToldChange<'c>>,
    asked: usize,
    /// Nodes that have no record from before.
    shorter: Vec<&'c Member>,
    silent: Silent<'c>,
}

impl NodeChanges {
    /// Reads what a node printed.
    ///
    /// # Errors
    /// Why it is no answer.
    pub fn read(output: &str) -> Result<Self, String> {
        if output.trim().is_empty() {
            return Err("the module is not on it".to_owned());
        }
        let Ok(mut node) = serde_json::from_str::<Self>(output) else {
            return Err(match output.starts_with('{') {
                true => "more changes than a node sends; look there with: bgp-community-services changes"
                    .to_owned(),
                false => format!("the module says {}", shown(output)),
            });
        };
        node.changes.truncate(MOST);
        let is_short = |text: &String| text.len() <= LONGEST;
        let is_usual = |change: &Change| {
            let moved = [&change.what.gained, &change.what.lost].into_iter().flatten();
            is_short(&change.what.application)
                && moved.map(|moved| &moved.why).all(is_short)
                && time::parse(&change.time).is_some()
        };
        match node.changes.iter().all(is_usual) {
            true => Ok(node),
            false => Err("what it says has another form".to_owned()),
        }
    }
}

impl<'c> FleetChanges<'c> {
    /// Joins the answers of these nodes, to what changed since a time.
    pub fn of(since: UnixTime, places: &'c [Member], answers: &'c Answers<NodeChanges>) -> Self {
        let mut known: HashMap<&What, ToldChange<'_>> = HashMap::new();
        let (mut silent, mut shorter) = (Silent::default(), Vec::new());
        for place in places {
            let Some(node) = silent.unless_heard(answers, place) else { continue };
            let recorded = node.recorded_since.as_ref().and_then(|text| time::parse(text));
            if recorded.is_none_or(|recorded| recorded > since) {
                shorter.push(place);
            }
            for Change { time, what } in &node.changes {
                let Some(at) = time::parse(time).filter(|at| *at >= since) else { continue };
                let told = known.entry(what).or_insert_with(|| ToldChange {
                    what,
                    times: 0,
                    first: at,
                    last: at,
                    places: Vec::new(),
                });
                told.times += 1;
                (told.first, told.last) = (told.first.min(at), told.last.max(at));
                if told.places.last().is_none_or(|last| *last != place) {
                    told.places.push(place);
                }
            }
        }
        let mut told: Vec<ToldChange<'_>> = known.into_values().collect();
        told.sort_by(|one, other| {
            (one.first, one.last, &one.what.application).cmp(&(
                other.first,
                other.last,
                &other.what.application,
            ))
        });
        Self { since, told, asked: places.len(), shorter, silent }
    }

    /// Whether anybody answered.
    pub fn is_known(&self) -> bool {
        self.silent.count() < self.asked
    }

    /// For people.
    pub fn text(&self, now: UnixTime, paint: Paint) -> String {
        let heads = [
            Head::Text("Time"),
            Head::Text("Application"),
            Head::Number("Gained"),
            Head::Number("Lost"),
            Head::Text("Why"),
            Head::Number("Nodes"),
            Head::Text("Which"),
            Head::Text("Prefixes"),
        ];
        let mut table = Table::new(heads, paint);
        for told in &self.told {
            table.row(Health::Healthy, told.cells());
        }
        let since = time::since(self.since, now);
        let mut lines = match self.told.is_empty() {
            true => format!("no change since {since}\n"),
            false => format!("{table}\n{} since {since}\n", counted(self.told.len(), "change")),
        };
        if !self.shorter.is_empty() {
            let nodes = counted(self.shorter.len(), "node");
            lines += &format!(
                "changes are not recorded for so long: {nodes}: {}\n",
                listed(self.shorter.iter(), NAMED)
            );
        }
        lines + &self.silent.lines()
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let told = |told: &ToldChange<'_>| {
            json!({
                "first": time::at(told.first),
                "last": time::at(told.last),
                "times": told.times,
                "application": told.what.application,
                "gained": told.what.gained,
                "lost": told.what.lost,
                "nodes": told.places.iter().map(|place| place.json()).collect::<Vec<_>>(),
            })
        };
        json!({
            "version": 1,
            "since": time::at(self.since),
            "changes": self.told.iter().map(told).collect::<Vec<_>>(),
            "not-recorded-so-long": self.shorter.iter().map(|place| place.json()).collect::<Vec<_>>(),
            "no-answer": self.silent.json(),
        })
    }
}

impl ToldChange<'_> {
    fn cells(&self) -> Vec<String> {
        let parts = || [(&self.what.gained, "+"), (&self.what.lost, "-")].into_iter();
        let count = |moved: &Option<Moved>| moved.as_ref().map_or(0, |moved| moved.count).to_string();
        let why: BTreeMap<&str, ()> =
            parts().filter_map(|(moved, _)| Some((moved.as_ref()?.why.as_str(), ()))).collect();
        let prefixes: Vec<String> = parts()
            .flat_map(|(moved, sign)| {
                let prefixes = moved.as_ref().map_or(&[][..], |moved| &moved.prefixes);
                prefixes.iter().map(move |prefix| format!("{sign}{prefix}"))
            })
            .collect();
        let mut lines: Vec<String> = prefixes.iter().take(PREFIXES).cloned().collect();
        if prefixes.len() > PREFIXES {
            lines.push(format!("and {} more", prefixes.len() - PREFIXES));
        }
        let when = match self.first == self.last {
            true => time::at(self.first),
            false => format!("{}\nto {}", time::at(self.first), time::at(self.last)),
        };
        vec![
            when,
            plain(&self.what.application),
            count(&self.what.gained),
            count(&self.what.lost),
            plain(&why.into_keys().collect::<Vec<_>>().join(", ")),
            self.places.len().to_string(),
            listed(self.places.iter(), NAMED),
            lines.join("\n"),
        ]
    }
}
