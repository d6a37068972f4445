//! FRR's `bgpd`, asked over its VTY socket.
//!
//! A query costs bgpd a look through its whole table on its only main thread, during which it does nothing else;
//! hence one query at a time, and never one that can be avoided.

pub mod changes;
pub mod lookup;
pub mod summary;
pub mod text;
mod vty;

use std::io;
use std::path::{Path, PathBuf};

use bgpcs::Community;

use crate::prefix::{Family, Prefix};
use crate::source::deadlines::Deadlines;
use crate::source::error::{Cause, Shape, SourceError};
use crate::source::routes_json::{self, ReplyError};
use crate::source::summary::{BgpSummary, TableStatus};
use crate::source::{
    Destination, DestinationPath, MatchedPath, Query, QueryItem, RibInspection, RouteSource, TableChanges,
};
use text::{TableTotals, TextError};
use vty::Vty;

/// bgpd behind one of its sockets.
pub struct Bgpd {
    socket: PathBuf,
    deadlines: Deadlines,
    /// Absent before the first command, and after a failed one.
    connection: Option<Vty>,
    /// Whether the tables that this release prints as text can be read, as far as is known.
    reads_text: bool,
    /// Whether it answered so far. If not, only what is needed is asked, so that its silence is waited for once.
    answers: bool,
    /// Whether BGP is configured, as far as is known. Without it no community is in use either, but that is no answer:
    /// the query has to be asked, and bgpd then says why not.
    has_tables: bool,
    /// How many paths the tables had when they were last shown as text, IPv4 first.
    paths: [Option<u64>; 2],
}

/// Why a command has no result.
enum CommandFailure<E> {
    /// There was no connection.
    Connect(io::Error),
    /// The command could not be given.
    Ask(io::Error),
    /// The reply could not be read; with what bgpd says instead of one, if it does.
    Read(E, Option<String>),
    /// The reply was not followed by the status 0; none at all, if what followed was no status.
    Status(Option<u8>, Option<String>),
}

/// A reply that is no answer.
#[derive(Debug, thiserror::Error)]
#[error("{}", match .said { Some(said) => format!("bgpd said: {said}"), None => .fault.to_string() })]
struct BadReply {
    said: Option<String>,
    #[source]
    fault: Cause,
}

