//! Route targets in releases before 8.0, which show extended communities only for one prefix at a time.

use crate::instance::Table;
use crate::prefix::Prefix;
use crate::source::bgpd::commands::CommandFailure;
use crate::source::bgpd::query::pass_matched;
use crate::source::bgpd::{Bgpd, show, summary};
use crate::source::deadlines::SHORT_REPLY_BYTES;
use crate::source::error::{SourceError, SourceErrorKind, describe_query};
use crate::source::routes_json::{self, ReplyItem};
use crate::source::{Query, QueryItem, RouteSource};

/// The most prefixes of a table that are looked up: at 40 to 80 µs each, they cost bgpd 0.2 to 0.4 s, as much as a query
/// for one community among 1,000,000 routes.
const MOST_PREFIXES: usize = 5000;

impl Bgpd {
    /// Answers a query for route targets by a look-up of every prefix.
    ///
    /// # Errors
    /// When bgpd does not answer, and when the table has more than [`MOST_PREFIXES`].
    pub(super) fn query_one_by_one(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(QueryItem, &str),
    ) -> Result<(), SourceError> {
        for prefix in self.prefixes_of_table(&query.table)? {
            // With its length, a host is found exactly, too.
            let command = format!("{} {prefix} json", show::routes(&query.table));
            let each_item = &mut |item: ReplyItem<'_>| pass_matched(query, item, each);
            let reply = self.run_command(&command, self.deadlines, |reply| {
                routes_json::read_destination(reply, prefix, each_item)
            });
            match reply {
                Ok(()) => {}
                Err(CommandFailure::Read(error, _)) if error.shape().is_some() => {
                    each(QueryItem::Unreadable(Some(prefix)), "");
                }
                Err(failure) => return Err(self.explain(&command, failure)),
            }
        }
        Ok(())
    }

    /// Every prefix of a table, if there are not too many.
    fn prefixes_of_table(&mut self, table: &Table) -> Result<Vec<Prefix>, SourceError> {
        let shown = summary::show_table(table);
        let status = self.try_command(&shown, SHORT_REPLY_BYTES, |reply| summary::read_table(reply));
        // A tree of prefixes has fewer than two entries for each.
        let fewest = status.map_or(0, |status| usize::try_from(status.entries / 2).unwrap_or(usize::MAX));
        let command = show::routes(table);
        if fewest > MOST_PREFIXES {
            return Err(self.too_many(&command, fewest));
        }
        let mut prefixes: Vec<Prefix> = Vec::new();
        let mut add = |prefix| {
            if prefixes.last() != Some(&prefix) && prefixes.len() <= MOST_PREFIXES {
                prefixes.push(prefix);
            }
        };
        if self.read_text(&command, &mut |path| add(path.prefix))?.is_err() {
            prefixes.clear();
            self.read_json(&command, &mut prefixes)?;
        }
        if prefixes.len() > MOST_PREFIXES {
            return Err(self.too_many(&command, prefixes.len()));
        }
        Ok(prefixes)
    }

    /// The prefixes of a table that [`read_text`](Self::read_text) does not understand.
    fn read_json(&mut self, command: &str, prefixes: &mut Vec<Prefix>) -> Result<(), SourceError> {
        let command = format!("{command} json");
        let each = &mut |item: ReplyItem<'_>| {
            if let ReplyItem::Path(prefix, _) = item
                && prefixes.last() != Some(&prefix)
                && prefixes.len() <= MOST_PREFIXES
            {
                prefixes.push(prefix);
            }
        };
        self.run_command(&command, self.deadlines, |reply| routes_json::read(reply, each))
            .map_err(|failure| self.explain(&command, failure))
    }

    fn too_many(&self, command: &str, fewest: usize) -> SourceError {
        let reason = format!(
            "this release of bgpd shows route targets for one prefix at a time only, and its table has at least \
             {fewest} prefixes, more than {MOST_PREFIXES}; FRR 8.0 and later show them for all"
        );
        SourceError::new(SourceErrorKind::Refused(reason), describe_query(command, &self.name()), None)
    }
}
