//! What both programs need to show something to an operator: tables as the PCLI prints them, self-contained pages for a
//! browser, and times. The crate knows the form of a text, not its subject.

pub mod detail;
pub mod html;
pub mod open_metrics;
pub mod since;
pub mod table;
pub mod time;

use std::fmt::Display;

/// A number with a noun whose plural is regular: `1 prefix`, `2 prefixes`, `0 lines`.
pub fn counted(number: impl TryInto<u64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let (stem, ending) = match (number, thing.strip_suffix("ty")) {
        (1, _) => (thing, ""),
        (_, Some(stem)) => (stem, "ties"),
        (_, None) if thing.ends_with('x') => (thing, "es"),
        (_, None) => (thing, "s"),
    };
    format!("{number} {stem}{ending}")
}

/// A list in words: `a`, `a and b`, `a, b and c`. After the first `shown` items it only counts: `a, b and 7 more`.
pub fn listed<T: Display>(items: impl ExactSizeIterator<Item = T>, shown: usize) -> String {
    let (count, mut text) = (items.len(), String::new());
    for (index, item) in items.take(shown).enumerate() {
        let separator = match index {
            0 => "",
            last if last + 1 == count => " and ",
            _ => ", ",
        };
        text += &format!("{separator}{item}");
    }
    match count.saturating_sub(shown) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}