/// How a connection says that nothing comes.
const SILENCE: [io::ErrorKind; 4] = [
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

    /// What the bgpd that listens at `socket` is called.
    pub fn name_at(socket: &Path) -> String {
        format!("bgpd at {}", socket.display())
    }

    /// The command that answers a query, as text.
    fn show(query: &Query) -> String {
        let routes = format!("show bgp {} unicast", query.family);
        // bgpd selects by one community, but not by route target, for which every path has to be shown in detail.
        // Well-known communities go by their numbers, which every release knows.
        match query.community {
            Community::Standard(standard) => format!("{routes} community {standard}"),
            Community::WellKnown(name) => format!("{routes} community {}", name.value()),
            Community::Large(large) => format!("{routes} large-community {large}"),
            Community::RouteTarget(_) => routes,
        }
    }

    /// Gives a command and hands its reply to `read`, which has to read all of it.
    fn command<T, E>(
        &mut self,
        command: &str,
        deadlines: Deadlines,
        read: impl FnOnce(&mut vty::VtyReply<'_>) -> Result<T, E>,
    ) -> Result<T, CommandFailure<E>> {
        let mut vty = match self.connection.take() {
            Some(vty) => vty,
            None => Vty::connect(&self.socket, &deadlines).map_err(CommandFailure::Connect)?,
        };
        let mut reply = vty.command(command, &deadlines).map_err(CommandFailure::Ask)?;
        let value = read(&mut reply).map_err(|error| CommandFailure::Read(error, reply.refusal()))?;
        match reply.status() {
            Some(0) => {
                self.connection = Some(vty);
                Ok(value)
            }
            status => Err(CommandFailure::Status(status, reply.refusal())),
        }
    }

    /// Gives a command whose answer is welcome but not needed.
    fn try_command<T>(
        &mut self,
        command: &str,
        reply_bytes: u64,
        read: impl FnOnce(&mut vty::VtyReply<'_>) -> io::Result<T>,
    ) -> Option<T> {
        if !self.answers {
            return None;
        }
        let reply = self.command(command, self.deadlines.with_reply_limit(reply_bytes), read);
        self.answers = match &reply {
            Err(CommandFailure::Connect(_) | CommandFailure::Ask(_)) => false,
            Err(CommandFailure::Read(error, _)) => !SILENCE.contains(&error.kind()),
            Ok(_) | Err(CommandFailure::Status(..)) => true,
        };
        reply.ok()
    }

    /// Asks for the table of a family as text; false when it could not be read as such.
    fn ask_for_text(
        &mut self,
        family: Family,
        command: &str,
        each: &mut dyn FnMut(QueryItem),
    ) -> Result<bool, SourceError> {
        let tell = &mut |path: text::ShownPath| {
            if path.valid {
                each(QueryItem::Path(MatchedPath { community: 0, prefix: path.prefix, best: path.best }));
            }
        };
        match self.command(command, self.deadlines, |reply| text::read(reply, tell)) {
            Ok(said) => {
                self.note(family, said);
                Ok(true)
            }
            Err(CommandFailure::Read(TextError::Unknown, _) | CommandFailure::Status(..)) => Ok(false),
            Err(CommandFailure::Read(TextError::Io(error), _)) => {
                Err(self.explain(command, CommandFailure::Ask(error)))
            }
            Err(CommandFailure::Connect(error)) => Err(self.explain(command, CommandFailure::Connect(error))),
            Err(CommandFailure::Ask(error)) => Err(self.explain(command, CommandFailure::Ask(error))),
        }
    }

    /// Notes what was said of the table of a family; where there was no path to show, nothing is said.
    fn note(&mut self, family: Family, said: Option<TableTotals>) {
        let [ipv4, ipv6] = &mut self.paths;
        let known = if family == Family::Ipv4 { ipv4 } else { ipv6 };
        *known = said.and_then(|said| said.paths).or(*known);
    }

    fn explain(&self, command: &str, failure: CommandFailure<ReplyError>) -> SourceError {
        let socket = self.socket.display();
        let asked = format!("asked bgpd at {socket} \"{command}\"");
        match failure {
            CommandFailure::Connect(error) => {
                SourceError::io(error, format!("could not connect to bgpd at {socket}"))
            }
            CommandFailure::Ask(error) | CommandFailure::Read(ReplyError::Io(error), _) => {
                SourceError::io(error, asked)
            }
            CommandFailure::Read(error, said) => {
                let shape = error.shape().unwrap_or(Shape::Text);
                SourceError::shape(shape, asked, BadReply { said, fault: error.into() })
            }
            CommandFailure::Status(status, said) => {
                let fault = match status {
                    Some(status) => format!("the reply has status {status}, expected 0").into(),
                    None => "the reply goes on after its end".into(),
                };
                SourceError::shape(Shape::Text, asked, BadReply { said, fault })
            }
        }
    }
}

impl RouteSource for Bgpd {
    fn name(&self) -> String {
        Self::name_at(&self.socket)
    }

    fn query(&mut self, query: &Query, each: &mut dyn FnMut(QueryItem)) -> Result<(), SourceError> {
        let command = Self::show(query);
        if self.reads_text && !query.needs_detail() {
            self.reads_text = self.ask_for_text(query.family, &command, each)?;
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
        let command = format!("{} {form}", Self::show(query));
        let tell = &mut |prefix, path: &routes_json::ReplyPath| {
            for (community, wanted) in query.communities().enumerate().filter(|_| path.valid) {
                let carried = match wanted {
                    Community::RouteTarget(target) => path.route_targets.contains(target),
                    _ => true,
                };
                if carried {
                    each(MatchedPath { community, prefix, best: path.best }, &path.neighbor);
                }
            }
        };
        self.command(&command, self.deadlines, |reply| routes_json::read(reply, tell))
            .map_err(|failure| self.explain(&command, failure))
    }
}

impl RibInspection for Bgpd {
    fn summary(&mut self) -> Option<BgpSummary> {
        // Versions before counters: what happens in between is seen as a change the next time.
        let mut table = |family| {
            let command = format!("show bgp {family} unicast summary json");
            self.try_command(&command, summary::REPLY_BYTES, |reply| summary::read_table(reply))
        };
        let tables = table(Family::Ipv4).and_then(|ipv4| Some((ipv4, table(Family::Ipv6)?)));
        self.has_tables = tables.is_some();
        let (ipv4, ipv6) = tables?;
        let neighbors = "show bgp neighbors json";
        let sessions =
            self.try_command(neighbors, summary::REPLY_BYTES, |reply| summary::read_sessions(reply))?;
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
        let (changes, said) =
            self.try_command(&command, changes::REPLY_BYTES, |reply| changes::read(reply, since, now))?;
        self.note(family, said);
        Some(changes)
    }

    fn paths_of(&mut self, prefix: Prefix) -> Option<Vec<DestinationPath>> {
        let command = lookup::show(prefix);
        self.try_command(&command, lookup::REPLY_BYTES, |reply| lookup::read_paths_of(reply, prefix))
    }

    fn path_count(&self, family: Family) -> Option<u64> {
        let [ipv4, ipv6] = self.paths;
        if family == Family::Ipv4 { ipv4 } else { ipv6 }
    }

    fn communities_in_use(&mut self, communities: &[Community]) -> Option<Vec<bool>> {
        if !self.has_tables {
            return None;
        }
        let mut found: Vec<_> =
            communities.iter().map(|community| matches!(community, Community::RouteTarget(_))).collect();
        let mut look = |this: &mut Self, command| {
            this.try_command(command, summary::REPLY_BYTES, |reply| {
                summary::read_communities(reply, communities, &mut found)
            })
        };
        if communities.iter().any(|community| matches!(community, Community::Standard(_))) {
            look(self, "show bgp community-info")?;
        }
        if communities.iter().any(|community| matches!(community, Community::Large(_))) {
            look(self, "show ip bgp large-community-info")?;
        }
        Some(found)
    }

    fn longest_match(&mut self, prefix: Prefix) -> Option<Result<Option<Destination>, SourceError>> {
        let command = lookup::show(prefix);
        let deadlines = self.deadlines.with_reply_limit(summary::REPLY_BYTES);
        let found = self.command(&command, deadlines, |reply| lookup::read_destination(reply));
        Some(found.map_err(|failure| self.explain(&command, failure)))
    }

    fn communities_of_same_as(&mut self, community: &Community) -> Option<Vec<Community>> {
        let command = match community {
            Community::Standard(_) | Community::WellKnown(_) => "show bgp community-info",
            Community::Large(_) => "show ip bgp large-community-info",
            Community::RouteTarget(_) => return None,
        };
        self.try_command(command, summary::REPLY_BYTES, |reply| lookup::read_same_as(reply, community))
    }
}
