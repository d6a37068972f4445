//! What the operators' commands of both halves share: how things are, and how that is written.

pub mod html;
pub mod table;
pub mod time;

use serde::Serialize;

/// How things are, as the exit status tells it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Everything is as it should be. Exit status 0.
    #[default]
    Healthy,
    /// Something needs a look, and what there is still serves. Exit status 1.
    Degraded,
    /// The work is not done. Exit status 2.
    Broken,
}

impl Health {
    /// For monitoring.
    pub fn exit_status(self) -> u8 {
        self as u8
    }

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Broken => "broken",
        }
    }
}

/// A text from outside, on one line and without what a terminal would obey or what turns the direction of writing.
pub fn plain(text: &str) -> String {
    let obeyed = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if obeyed(c) { '\u{fffd}' } else { c }).collect()
}

/// A number of things, whose plural is regular.
pub fn counted(number: impl TryInto<u64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let ending = match number {
        1 => "",
        _ if thing.ends_with('x') => "es",
        _ => "s",
    };
    format!("{number} {thing}{ending}")
}
