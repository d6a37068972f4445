//! FRR's `bgpd`, queried over its VTY socket.
//!
//! For a query bgpd scans its whole table on its only main thread, and does nothing else in that time. So the program
//! sends one query at a time, and none that it can avoid.

pub mod aliases;
pub mod changes;
pub mod communities;
pub mod lookup;
mod one_by_one;
pub mod summary;
pub mod text;
mod vty;

use std::io;
use std::path::{Path, PathBuf};

use bgpcs::Community;

use crate::prefix::{Family, Prefix};
use crate::source::deadlines::{Deadlines, SHORT_REPLY_BYTES};
use crate::source::error::{Cause, Shape, SourceError, describe_query};
use crate::source::routes_json::{self, ReplyError, ReplyItem};
use crate::source::summary::{BgpSummary, TableStatus};
use crate::source::trust;
use crate::source::{
    Destination, DestinationPath, MatchedPath, Query, QueryItem, RibInspection, RouteSource, TableChanges,
};
use aliases::Aliases;
use text::{TableTotals, TextError};
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
    /// Whether BGP is configured, as far as is known. If not, no community is in use, but the query is sent all the
    /// same, since its error gives the reason.
    has_tables: bool,
    /// Whether this release shows all paths in detail, as far as is known: 8.0 and later do.
    shows_details: bool,
    /// How many paths the tables had when they were last printed as text, IPv4 first.
    paths: [Option<u64>; 2],
    /// The names of communities, once they are known.
    aliases: Option<Aliases>,
}

/// Why a command has no result.
enum CommandFailure<E> {
    /// There was no connection.
    Connect(io::Error),
    /// The command could not be sent.
    Send(io::Error),
    /// The reply could not be read; with bgpd's own message, if there is one.
    Read(E, Option<String>),
    /// The status after the reply was not 0, or there was none; with bgpd's own message, if there is one.
    Status(Option<u8>, Option<String>),
}

/// A reply that is not an answer: bgpd's own message, or else what is wrong with the reply.
#[derive(Debug, thiserror::Error)]
#[error("{}", match .message { Some(message) => format!("bgpd said: {message}"), None => .fault.to_string() })]
struct BadReply {
    message: Option<String>,
    #[source]
    fault: Cause,
}

/// The status of a reply to a command that this release does not have.
const UNKNOWN_COMMAND: u8 = 2;

/// The most unclear lines of a table for which the prefixes are looked up. To query again for JSON costs more.
const MOST_UNCLEAR: usize = 500;

/// The errors of a connection without an answer.
const NO_ANSWER: [io::ErrorKind; 4] = [
    io::ErrorKind::WouldBlock,
    io::ErrorKind::TimedOut,
    io::ErrorKind::UnexpectedEof,
    io::ErrorKind::ConnectionReset,
];

impl Bgpd {
    /// The bgpd that listens at `socket`; connects with the first query.
    pub fn new(socket: &Path, deadlines: Deadlines) -> Self {
        Self {
            socket: socket.to_owned(),
            deadlines,
            connection: None,
            reads_text: true,
            answers: true,
            has_tables: true,
            shows_details: true,
            paths: [None; 2],
            aliases: None,
        }
    }

    /// The name of the bgpd that listens at `socket`, for the operator.
    pub fn name_at(socket: &Path) -> String {
        format!("bgpd at {}", socket.display())
    }

    /// The command for a query; its answer is text.
    fn show_command(query: &Query) -> String {
        let routes = format!("show bgp {} unicast", query.family);
        // bgpd can select by one community, but not by route target: every path has to be shown in detail for it.
        // Well-known communities are sent as numbers, since not every release knows every name.
        match query.community {
            Community::Standard(standard) => format!("{routes} community {standard}"),
            Community::WellKnown(name) => format!("{routes} community {}", name.value()),
            Community::Large(large) => format!("{routes} large-community {large}"),
            Community::RouteTarget(_) => routes,
        }
    }

