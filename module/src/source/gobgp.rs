//! GoBGP, queried with its command `gobgp`, which prints JSON and is installed with gobgpd.
//!
//! The API of gobgpd is gRPC. The usual client for it would more than double the size of this program, without a
//! benefit: the API has no filter by community either, so every route is transferred in both cases.

mod command_output;
pub mod neighbors;
pub mod rib;

use std::cell::Cell;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use bgpcs_display::counted;

use crate::clock::now;
use crate::prefix::Family;
use crate::source::all_routes::AllRoutes;
use crate::source::bounded_json;
use crate::source::deadlines::{Deadlines, SHORT_REPLY_BYTES, left_until};
use crate::source::error::{Shape, SourceError, SourceErrorKind, describe_query};
use crate::source::filter::{self, Route, Scanned};
use crate::source::routes_json::ReplyError;
use crate::source::summary::{BgpSummary, TableStatus};
use crate::source::trust::{self, TrustedUsers};
use crate::source::{Abilities, Advice, Query, QueryItem, RouteSource};
use command_output::CommandOutput;
use neighbors::{GobgpNeighbor, GobgpNeighbors};
use rib::RibError;

/// Which of GoBGP's tables is queried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RibView {
    /// The global RIB: the routes that GoBGP may use.
    Global,
    /// The adj-RIB-in of every neighbor: the routes that they sent, before any import policy.
    AdjIn,
}

/// The gobgpd that listens at an address.
pub struct GoBgp {
    command: PathBuf,
    address: SocketAddr,
    view: RibView,
    trusted: TrustedUsers,
    deadlines: Deadlines,
    /// How many neighbors were skipped, since their addresses could not be read.
    skipped: Cell<u64>,
}

impl GoBgp {
    /// The gobgpd of root or a `trusted` user that listens at `address`; the `command` connects for every query.
    pub fn new(
        command: &Path,
        address: SocketAddr,
        view: RibView,
        trusted: TrustedUsers,
        deadlines: Deadlines,
    ) -> Self {
        // A name without a directory is not looked up in the search path.
        let command = Path::new(".").join(command);
        Self { command, address, view, trusted, deadlines, skipped: Cell::new(0) }
    }

    /// Whether whoever listens at the address is whom [`trust`] lets.
    fn check(&self) -> io::Result<()> {
        trust::check_port(&self.trusted, self.address)
    }

    fn gobgp(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.command);
        command.args(["--json", "--host", &self.address.ip().to_string()]);
        command.args(["--port", &self.address.port().to_string()]).args(words);
        command
    }

    /// The query, for the detail of an error.
    fn describe(&self, words: &[&str]) -> String {
        describe_query(&format!("gobgp --json {}", words.join(" ")), &self.name())
    }

    /// Passes the routes that a command prints to `each`.
    fn show(&self, words: &[&str], each: &mut dyn FnMut(Scanned<'_>)) -> Result<(), SourceError> {
        // The command does not report why it cannot connect, so this does.
        left_until(self.deadlines.connected_by())
            .and_then(|limit| TcpStream::connect_timeout(&self.address, limit))
            .and_then(|_| self.check())
            .map_err(|error| SourceError::io(error, self.describe(words)))?;
        let mut output = CommandOutput::of(&mut self.gobgp(words), &self.deadlines).map_err(|error| {
            SourceError::io(error, format!("could not start the command {}", self.command.display()))
        })?;
        let read = rib::read(&mut output, each);
        self.check().map_err(|error| SourceError::io(error, self.describe(words)))?;
        read.map_err(|error| match error {
            RibError::Reply(ReplyError::Io(error)) => SourceError::io(error, self.describe(words)),
            RibError::Reply(error) => SourceError::shape(Shape::Text, self.describe(words), error),
            RibError::Refused(why) => {
                SourceError::new(SourceErrorKind::Refused(why), self.describe(words), None)
            }
        })
    }

    /// Reads the output of a command that prints at most [`SHORT_REPLY_BYTES`].
    fn short_reply<T, E: From<io::Error>>(
        &self,
        words: &[&str],
        read: impl FnOnce(&mut CommandOutput) -> Result<T, E>,
    ) -> Result<T, E> {
        let deadlines = self.deadlines.with_reply_limit(SHORT_REPLY_BYTES);
        let value = read(&mut CommandOutput::of(&mut self.gobgp(words), &deadlines)?)?;
        self.check()?;
        Ok(value)
    }

    fn neighbors(&self) -> Result<Vec<GobgpNeighbor>, SourceError> {
        let words = ["neighbor"];
        let neighbors = self.short_reply(&words, |output| neighbors::read(output));
        let GobgpNeighbors { known, unreadable } = neighbors.map_err(|error| match error {
            ReplyError::Io(error) => SourceError::io(error, self.describe(&words)),
            error => SourceError::shape(Shape::Text, self.describe(&words), error),
        })?;
        self.skipped.set(unreadable);
        Ok(known)
    }

    /// The number of paths in the global RIB, in place of a table version, which GoBGP does not have: it changes with
    /// routes that come from no neighbor.
    fn path_total(&self, family: Family) -> Option<u64> {
        let words = ["global", "rib", "summary", "-a", &family.to_string()];
        let RibSummary { num_path } = self.short_reply(&words, |output| bounded_json::value(output)).ok()?;
        Some(num_path)
    }
}

