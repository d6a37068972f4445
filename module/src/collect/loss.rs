//! Whether a loss of prefixes is too sudden to be true. Values in, values out.
//!
//! It is measured against all that an application had in the last `stale-path-time`, since prefixes may go one by one.

use bgpcs::{LargestLoss, StalePathTime, UnixTime};
use serde::{Deserialize, Serialize};

use crate::collect::kept::{SuddenLoss, may_stay};
use crate::prefix::Prefix;

/// The rule, and when it is applied.
#[derive(Debug, Clone, Copy)]
pub struct LossRule {
    /// A greater loss is not believed at once.
    pub largest: LargestLoss,
    /// How long what was there counts, and how long it is kept.
    pub stale_path_time: StalePathTime,
    /// How many of the prefixes that an application had are remembered.
    pub most: usize,
    /// The present.
    pub now: UnixTime,
}

/// The prefixes that an application had recently. Every list is sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Recent {
    /// Those that the routing engine had last.
    pub present: Vec<Prefix>,
    /// Those that went before, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Gone>,
    /// Those that are kept, while they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptPrefixes>,
}

/// Prefixes that went at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// When.
    pub time: UnixTime,
    /// Which.
    pub prefixes: Vec<Prefix>,
}

impl Gone {
    fn size(&self) -> usize {
        self.prefixes.len() + 1
    }
}

/// Prefixes that are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPrefixes {
    /// Since when.
    pub since: UnixTime,
    /// Which: all that the application had in the `stale-path-time` before.
    pub prefixes: Vec<Prefix>,
}

impl Recent {
    /// An application that has `found`, and nothing to compare with.
    pub fn of(found: &[Prefix]) -> Self {
        Self { present: found.to_vec(), ..Self::default() }
    }

    /// How many prefixes these are, where a list of those that went counts as one more.
    pub fn size(&self) -> usize {
        let gone: usize = self.gone.iter().map(Gone::size).sum();
        self.present.len() + gone + self.kept.as_ref().map_or(0, |kept| kept.prefixes.len())
    }

    /// What is to be remembered when the routing engine has `found` (sorted) now, and the loss, if that is not believed:
    /// then the application keeps the `kept` prefixes beside those that it has.
    pub fn then(self, found: &[Prefix], rule: &LossRule) -> (Self, Option<SuddenLoss>) {
        let LossRule { largest, stale_path_time, now, .. } = *rule;
        let is_recent = |time: UnixTime| may_stay(time.min(now), stale_path_time, now);
        let is_lost = |prefix: &&Prefix| found.binary_search(prefix).is_err();
        let was_kept = self.kept.is_some();
        let (since, had) = match self.kept {
            Some(KeptPrefixes { since, prefixes }) => (since.min(now), prefixes),
            None => {
                let recent = self.gone.iter().filter(|gone| is_recent(gone.time));
                let mut had: Vec<Prefix> = recent.flat_map(|gone| &gone.prefixes).copied().collect();
                had.extend_from_slice(&self.present);
                had.sort();
                had.dedup();
                (now, had)
            }
        };
        let loss = SuddenLoss { lost: had.iter().filter(is_lost).count() as u64, had: had.len() as u64 };
        let is_too_sudden = loss.lost * 100 > u64::from(largest.get()) * loss.had;
        let next = Self::of(found);
        if is_too_sudden && is_recent(since) {
            let kept = Some(KeptPrefixes { since, prefixes: had });
            return (Self { kept, ..next }, Some(loss));
        }
        // Once its time is over, what was kept is gone for good. It would count as lost again otherwise.
        let gone = match is_too_sudden {
            true => Vec::new(),
            false if was_kept => gone_at(since, had.iter().filter(is_lost)),
            false => {
                let went = gone_at(now, self.present.iter().filter(is_lost));
                let recent = self.gone.into_iter().filter(|gone| is_recent(gone.time)).map(|gone| Gone {
                    time: gone.time.min(now),
                    prefixes: gone.prefixes.into_iter().filter(|prefix| is_lost(&prefix)).collect(),
                });
                recent.filter(|gone| !gone.prefixes.is_empty()).chain(went).collect()
            }
        };
        (Self { gone: bounded(gone, rule.most), ..next }, None)
    }
}

fn gone_at<'p>(time: UnixTime, prefixes: impl Iterator<Item = &'p Prefix>) -> Vec<Gone> {
    let prefixes: Vec<Prefix> = prefixes.copied().collect();
    if prefixes.is_empty() { Vec::new() } else { vec![Gone { time, prefixes }] }
}

/// The newest of them, as many as are remembered.
fn bounded(gone: Vec<Gone>, most: usize) -> Vec<Gone> {
    let mut count = 0;
    let is_within = |gone: &Gone| {
        count += gone.size();
        count <= most
    };
    let mut newest: Vec<Gone> = gone.into_iter().rev().take_while(is_within).collect();
    newest.reverse();
    newest
}
