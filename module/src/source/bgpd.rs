//! FRR's `bgpd`, queried over its VTY socket.
//!
//! For a query bgpd scans its whole table on its only main thread, and does nothing else in that time. So the program
//! sends one query at a time, and none that it can avoid.

pub mod aliases;
pub mod changes;
mod commands;
pub mod communities;
mod failure;
pub mod lookup;
mod matched;
mod one_by_one;
mod query;
mod show;
pub mod summary;
pub mod text;
mod vty;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bgpcs::Community;

use crate::instance::{Instance, Table};
use crate::prefix::Prefix;
use crate::source::deadlines::{Deadlines, SHORT_REPLY_BYTES};
use crate::source::error::SourceError;
use crate::source::routes_json::{self, ReplyItem};
use crate::source::summary::{BgpSummary, TableStatus};
use crate::source::trust;
use crate::source::{
    CarriedCommunities, Destination, DestinationPath, Query, QueryItem, RibInspection, RouteSource,
    TableChanges,
};
use aliases::Aliases;
use failure::{CommandFailure, ReplyEnd, UNKNOWN_COMMAND, WARNING};
use matched::pass_matched;
use vty::Vty;

/// The bgpd that listens at a socket.
pub struct Bgpd {
    socket: PathBuf,
    deadlines: Deadlines,
    /// None before the first command, and after a failed one.
    connection: Option<Vty>,
    /// Whether this release prints tables as [`text`] expects them, as far as is known. If not, queries use JSON.
    reads_text: bool,
    /// Whether every command so far had an answer. If not, only necessary commands are sent, so that the program waits
    /// for a time-out only once.
    answers: bool,
    /// The instances that told no tables. No community is in use in an instance that is not configured, but the query is
    /// sent all the same, since its error gives the reason.
    without_tables: Vec<Instance>,
    /// Whether this release shows all paths in detail, as far as is known: 8.0 and later do.
    shows_details: bool,
    /// How many paths each table had when it was last printed as text.
    paths: BTreeMap<Table, u64>,
    /// The names of communities, once they are known.
    aliases: Option<Aliases>,
}

impl Bgpd {
    /// The bgpd that listens at `socket`; connects with the first query.
    pub fn new(socket: &Path, deadlines: Deadlines) -> Self {
        Self {
            socket: socket.to_owned(),
            deadlines,
            connection: None,
            reads_text: true,
            answers: true,
            without_tables: Vec::new(),
            shows_details: true,
            paths: BTreeMap::new(),
            aliases: None,
        }
    }

    /// The name of the bgpd that listens at `socket`, for the operator.
    pub fn name_at(socket: &Path) -> String {
        format!("bgpd at {}", socket.display())
    }

    /// The names of communities; `None` when bgpd does not tell them.
    fn aliases(&mut self) -> Option<&Aliases> {
        if self.aliases.is_none() {
            self.aliases =
                match self.attempt(aliases::LIST, aliases::REPLY_BYTES, |reply| Aliases::read(reply))? {
                    Ok(aliases) => Some(aliases),
                    // A release without the command has no aliases either.
                    Err(CommandFailure::Status(ReplyEnd { status: Some(UNKNOWN_COMMAND), .. })) => {
                        Some(Aliases::default())
                    }
                    Err(_) => None,
                };
        }
        self.aliases.as_ref()
    }

    /// What bgpd tells of a table.
    fn table(&mut self, table: &Table) -> Option<TableStatus> {
        let mut show =
            |command: &str| self.try_command(command, SHORT_REPLY_BYTES, |reply| summary::read_table(reply));
        let status = show(&summary::show_table(table))?;
        if status.version.is_some() {
            Some(status)
        } else {
            show(&summary::show_version(table)).or(Some(status))
        }
    }

    /// Whether bgpd says that it has no such VRF: not every command says it in words.
    fn lacks(&mut self, instance: &Instance) -> bool {
        let [table, _] = Table::all_of(instance);
        let shown = summary::show_version(&table);
        let reply = self.attempt(&shown, SHORT_REPLY_BYTES, |reply| summary::read_table(reply));
        match reply {
            Some(Err(CommandFailure::Status(ReplyEnd { status: Some(WARNING), message: Some(message) }))) => {
                !instance.is_default() && message.ends_with("Vrf is unknown")
            }
            Some(Ok(_) | Err(_)) | None => false,
        }
    }
}

impl RouteSource for Bgpd {
    fn name(&self) -> String {
        Self::name_at(&self.socket)
    }

    fn query(&mut self, query: &Query, each: &mut dyn FnMut(QueryItem)) -> Result<(), SourceError> {
        if self.reads_text && !query.needs_detail() {
            if self.query_as_text(query, each)? {
                return Ok(());
            }
            each(QueryItem::StartOver);
        }
        self.query_with_neighbors(query, &mut |item, _| each(item))
    }

    fn query_with_neighbors(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(QueryItem, &str),
    ) -> Result<(), SourceError> {
        let needs_detail = query.needs_detail();
        if needs_detail && !self.shows_details {
            return self.query_one_by_one(query, each);
        }
        let form = if needs_detail { "json detail" } else { "json" };
        let command = format!("{} {form}", show::query(query));
        let each_item = &mut |item: ReplyItem<'_>| pass_matched(query, item, each);
        match self.run_command(&command, self.deadlines, |reply| routes_json::read(reply, each_item)) {
            Ok(()) => Ok(()),
            Err(CommandFailure::Status(ReplyEnd { status: Some(UNKNOWN_COMMAND), .. })) if needs_detail => {
                self.shows_details = false;
                self.query_one_by_one(query, each)
            }
            Err(failure) => Err(self.explain(&command, failure)),
        }
    }

