//! Answers to queries by community: as text, where this release prints tables in the known form, else as JSON.

use bgpcs::Community;

use crate::instance::{Instance, Table};
use crate::prefix::Prefix;
use crate::source::bgpd::commands::{CommandFailure, Ending, WARNING};
use crate::source::bgpd::text::{self, TableTotals, TextError};
use crate::source::bgpd::{Bgpd, show};
use crate::source::error::SourceError;
use crate::source::routes_json::{ReplyError, ReplyItem};
use crate::source::{MatchedPath, Query, QueryItem, RibInspection};

/// The most unclear lines of a table for which the prefixes are looked up. To query again for JSON costs more.
const MOST_UNCLEAR: usize = 500;

/// Why there is no table as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoText {
    /// bgpd has no table to print.
    Refused,
    /// This release prints tables in another form.
    OtherForm,
}

impl Bgpd {
    /// Answers a query by a table as text; false when bgpd gives none, or one of an unknown form, and then no other
    /// query is worth the attempt.
    pub(super) fn query_as_text(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(QueryItem),
    ) -> Result<bool, SourceError> {
        let mut unclear: Vec<Prefix> = Vec::new();
        let each_path = &mut |path: text::ShownPath| {
            if path.is_unclear && unclear.len() <= MOST_UNCLEAR {
                unclear.push(path.prefix);
            } else if path.valid {
                each(QueryItem::Path(MatchedPath { community: 0, prefix: path.prefix, best: path.best }));
            }
        };
        let totals = match self.read_text(&show::query(query), each_path)? {
            Ok(totals) => totals,
            Err(no_text) => {
                self.reads_text = no_text == NoText::Refused;
                return Ok(false);
            }
        };
        self.set_path_count(&query.table, totals);
        unclear.dedup();
        let community = query.community.canonical();
        self.reads_text = unclear.len() <= MOST_UNCLEAR
            && unclear
                .into_iter()
                .all(|prefix| self.look_up(&query.table.instance, prefix, &community, each).is_some());
        Ok(self.reads_text)
    }

    /// Reads the reply to a command as text.
    pub(super) fn read_text(
        &mut self,
        command: &str,
        each: &mut dyn FnMut(text::ShownPath),
    ) -> Result<Result<Option<TableTotals>, NoText>, SourceError> {
        let failure = match self.run_command(command, self.deadlines, |reply| text::read(reply, each)) {
            Ok(totals) => return Ok(Ok(totals)),
            Err(
                CommandFailure::Read(TextError::Unknown, Ending { status, .. })
                | CommandFailure::Status(Ending { status, .. }),
            ) => return Ok(Err(if status == Some(WARNING) { NoText::Refused } else { NoText::OtherForm })),
            Err(CommandFailure::Read(TextError::Io(error), ending)) => {
                CommandFailure::Read(ReplyError::Io(error), ending)
            }
            Err(CommandFailure::Connect(error)) => CommandFailure::Connect(error),
            Err(CommandFailure::Send(error)) => CommandFailure::Send(error),
        };
        Err(self.explain(command, failure))
    }

    /// Passes on the paths of a prefix that carry a community; `None` unless they are certain.
    fn look_up(
        &mut self,
        instance: &Instance,
        prefix: Prefix,
        community: &Community,
        each: &mut dyn FnMut(QueryItem),
    ) -> Option<()> {
        let paths = self.paths_of(instance, prefix)?;
        if paths.iter().any(|path| path.is_unclear) {
            return None;
        }
        for path in paths.iter().filter(|path| path.communities.contains(community)) {
            each(QueryItem::Path(MatchedPath { community: 0, prefix, best: path.best }));
        }
        Some(())
    }

    /// Keeps the number of paths of a table. A reply without any path has no totals: then the last number stays.
    pub(super) fn set_path_count(&mut self, table: &Table, totals: Option<TableTotals>) {
        if let Some(paths) = totals.and_then(|totals| totals.paths) {
            self.paths.insert(table.clone(), paths);
        }
    }
}

/// Passes a piece of a reply on, once for each community of the query that it carries.
pub fn pass_matched(query: &Query, item: ReplyItem<'_>, each: &mut dyn FnMut(QueryItem, &str)) {
    let (prefix, path) = match item {
        ReplyItem::Path(prefix, path) => (prefix, path),
        ReplyItem::Unreadable(prefix) => return each(QueryItem::Unreadable(prefix), ""),
    };
    for (community, wanted) in query.communities().enumerate().filter(|_| path.valid) {
        let carried = match wanted {
            Community::RouteTarget(target) => path.route_targets.contains(target),
            Community::Standard(_) | Community::WellKnown(_) | Community::Large(_) => true,
        };
        if carried {
            each(QueryItem::Path(MatchedPath { community, prefix, best: path.best }), &path.neighbor);
        }
    }
}