impl RouteSource for GoBgp {
    fn name(&self) -> String {
        let table = match self.view {
            RibView::Global => "",
            RibView::AdjIn => ", adj-in",
        };
        format!("GoBGP at {}{table}", self.address)
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            best_path: self.view == RibView::Global,
            scans_once: true,
            vrfs: false,
            ..Abilities::default()
        }
    }

    fn advice(&self) -> Advice {
        Advice {
            silent: "check that gobgpd runs, with: gobgp neighbor",
            summary: "with: gobgp neighbor",
            neighbors: "with: gobgp neighbor",
            routes: "with: gobgp global rib",
        }
    }

    fn query_with_neighbors(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(QueryItem, &str),
    ) -> Result<(), SourceError> {
        let answer = match self.view {
            RibView::Global => filter::answer,
            RibView::AdjIn => filter::answer_sorted,
        };
        answer(query, &mut |family, each| self.all_routes(family, each), each)
    }

    fn warnings(&mut self) -> Vec<String> {
        let neighbors = counted(self.skipped.get(), "neighbor");
        let warning = format!("skipped {neighbors} of GoBGP whose address could not be read");
        (self.skipped.get() > 0).then_some(warning).into_iter().collect()
    }
}

/// The number of paths in a table, which GoBGP leaves out when it is zero.
#[derive(serde::Deserialize)]
struct RibSummary {
    #[serde(default)]
    num_path: u64,
}

impl AllRoutes for GoBgp {
    /// From the global RIB prefix by prefix, else neighbor by neighbor.
    fn all_routes(&self, family: Family, each: &mut dyn FnMut(Scanned<'_>)) -> Result<(), SourceError> {
        let name = family.to_string();
        if self.view == RibView::Global {
            return self.show(&["global", "rib", "-a", &name], each);
        }
        let neighbors = self.neighbors()?;
        for neighbor in neighbors.iter().filter(|neighbor| neighbor.carries(family)) {
            let neighbor = neighbor.address();
            self.show(&["neighbor", neighbor, "adj-in", "-a", &name], &mut |scanned| {
                each(match scanned {
                    Scanned::Route(route) => Scanned::Route(Route { neighbor, best: true, ..route }),
                    Scanned::Unreadable(prefix) => Scanned::Unreadable(prefix),
                });
            })?;
        }
        Ok(())
    }

    fn own_summary(&self) -> Option<BgpSummary> {
        // Sessions before tables: a change in between is then seen in the next summary.
        let sessions = self.neighbors().ok()?.iter().map(|neighbor| neighbor.session(now())).collect();
        let table = |family| TableStatus { version: self.path_total(family), ..TableStatus::default() };
        Some(BgpSummary {
            ipv4: table(Family::Ipv4),
            ipv6: table(Family::Ipv6),
            sessions,
            ..BgpSummary::default()
        })
    }
}
