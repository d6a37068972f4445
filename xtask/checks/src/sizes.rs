//! `cargo xtask sizes`: what each part of the router's program costs in bytes.
//!
//! The program is built as it is packaged, but with symbols. The bytes of a symbol belong to the part of our own crates that
//! its name says first, so that code of a library that the compiler made for a type of ours counts for ours; or else to the
//! crate that its name says first. What was inlined belongs to the function that it was inlined into. Texts, tables and
//! headers have no name; they are the rest of the file.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::Result;
use fs_err as fs;
use task::command;
use xtask::dist::binaries;

/// The names of our own crates in symbols, and how many steps of a path are a part.
const OWN: [(&str, usize); 4] = [
    ("bgp_community_services::", 2),
    ("bgp_community_services_cli::", 1),
    ("bgpcs::", 1),
    ("bgpcs_display::", 1),
];

/// The parts that get a line: those that are this large at least, in bytes.
const LARGE: u64 = 2_000;

/// Prints the table.
pub fn run() -> Result<()> {
    let program = binaries::build_module_with_symbols()?;
    let stripped = program.with_extension("stripped");
    command::run(Command::new("strip").arg("-o").arg(&stripped).arg(&program))?;
    let total = fs::metadata(&stripped)?.len();
    let symbols = command::read(
        Command::new("nm").args(["--print-size", "--demangle", "--defined-only", "--radix=d"]).arg(&program),
    )?;
    print!("{}", table(&symbols, total));
    Ok(())
}

/// The table for these symbols, as `nm` prints them, of a program of so many bytes.
fn table(symbols: &str, total: u64) -> String {
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    // Several names may stand for the same bytes.
    let mut counted = BTreeMap::new();
    for line in symbols.lines() {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        if let [address, size, kind, name] = words[..]
            // What is zero at the start is not in the file.
            && !kind.eq_ignore_ascii_case("b")
            && let Ok(size) = size.parse::<u64>()
            && counted.insert(address, ()).is_none()
        {
            *parts.entry(part(name)).or_default() += size;
        }
    }
    let named: u64 = parts.values().sum();
    let (small, mut large): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(_, size)| *size < LARGE);
    large.push(("smaller parts".to_owned(), small.iter().map(|(_, size)| size).sum()));
    large.push(("texts, tables and headers".to_owned(), total.saturating_sub(named)));
    large.push(("**all**".to_owned(), total));
    large.sort_by_key(|(_, size)| *size);
    let rows = large.iter().rev().map(|(part, size)| format!("| {part} | {size} |\n"));
    format!("| part | bytes |\n| --- | --- |\n{}", rows.collect::<String>())
}

/// The part that a symbol belongs to: two steps of a path in our own crates, or a crate, or the C library.
fn part(symbol: &str) -> String {
    let own = OWN.iter().filter_map(|(name, steps)| symbol.find(name).map(|at| (at, *name, *steps))).min();
    if let Some((at, name, steps)) = own {
        let path = symbol[at + name.len()..].split("::").take_while(|step| is_module(step));
        let path = path.take(steps).collect::<Vec<_>>().join("::");
        // What is in no module belongs to the crate.
        return format!("{name}{path}").trim_end_matches("::").to_owned();
    }
    let first = symbol
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
        .find(|word| word.contains("::"));
    match first.and_then(|path| path.split("::").find(|step| !step.is_empty())) {
        Some(name) => name.to_owned(),
        None => "the C library".to_owned(),
    }
}

/// Whether a step of a path is a module, which begins with a small letter and goes on to another step.
fn is_module(step: &str) -> bool {
    !step.is_empty() && step.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_belong_to_the_first_own_name_or_else_to_a_crate() {
        let symbols = "0000000000004096 0000000000003000 t <bgp_community_services::source::bgpd::vty::Vty>::send\n\
            0000000000008192 0000000000004000 t <serde_json::de::Deserializer<_>>::parse::<bgpcs::profile::Profile>\n\
            0000000000008192 0000000000004000 t another_name_of_the_same\n\
            0000000000016384 0000000000002500 T memcpy\n\
            0000000000020480 0000000000002200 t <alloc::string::String as core::fmt::Write>::write_str\n\
            0000000000024576 0000000000000100 t core::str::count\n\
            0000000000028672 0000000000002100 t <bgp_community_services_cli::Options as clap::Args>::augment\n\
            0000000000032768 0000000000900000 B zeros\n\
                             U undefined\n";
        let expected = "| part | bytes |\n| --- | --- |\n| **all** | 20000 |\n| texts, tables and headers | 6100 |\n\
            | bgpcs::profile | 4000 |\n| bgp_community_services::source::bgpd | 3000 |\n| the C library | 2500 |\n\
            | alloc | 2200 |\n| bgp_community_services_cli | 2100 |\n| smaller parts | 100 |\n";
        assert_eq!(table(symbols, 20_000), expected);
    }
}