    /// Sends a command and passes its reply to `read`, which has to read all of it.
    fn run_command<T, E>(
        &mut self,
        command: &str,
        deadlines: Deadlines,
        read: impl FnOnce(&mut vty::VtyReply<'_>) -> Result<T, E>,
    ) -> Result<T, CommandFailure<E>> {
        let mut vty = match self.connection.take() {
            Some(vty) => vty,
            None => Vty::connect(&self.socket, &deadlines).map_err(CommandFailure::Connect)?,
        };
        let mut reply = vty.send(command, &deadlines).map_err(CommandFailure::Send)?;
        let value = match read(&mut reply) {
            Ok(value) => value,
            Err(error) => {
                let message = reply.error_message();
                reply.drain(self.deadlines.reply_bytes());
                return Err(match reply.status() {
                    Some(UNKNOWN_COMMAND) => CommandFailure::Status(Some(UNKNOWN_COMMAND), message),
                    _ => CommandFailure::Read(error, message),
                });
            }
        };
        reply.check(&self.socket).map_err(CommandFailure::Send)?;
        match reply.status() {
            Some(0) => {
                self.connection = Some(vty);
                Ok(value)
            }
            status => Err(CommandFailure::Status(status, reply.error_message())),
        }
    }

    /// Sends a command whose answer is useful but not necessary.
    fn try_command<T>(
        &mut self,
        command: &str,
        reply_bytes: u64,
        read: impl FnOnce(&mut vty::VtyReply<'_>) -> io::Result<T>,
    ) -> Option<T> {
        self.attempt(command, reply_bytes, read)?.ok()
    }

    /// Does the same, and says why there is no answer; `None` when the command was not sent.
    fn attempt<T>(
        &mut self,
        command: &str,
        reply_bytes: u64,
        read: impl FnOnce(&mut vty::VtyReply<'_>) -> io::Result<T>,
    ) -> Option<Result<T, CommandFailure<io::Error>>> {
        if !self.answers {
            return None;
        }
        let reply = self.run_command(command, self.deadlines.with_reply_limit(reply_bytes), read);
        self.answers = match &reply {
            Err(CommandFailure::Connect(_) | CommandFailure::Send(_)) => false,
            Err(CommandFailure::Read(error, _)) => !NO_ANSWER.contains(&error.kind()),
            Ok(_) | Err(CommandFailure::Status(..)) => true,
        };
        Some(reply)
    }

    /// The names of communities; `None` when bgpd does not tell them.
    fn aliases(&mut self) -> Option<&Aliases> {
        if self.aliases.is_none() {
            self.aliases =
                match self.attempt(aliases::LIST, aliases::REPLY_BYTES, |reply| Aliases::read(reply))? {
                    Ok(aliases) => Some(aliases),
                    // A release without the command has no aliases either.
                    Err(CommandFailure::Status(Some(UNKNOWN_COMMAND), _)) => Some(Aliases::default()),
                    Err(_) => None,
                };
        }
        self.aliases.as_ref()
    }

    /// The table of a family.
    fn table(&mut self, family: Family) -> Option<TableStatus> {
        let mut show =
            |command: &str| self.try_command(command, SHORT_REPLY_BYTES, |reply| summary::read_table(reply));
        let table = show(&summary::show_table(family))?;
        if table.version.is_some() {
            Some(table)
        } else {
            show(&summary::show_version(family)).or(Some(table))
        }
    }

    /// Answers a query by a table as text; false when the text is of an unknown form.
    fn query_as_text(
        &mut self,
        query: &Query,
        command: &str,
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
        let Some(totals) = self.read_text(command, each_path)? else { return Ok(false) };
        self.set_path_count(query.family, totals);
        unclear.dedup();
        let community = query.community.canonical();
        Ok(unclear.len() <= MOST_UNCLEAR
            && unclear.into_iter().all(|prefix| self.look_up(prefix, &community, each).is_some()))
    }

    /// Reads the reply to a command as text; none when the text is of an unknown form.
    fn read_text(
        &mut self,
        command: &str,
        each: &mut dyn FnMut(text::ShownPath),
    ) -> Result<Option<Option<TableTotals>>, SourceError> {
        let failure = match self.run_command(command, self.deadlines, |reply| text::read(reply, each)) {
            Ok(totals) => return Ok(Some(totals)),
            Err(CommandFailure::Read(TextError::Unknown, _) | CommandFailure::Status(..)) => return Ok(None),
            Err(CommandFailure::Read(TextError::Io(error), message)) => {
                CommandFailure::Read(ReplyError::Io(error), message)
            }
            Err(CommandFailure::Connect(error)) => CommandFailure::Connect(error),
            Err(CommandFailure::Send(error)) => CommandFailure::Send(error),
        };
        Err(self.explain(command, failure))
    }

    /// Passes on the paths of a prefix that carry a community; `None` unless they are certain.
    fn look_up(
        &mut self,
        prefix: Prefix,
        community: &Community,
        each: &mut dyn FnMut(QueryItem),
    ) -> Option<()> {
        let paths = self.paths_of(prefix)?;
        if paths.iter().any(|path| path.is_unclear) {
            return None;
        }
        for path in paths.iter().filter(|path| path.communities.contains(community)) {
            each(QueryItem::Path(MatchedPath { community: 0, prefix, best: path.best }));
        }
        Some(())
    }

    /// Keeps the number of paths of a table. A reply without any path has no totals: then the last number stays.
    fn set_path_count(&mut self, family: Family, totals: Option<TableTotals>) {
        let [ipv4, ipv6] = &mut self.paths;
        let known = match family {
            Family::Ipv4 => ipv4,
            Family::Ipv6 => ipv6,
        };
        *known = totals.and_then(|totals| totals.paths).or(*known);
    }

    fn explain(&self, command: &str, failure: CommandFailure<ReplyError>) -> SourceError {
        let socket = self.socket.display();
        let query = describe_query(command, &self.name());
        match failure {
            CommandFailure::Connect(error) => {
                SourceError::io(error, format!("could not connect to bgpd at {socket}"))
            }
            CommandFailure::Send(error) | CommandFailure::Read(ReplyError::Io(error), _) => {
                SourceError::io(error, query)
            }
            CommandFailure::Read(error, message) => {
                let shape = error.shape().unwrap_or(Shape::Text);
                SourceError::shape(shape, query, BadReply { message, fault: error.into() })
            }
            CommandFailure::Status(status, message) => {
                let fault = match status {
                    Some(status) => format!("the reply has status {status}, expected 0").into(),
                    None => "the reply continues after its end".into(),
                };
                SourceError::shape(Shape::Text, query, BadReply { message, fault })
            }
        }
    }
}

impl RouteSource for Bgpd {
    fn name(&self) -> String {
        Self::name_at(&self.socket)
    }

    fn query(&mut self, query: &Query, each: &mut dyn FnMut(QueryItem)) -> Result<(), SourceError> {
        let command = Self::show_command(query);
        if self.reads_text && !query.needs_detail() {
            self.reads_text = self.query_as_text(query, &command, each)?;
            if self.reads_text {
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
        let command = format!("{} {form}", Self::show_command(query));
        let each_item = &mut |item: ReplyItem<'_>| pass_matched(query, item, each);
        match self.run_command(&command, self.deadlines, |reply| routes_json::read(reply, each_item)) {
            Ok(()) => Ok(()),
            Err(CommandFailure::Status(Some(UNKNOWN_COMMAND), _)) if needs_detail => {
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

/// Passes a piece of a reply on, once for each community of the query that it carries.
fn pass_matched(query: &Query, item: ReplyItem<'_>, each: &mut dyn FnMut(QueryItem, &str)) {
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

impl RibInspection for Bgpd {
    fn summary(&mut self) -> Option<BgpSummary> {
        // Table versions before sessions: a change in between is then seen in the next summary.
        let tables = self.table(Family::Ipv4).and_then(|ipv4| Some((ipv4, self.table(Family::Ipv6)?)));
        self.has_tables = tables.is_some();
        let (ipv4, ipv6) = tables?;
        let neighbors = "show bgp neighbors json";
        let sessions =
            self.try_command(neighbors, SHORT_REPLY_BYTES, |reply| summary::read_sessions(reply))?;
        let process = self.connection.as_ref().and_then(Vty::process);
        Some(BgpSummary { process, ipv4, ipv6, sessions, sessions_only: false })
    }

    fn changes_since(
        &mut self,
        family: Family,
        since: &TableStatus,
        now: &TableStatus,
    ) -> Option<TableChanges> {
        let (since, now) = (since.version?, now.version?);
        if since == now {
            return Some(TableChanges::default());
        }
        let command = changes::show(family, since)?;
        let (changes, totals) =
            self.try_command(&command, changes::REPLY_BYTES, |reply| changes::read(reply, since, now))?;
        self.set_path_count(family, totals);
        Some(changes)
    }

    fn paths_of(&mut self, prefix: Prefix) -> Option<Vec<DestinationPath>> {
        self.aliases()?;
        let command = lookup::show(prefix);
        let mut paths =
            self.try_command(&command, lookup::REPLY_BYTES, |reply| lookup::read_paths_of(reply, prefix))?;
        let aliases = self.aliases()?;
        paths.iter_mut().for_each(|path| aliases.clear_up(path));
        Some(paths)
    }

    fn path_count(&self, family: Family) -> Option<u64> {
        let [ipv4, ipv6] = self.paths;
        match family {
            Family::Ipv4 => ipv4,
            Family::Ipv6 => ipv6,
        }
    }

    fn communities_in_use(&mut self, communities: &[Community]) -> Option<Vec<bool>> {
        if !self.has_tables {
            return None;
        }
        // What reads as one of these may be another community, whichever.
        let names: Vec<Community> = self.aliases()?.iter().copied().collect();
        // A community that no command lists may be in use.
        let is_unlisted = |community| communities::show(community).is_none();
        let mut found: Vec<_> = communities.iter().map(is_unlisted).collect();
        let mut found_names = vec![false; names.len()];
        let wanted = [communities, &names].concat();
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

    fn longest_match(&mut self, prefix: Prefix) -> Option<Result<Option<Destination>, SourceError>> {
        let command = lookup::show(prefix);
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

    fn communities_of_same_as(&mut self, community: &Community) -> Option<Vec<Community>> {
        let command = communities::show(community)?;
        let mut found = self
            .try_command(command, SHORT_REPLY_BYTES, |reply| communities::read_same_as(reply, community))?;
        let aliases = self.aliases()?;
        found.retain(|community| !aliases.contains(community));
        Some(found)
    }
}
