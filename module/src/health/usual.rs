//! How many prefixes an application usually has, by the history of the last day.

use bgpcs::{ApplicationName, UnixTime};

use crate::collect::state::Outcome;
use crate::publish::history::{History, RunRecord};

/// How far back the usual number is looked for, in seconds.
const DAY: u64 = 24 * 3600;

/// An application that has far fewer prefixes than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// How many it had: the median of the day, each number as long as it held.
    pub usual: u64,
    /// Since when it has far fewer.
    pub since: UnixTime,
}

/// Whether an application, which has `present` prefixes, lost more than `percent` of those that it had in the last day.
///
/// The day ends when the loss began, so that the loss itself does not become what is usual. It begins 24 hours before now:
/// by then, at the latest, the present number is the usual one.
pub fn loss(
    history: &History,
    application: &ApplicationName,
    present: u64,
    percent: u8,
    now: UnixTime,
) -> Option<Loss> {
    let is_far_above =
        |count: u64| count.saturating_sub(present).saturating_mul(100) > count.saturating_mul(percent.into());
    let count = |record: &RunRecord| {
        let of = record.applications.iter().find(|change| change.application == *application);
        of.map_or(0, |change| change.ipv4 + change.ipv6)
    };
    let records: Vec<&RunRecord> = history.0.iter().filter(|record| has_own_prefixes(record)).collect();
    let before = records.iter().rposition(|record| is_far_above(count(record)))?;
    let since = records.get(before + 1).map_or(now, |record| record.time);
    let begin = now.saturating_sub(DAY);
    let mut held: Vec<(u64, u64)> = Vec::new();
    for (at, record) in records.iter().enumerate().take(before + 1) {
        let until = records.get(at + 1).map_or(since, |next| next.time);
        if until >= begin {
            // What held for less than a second counts all the same.
            held.push((count(record), until.saturating_sub(record.time.max(begin)).max(1)));
        }
    }
    let usual = median(held)?;
    is_far_above(usual).then_some(Loss { usual, since })
}

/// Whether the numbers of a run are those of the routes, and not those of a fault.
fn has_own_prefixes(record: &RunRecord) -> bool {
    match record.outcome {
        Outcome::Good | Outcome::Partial | Outcome::Held | Outcome::Standby => true,
        Outcome::None | Outcome::Failed => false,
    }
}

/// The median of numbers with weights; none without numbers.
fn median(mut held: Vec<(u64, u64)>) -> Option<u64> {
    held.sort_unstable();
    let all: u64 = held.iter().map(|(_, weight)| weight).sum();
    let mut so_far = 0;
    held.iter().find_map(|(count, weight)| {
        so_far += weight;
        (so_far * 2 >= all).then_some(*count)
    })
}
