//! How both programs show things to an operator: tables as the PCLI prints them, self-contained pages for a browser, and
//! times. It knows how a text looks, and nothing of what it says.

pub mod html;
pub mod table;
pub mod time;

/// A number of things, whose plural is regular: `1 prefix`, `2 prefixes`, `0 lines`.
pub fn counted(number: impl TryInto<u64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    let ending = match number {
        1 => "",
        _ if thing.ends_with('x') => "es",
        _ => "s",
    };
    format!("{number} {thing}{ending}")
}
