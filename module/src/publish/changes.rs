//! What changed: the prefixes that an application gained and lost in a run, and why. Values in, values out.

use std::cell::Cell;

use bgpcs::{ApplicationName, UnixTime};
use serde::{Deserialize, Serialize};

use crate::collect::services::Services;
use crate::prefix::{Prefix, missing};

/// How many prefixes are listed of all changes of one run together. Changes that do not fit are only counted.
const MOST_LISTED: usize = 1000;

/// How many prefixes are listed of a change after which none of the earlier prefixes is left. A session that flaps brings
/// such a change each time, and is not to push everything else out of the log.
const MOST_LISTED_OF_WHOLE: usize = 100;

/// Why an application gained or lost prefixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Neighbors announced them, or their communities now select them.
    Announced,
    /// Neighbors withdrew them, or their communities no longer select them.
    Withdrawn,
    /// A BGP session ended or began, or the routing engine itself.
    Session,
    /// The configuration of the application or of the profile changed.
    Configuration,
    /// A limit of the profile admits them, or leaves them out.
    Guard,
    /// They are kept although the source does not have them now.
    Held,
    /// They were kept, and are not any longer.
    Released,
}

impl Why {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Withdrawn => "withdrawn",
            Self::Session => "session",
            Self::Configuration => "configuration",
            Self::Guard => "guard",
            Self::Held => "held",
            Self::Released => "released",
        }
    }
}

/// Why an application gained prefixes, and why it lost some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reasons {
    /// Of those that it gained.
    pub gained: Why,
    /// Of those that it lost.
    pub lost: Why,
}

/// A change of an application's prefixes by one run. On disk times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// When the run began.
    pub time: UnixTime,
    /// Which application.
    pub application: ApplicationName,
    /// How many prefixes it has since.
    pub prefixes: u64,
    /// Those that it did not have before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gained: Option<Moved>,
    /// Those that it has no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<Moved>,
}

/// Prefixes that came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Moved {
    /// How many.
    pub count: u64,
    /// Why.
    pub why: Why,
    /// Which; none if they were too many to be listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefixes: Vec<Prefix>,
}

impl Moved {
    /// Whether the prefixes were too many to be listed.
    pub fn is_summary(&self) -> bool {
        self.prefixes.is_empty()
    }

    /// `None` for no prefixes. `room` is how many may still be listed in this run.
    fn new(
        prefixes: impl Iterator<Item = Prefix>,
        why: Why,
        most: usize,
        room: &Cell<usize>,
    ) -> Option<Self> {
        let most = most.min(room.get());
        let mut count = 0_usize;
        let mut listed = Vec::new();
        for prefix in prefixes {
            count += 1;
            if count <= most {
                listed.push(prefix);
            }
        }
        match count {
            0 => return None,
            fits if fits <= most => room.set(room.get() - fits),
            _ => listed = Vec::new(),
        }
        Some(Self { count: count as u64, why, prefixes: listed })
    }
}

/// The changes from the prefixes `before` a run that began at `time` to those `after` it, in the operator's order of
/// applications; `why` says the reasons for an application that lost these prefixes.
pub fn between(
    time: UnixTime,
    before: &Services,
    after: &Services,
    why: &dyn Fn(&ApplicationName, &[Prefix]) -> Reasons,
) -> Vec<Change> {
    let room = Cell::new(MOST_LISTED);
    let gone = before.iter().map(|(name, _)| name).filter(|name| after.get(name).is_empty());
    let names = after.iter().map(|(name, _)| name).chain(gone);
    let change = |name: &ApplicationName| {
        let (then, now) = (before.get(name), after.get(name));
        if then == now {
            return None;
        }
        let is_whole = missing(now, then).count() == now.len();
        let most = if is_whole { MOST_LISTED_OF_WHOLE } else { MOST_LISTED };
        let gone: Vec<Prefix> = missing(then, now).collect();
        let Reasons { gained, lost } = why(name, &gone);
        Some(Change {
            time,
            application: name.clone(),
            prefixes: now.len() as u64,
            gained: Moved::new(missing(now, then), gained, most, &room),
            lost: Moved::new(gone.into_iter(), lost, most, &room),
        })
    };
    names.filter_map(change).collect()
}
