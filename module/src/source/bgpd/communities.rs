//! The sets of communities that bgpd's routes carry, which bgpd can print without a scan of its table.
//!
//! ```text
//! Address Refcnt Community
//! [0x55f1f7237070] (1) 12076:5010 no-export
//! ```

use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};

use bgpcs::Community;

use crate::source::CarriedCommunities;
use crate::source::filter::{MOST_OF_SAME_AS, are_like};

const STANDARD: &str = "show bgp community-info";

const LARGE: &str = "show ip bgp large-community-info";

/// Every command of [`show`].
pub const COMMANDS: [&str; 2] = [STANDARD, LARGE];

/// The longest line that is read, in bytes: the longest attribute has 16,383 communities of up to 11 digits.
const LONGEST_LINE: u64 = 256 * 1024;

/// The longest list that is read, in bytes.
pub const LONGEST_LIST: u64 = 64 << 20;

/// The command that lists the communities of this kind; bgpd has none for route targets.
pub fn show(community: &Community) -> Option<&'static str> {
    match community {
        Community::Standard(_) | Community::WellKnown(_) => Some(STANDARD),
        Community::Large(_) => Some(LARGE),
        Community::RouteTarget(_) => None,
    }
}

/// Reads the reply to [`show`]: marks in `found` each of the `wanted` communities that any set contains. They are
/// compared in [canonical](Community::canonical) form.
///
/// # Errors
/// When the reply is not complete, or any of it is not understood: then any community may be in use.
pub fn read_communities(reply: impl Read, wanted: &[Community], found: &mut [bool]) -> io::Result<()> {
    let mut reader = io::BufReader::with_capacity(64 * 1024, reply);
    let mut line = String::new();
    let mut is_head = true;
    loop {
        line.clear();
        if (&mut reader).take(LONGEST_LINE).read_line(&mut line)? == 0 {
            return if is_head { Err(io::ErrorKind::Unsupported.into()) } else { Ok(()) };
        }
        if !line.ends_with('\n') {
            return Err(io::ErrorKind::Unsupported.into());
        }
        if is_head {
            is_head = false;
            if !line.starts_with("Address Refcnt ") {
                return Err(io::ErrorKind::Unsupported.into());
            }
        } else if let Some(words) = words_of_set(&line) {
            for word in words {
                let community = canonical(word).ok_or(io::ErrorKind::Unsupported)?;
                let marks = wanted.iter().zip(found.iter_mut()).filter(|(wanted, _)| **wanted == community);
                marks.for_each(|(_, mark)| *mark = true);
            }
        } else if !line.trim().is_empty() {
            return Err(io::ErrorKind::Unsupported.into());
        }
    }
}

/// Reads the reply to [`show`]: the communities that are like `wanted`, sorted. What is not understood is
/// skipped.
///
/// # Errors
/// When the reply is not complete.
pub fn read_like(reply: impl Read, wanted: &Community) -> io::Result<Vec<Community>> {
    let mut reader = io::BufReader::with_capacity(64 * 1024, reply);
    let mut found = BTreeSet::new();
    let mut line = String::new();
    while (&mut reader).take(LONGEST_LINE).read_line(&mut line)? > 0 {
        let communities = words_of_set(&line).into_iter().flatten().filter_map(canonical);
        let left = MOST_OF_SAME_AS.saturating_sub(found.len());
        found.extend(communities.filter(|community| are_like(community, wanted)).take(left));
        line.clear();
    }
    Ok(found.into_iter().collect())
}

/// Reads the reply to one of the [`COMMANDS`]: adds the communities of every set to `carried`. A text that may be
/// the alias of another community is unclear.
///
/// # Errors
/// When the reply is not complete, or a line of it is not understood.
pub fn read_carried(
    reply: impl Read,
    may_be_alias: impl Fn(&Community) -> bool,
    carried: &mut CarriedCommunities,
) -> io::Result<()> {
    let mut reader = io::BufReader::with_capacity(64 * 1024, reply);
    let mut line = String::new();
    let mut is_head = true;
    while (&mut reader).take(LONGEST_LINE).read_line(&mut line)? > 0 {
        match words_of_set(&line) {
            Some(words) if !is_head => words.for_each(|word| match canonical(word) {
                Some(community) if !may_be_alias(&community) => carried.add(community),
                Some(_) | None => carried.add_unclear(word),
            }),
            None if is_head || line.trim().is_empty() => {}
            Some(_) | None => return Err(io::ErrorKind::InvalidData.into()),
        }
        is_head = false;
        line.clear();
    }
    Ok(())
}

/// The communities of a line, which follow its reference count; none for a line without a count.
fn words_of_set(line: &str) -> Option<impl Iterator<Item = &str>> {
    line.split_once(") ").map(|(_, set)| set.split_ascii_whitespace())
}

/// A community as bgpd writes it, in [canonical](Community::canonical) form.
pub fn canonical(word: &str) -> Option<Community> {
    word.parse().ok().map(|community: Community| community.canonical())
}
