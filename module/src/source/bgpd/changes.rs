//! The changes of bgpd's table since one of its versions.

use std::io::{self, Read};

use crate::instance::Table;
use crate::prefix::Prefix;
use crate::source::TableChanges;
use crate::source::bgpd::show;
use crate::source::bgpd::text::{self, TableTotals, TextError};

/// The longest reply that is read, in bytes: when more prefixes changed, a query for all routes costs less.
pub const REPLY_BYTES: u64 = 8 << 20;

/// The command that lists the prefixes that changed after version `since`; none when bgpd cannot parse so high a
/// version (32 bits).
pub fn show(table: &Table, since: u64) -> Option<String> {
    let first = u32::try_from(since.checked_add(1)?).ok()?;
    Some(format!("{} version {first}", show::routes(table)))
}

/// Reads the reply to [`show`] for version `since`; the present version is `now` or later.
///
/// In bgpd every change of a best path increases the table version, and an entry of the table has the version of its
/// last change. So a version that no entry has belongs to an earlier change of some entry, or to an entry that was
/// removed.
///
/// # Errors
/// When the reply is not complete, is not of the known form, or has more prefixes than there were changes.
pub fn read(reply: impl Read, since: u64, now: u64) -> io::Result<(TableChanges, Option<TableTotals>)> {
    let mut prefixes: Vec<Prefix> = Vec::new();
    let totals = text::read(reply, &mut |path| {
        if prefixes.last() != Some(&path.prefix) {
            prefixes.push(path.prefix);
        }
    });
    let totals = totals.map_err(|error| match error {
        TextError::Io(error) => error,
        TextError::Unknown => io::ErrorKind::Unsupported.into(),
    })?;
    // bgpd prints nothing, not even the version, when no prefix changed.
    let version = totals.map_or(Some(now), |table| table.version);
    let changes = version.and_then(|version| version.checked_sub(since));
    match changes.and_then(|changes| changes.checked_sub(prefixes.len() as u64)) {
        Some(unaccounted) => Ok((TableChanges { prefixes, unaccounted }, totals)),
        None => Err(io::ErrorKind::Unsupported.into()),
    }
}
