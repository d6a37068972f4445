//! FRR's `bgpd`, queried over its VTY socket.
//!
//! For a query bgpd scans its whole table on its only main thread, and does nothing else in that time. So the program
//! sends one query at a time, and none that it can avoid.

pub mod changes;
pub mod communities;
pub mod lookup;
pub mod summary;
pub mod text;
mod vty;

use std::io;
use std::path::{Path, PathBuf};

use bgpcs::Community;

use crate::prefix::{Family, Prefix};
use crate::source::deadlines::{Deadlines, SHORT_REPLY_BYTES};
use crate::source::error::{Cause, Shape, SourceError, describe_query};
use crate::source::routes_json::{self, ReplyError};
use crate::source::summary::{BgpSummary, TableStatus};
use crate::source::{
    Destination, DestinationPath, MatchedPath, Query, QueryItem, RibInspection, RouteSource, TableChanges,
};
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
    /// How many paths the tables had when they were last printed as text, IPv4 first.
    paths: [Option<u64>; 2],
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
            paths: [None; 2],
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
        let value = read(&mut reply).map_err(|error| CommandFailure::Read(error, reply.error_message()))?;
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
        if !self.answers {
            return None;
        }
        let reply = self.run_command(command, self.deadlines.with_reply_limit(reply_bytes), read);
        self.answers = match &reply {
            Err(CommandFailure::Connect(_) | CommandFailure::Send(_)) => false,
            Err(CommandFailure::Read(error, _)) => !NO_ANSWER.contains(&error.kind()),
            Ok(_) | Err(CommandFailure::Status(..)) => true,
        };
        reply.ok()
    }

    /// Queries the table of a family as text; false when the text is of an unknown form.
    fn query_as_text(
        &mut self,
        family: Family,
        command: &str,
        each: &mut dyn FnMut(QueryItem),
    ) -> Result<bool, SourceError> {
        let each_path = &mut |path: text::ShownPath| {
            if path.valid {
                each(QueryItem::Path(MatchedPath { community: 0, prefix: path.prefix, best: path.best }));
            }
        };
        let failure = match self.run_command(command, self.deadlines, |reply| text::read(reply, each_path)) {
            Ok(totals) => {
                self.set_path_count(family, totals);
                return Ok(true);
            }
            Err(CommandFailure::Read(TextError::Unknown, _) | CommandFailure::Status(..)) => {
                return Ok(false);
            }
            Err(CommandFailure::Read(TextError::Io(error), message)) => {
                CommandFailure::Read(ReplyError::Io(error), message)
            }
            Err(CommandFailure::Connect(error)) => CommandFailure::Connect(error),
            Err(CommandFailure::Send(error)) => CommandFailure::Send(error),
        };
        Err(self.explain(command, failure))
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
            self.reads_text = self.query_as_text(query.family, &command, each)?;
            if self.reads_text {
                return Ok(());
            }
            each(QueryItem::StartOver);
        }
        self.query_with_neighbors(query, &mut |path, _| each(QueryItem::Path(path)))
    }

    fn query_with_neighbors(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(MatchedPath, &str),
    ) -> Result<(), SourceError> {
        let form = if query.needs_detail() { "json detail" } else { "json" };
        let command = format!("{} {form}", Self::show_command(query));
        let each_path = &mut |prefix, path: &routes_json::ReplyPath| {
            for (community, wanted) in query.communities().enumerate().filter(|_| path.valid) {
                let carried = match wanted {
                    Community::RouteTarget(target) => path.route_targets.contains(target),
                    Community::Standard(_) | Community::WellKnown(_) | Community::Large(_) => true,
                };
                if carried {
                    each(MatchedPath { community, prefix, best: path.best }, &path.neighbor);
                }
            }
        };
        self.run_command(&command, self.deadlines, |reply| routes_json::read(reply, each_path))
            .map_err(|failure| self.explain(&command, failure))
    }
}

impl RibInspection for Bgpd {
    fn summary(&mut self) -> Option<BgpSummary> {
        // Table versions before sessions: a change in between is then seen in the next summary.
        let mut table = |family| {
            let command = format!("show bgp {family} unicast summary json");
            self.try_command(&command, SHORT_REPLY_BYTES, |reply| summary::read_table(reply))
        };
        let tables = table(Family::Ipv4).and_then(|ipv4| Some((ipv4, table(Family::Ipv6)?)));
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
        let command = lookup::show(prefix);
        self.try_command(&command, lookup::REPLY_BYTES, |reply| lookup::read_paths_of(reply, prefix))
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
        // A community that no command lists may be in use.
        let is_unlisted = |community| communities::show(community).is_none();
        let mut found: Vec<_> = communities.iter().map(is_unlisted).collect();
        for command in communities::COMMANDS {
            if communities.iter().any(|community| communities::show(community) == Some(command)) {
                self.try_command(command, SHORT_REPLY_BYTES, |reply| {
                    communities::read_communities(reply, communities, &mut found)
                })?;
            }
        }
        Some(found)
    }

    fn longest_match(&mut self, prefix: Prefix) -> Option<Result<Option<Destination>, SourceError>> {
        let command = lookup::show(prefix);
        let deadlines = self.deadlines.with_reply_limit(SHORT_REPLY_BYTES);
        let found = self.run_command(&command, deadlines, |reply| lookup::read_destination(reply));
        Some(found.map_err(|failure| self.explain(&command, failure)))
    }

    fn communities_of_same_as(&mut self, community: &Community) -> Option<Vec<Community>> {
        let command = communities::show(community)?;
        self.try_command(command, SHORT_REPLY_BYTES, |reply| communities::read_same_as(reply, community))
    }
}