    fn warnings(&mut self) -> Vec<String> {
        trust::open_to_a_group(&self.socket).into_iter().collect()
    }
}

impl RibInspection for Bgpd {
    fn summary(&mut self, instance: &Instance) -> Option<BgpSummary> {
        // Table versions before sessions: a change in between is then seen in the next summary.
        let [ipv4, ipv6] = &Table::all_of(instance);
        let tables = self.table(ipv4).and_then(|ipv4| Some((ipv4, self.table(ipv6)?)));
        self.without_tables.retain(|known| known != instance);
        let Some((ipv4, ipv6)) = tables else {
            self.without_tables.push(instance.clone());
            return self.lacks(instance).then(BgpSummary::absent);
        };
        let neighbors = summary::show_sessions(instance);
        let sessions =
            self.try_command(&neighbors, SHORT_REPLY_BYTES, |reply| summary::read_sessions(reply))?;
        let process = self.connection.as_ref().and_then(Vty::process);
        Some(BgpSummary { process, ipv4, ipv6, sessions, ..BgpSummary::default() })
    }

    fn changes_since(
        &mut self,
        table: &Table,
        since: &TableStatus,
        now: &TableStatus,
    ) -> Option<TableChanges> {
        let (since, now) = (since.version?, now.version?);
        if since == now {
            return Some(TableChanges::default());
        }
        let command = changes::show(table, since)?;
        let (changes, totals) =
            self.try_command(&command, changes::REPLY_BYTES, |reply| changes::read(reply, since, now))?;
        self.set_path_count(table, totals);
        Some(changes)
    }

    fn paths_of(&mut self, instance: &Instance, prefix: Prefix) -> Option<Vec<DestinationPath>> {
        self.aliases()?;
        let command = lookup::show(instance, prefix);
        let mut paths =
            self.try_command(&command, lookup::REPLY_BYTES, |reply| lookup::read_paths_of(reply, prefix))?;
        let aliases = self.aliases()?;
        paths.iter_mut().for_each(|path| aliases.clear_up(path));
        Some(paths)
    }

    fn path_count(&self, table: &Table) -> Option<u64> {
        self.paths.get(table).copied()
    }

    fn communities_in_use(&mut self, wanted: &[(&Instance, Community)]) -> Option<Vec<bool>> {
        // What reads as one of these may be another community, whichever.
        let names: Vec<Community> = self.aliases()?.iter().copied().collect();
        let communities: Vec<Community> = wanted.iter().map(|(_, community)| *community).collect();
        // A community that no command lists may be in use.
        let may_be_used = |(instance, community): &(&Instance, Community)| {
            self.without_tables.contains(instance) || communities::show(community).is_none()
        };
        let mut found: Vec<_> = wanted.iter().map(may_be_used).collect();
        let mut found_names = vec![false; names.len()];
        let wanted = [&communities[..], &names].concat();
        for command in communities::COMMANDS {
            if communities.iter().any(|community| communities::show(community) == Some(command)) {
                let mut marks = [&found[..], &found_names].concat();
                self.try_command(command, SHORT_REPLY_BYTES, |reply| {
                    communities::read_communities(reply, &wanted, &mut marks)
                })?;
                found_names = marks.split_off(found.len());
                found = marks;
            }
        }
        if found_names.contains(&true) { None } else { Some(found) }
    }

    fn carried_communities(&mut self) -> Option<Result<CarriedCommunities, SourceError>> {
        let aliases = self.aliases().cloned().unwrap_or_default();
        let mut carried = CarriedCommunities::default();
        for command in communities::COMMANDS {
            let deadlines = self.deadlines.with_reply_limit(communities::LONGEST_LIST);
            let read = self.run_command(command, deadlines, |reply| {
                let may_be_alias = |community: &Community| aliases.contains(community);
                communities::read_carried(reply, may_be_alias, &mut carried)
                    .map_err(routes_json::ReplyError::Io)
            });
            if let Err(failure) = read {
                return Some(Err(self.explain(command, failure)));
            }
        }
        Some(Ok(carried))
    }

    fn longest_match(
        &mut self,
        instance: &Instance,
        prefix: Prefix,
    ) -> Option<Result<Option<Destination>, SourceError>> {
        let command = lookup::show(instance, prefix);
        let deadlines = self.deadlines.with_reply_limit(lookup::LONGEST_REPLY);
        let found = self.run_command(&command, deadlines, |reply| lookup::read_destination(reply));
        let mut found = match found {
            Ok(found) => found,
            Err(failure) => return Some(Err(self.explain(&command, failure))),
        };
        let aliases = self.aliases();
        for path in found.iter_mut().flat_map(|destination| &mut destination.paths) {
            match aliases {
                Some(aliases) => aliases.clear_up(path),
                None => path.is_unclear = true,
            }
        }
        Some(Ok(found))
    }

    fn communities_like(&mut self, community: &Community) -> Option<Vec<Community>> {
        let command = communities::show(community)?;
        let mut found =
            self.try_command(command, SHORT_REPLY_BYTES, |reply| communities::read_like(reply, community))?;
        let aliases = self.aliases()?;
        found.retain(|community| !aliases.contains(community));
        Some(found)
    }
}
