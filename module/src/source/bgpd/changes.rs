//! What changed in bgpd's table since a version of it.

use std::io::{self, Read};

use crate::prefix::{Family, Prefix};
use crate::source::TableChanges;
use crate::source::bgpd::text::{self, TableTotals, TextError};

/// Longer replies are not read: when so many prefixes changed, a look at all of them costs less.
pub const REPLY_BYTES: u64 = 8 << 20;

/// The command that lists the prefixes which changed after a version, unless its number is beyond what bgpd takes.
pub fn show(family: Family, since: u64) -> Option<String> {
    let first = u32::try_from(since.checked_add(1)?).ok()?;
    Some(format!("show bgp {family} unicast version {first}"))
}

/// The reply to [`show`] for the version `since`, when the version is `now` or a later one; and what it says of the table.
///
/// bgpd gives each change of a best path the next number, and an entry of its table the number of its last change. So
/// a number that no entry has is that of an earlier change of an entry, or of an entry that is gone.
///
/// # Errors
/// When the reply does not come whole, is not of the known form, or has more prefixes than there were changes.
pub fn read(reply: impl Read, since: u64, now: u64) -> io::Result<(TableChanges, Option<TableTotals>)> {
    let mut prefixes: Vec<Prefix> = Vec::new();
    let said = text::read(reply, &mut |path| {
        if prefixes.last() != Some(&path.prefix) {
            prefixes.push(path.prefix);
        }
    });
    let said = said.map_err(|error| match error {
        TextError::Io(error) => error,
        TextError::Unknown => io::ErrorKind::Unsupported.into(),
    })?;
    // Where nothing is listed, nothing is said of the table either.
    let version = said.map_or(Some(now), |table| table.version);
    let changes = version.and_then(|version| version.checked_sub(since));
    match changes.and_then(|changes| changes.checked_sub(prefixes.len() as u64)) {
        Some(unaccounted) => Ok((TableChanges { prefixes, unaccounted }, said)),
        None => Err(io::ErrorKind::Unsupported.into()),
    }
}
