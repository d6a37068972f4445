//! GoBGP, asked by its command `gobgp`.
//!
//! Its API is gRPC, for which the usual client would more than double the size of this program, and it has no filter
//! by community: either way every route crosses. The command is there wherever gobgpd is, and prints JSON.

mod command;
pub mod neighbors;
pub mod rib;

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use bgpcs::Community;
use serde_json::Value;

use crate::clock::now;
use crate::prefix::{Family, Prefix};
use crate::source::deadlines::{Deadlines, left_until};
use crate::source::error::{Shape, SourceError, SourceErrorKind};
use crate::source::filter::{self, Route};
use crate::source::routes_json::ReplyError;
use crate::source::summary::BgpSummary;
use crate::source::summary::TableStatus;
use crate::source::{Abilities, Advice, Destination, MatchedPath, Query, RibInspection, RouteSource};
use command::Output;
use neighbors::GobgpNeighbor;
use rib::RibError;

/// A reply about neighbors that is longer than this is not worth its memory.
const SHORT_REPLY: u64 = 32 << 20;

/// Which routes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RibView {
    /// Those that GoBGP may use.
    Global,
    /// Those that neighbors sent, before any import policy.
    AdjIn,
}

/// The gobgpd at an address.
pub struct GoBgp {
    address: SocketAddr,
    table: RibView,
    deadlines: Deadlines,
}

impl GoBgp {
    /// The gobgpd that answers at `address`.
    pub fn new(address: SocketAddr, table: RibView, deadlines: Deadlines) -> Self {
        Self { address, table, deadlines }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("gobgp");
        command.args(["--json", "--host", &self.address.ip().to_string()]);
        command.args(["--port", &self.address.port().to_string()]).args(words);
        command
    }

    /// What was asked, for the operator.
    fn asked(&self, words: &[&str]) -> String {
        format!("asked {} \"gobgp --json {}\"", self.name(), words.join(" "))
    }

    /// Passes the routes that a command shows to `each`.
    fn show(
        &self,
        words: &[&str],
        each: &mut dyn FnMut(Prefix, bool, &[Community]),
    ) -> Result<(), SourceError> {
        // The command does not say why it has no connection.
        left_until(self.deadlines.connected_by())
            .and_then(|limit| TcpStream::connect_timeout(&self.address, limit))
            .map_err(|error| SourceError::io(error, self.asked(words)))?;
        let mut output = Output::of(&mut self.command(words), &self.deadlines)
            .map_err(|error| SourceError::io(error, "could not start the command gobgp"))?;
        rib::read(&mut output, each).map_err(|error| match error {
            RibError::Reply(ReplyError::Io(error)) => SourceError::io(error, self.asked(words)),
            RibError::Reply(error) => SourceError::shape(Shape::Text, self.asked(words), error),
            RibError::Refused(why) => {
                SourceError::new(SourceErrorKind::System(None, why), self.asked(words), None)
            }
        })
    }

    /// Passes every route of a family to `each`: in the global table prefix by prefix, else neighbor by neighbor.
    fn routes(&self, family: Family, each: &mut dyn FnMut(Route<'_>)) -> Result<(), SourceError> {
        let name = family.to_string();
        if self.table == RibView::Global {
            return self.show(&["global", "rib", "-a", &name], &mut |prefix, best, communities| {
                each(Route { prefix, neighbor: "", best, communities });
            });
        }
        let neighbors =
            self.neighbors().map_err(|error| SourceError::io(error, self.asked(&["neighbor"])))?;
        for neighbor in neighbors.iter().filter(|neighbor| neighbor.carries(family)) {
            let neighbor = neighbor.address();
            self.show(&["neighbor", neighbor, "adj-in", "-a", &name], &mut |prefix, _, communities| {
                each(Route { prefix, neighbor, best: true, communities });
            })?;
        }
        Ok(())
    }

    /// A short reply.
    fn tell(&self, words: &[&str]) -> io::Result<Vec<u8>> {
        let mut reply = Vec::new();
        let deadlines = self.deadlines.with_reply_limit(SHORT_REPLY);
        Output::of(&mut self.command(words), &deadlines)?.read_to_end(&mut reply)?;
        Ok(reply)
    }

    fn neighbors(&self) -> io::Result<Vec<GobgpNeighbor>> {
        neighbors::read(&self.tell(&["neighbor"])?).ok_or(io::ErrorKind::InvalidData.into())
    }

    /// The number of paths, which tells of routes that come from no neighbor.
    fn version(&self, family: Family) -> Option<u64> {
        let summary = self.tell(&["global", "rib", "summary", "-a", &family.to_string()]).ok()?;
        let summary: Value = serde_json::from_slice(&summary).ok()?;
        Some(summary.get("num_path").and_then(Value::as_u64).unwrap_or_default())
    }
}

impl RouteSource for GoBgp {
    fn name(&self) -> String {
        let table = match self.table {
            RibView::Global => "",
            RibView::AdjIn => ", adj-in",
        };
        format!("GoBGP at {}{table}", self.address)
    }

    fn abilities(&self) -> Abilities {
        Abilities { best_path: self.table == RibView::Global, scans_once: true, ..Abilities::default() }
    }

    fn advice(&self) -> Advice {
        Advice {
            silent: "see that gobgpd runs, with: gobgp neighbor",
            summary: "with: gobgp neighbor",
            neighbors: "with: gobgp neighbor",
            routes: "with: gobgp global rib",
        }
    }

    fn query_with_neighbors(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(MatchedPath, &str),
    ) -> Result<(), SourceError> {
        if self.table == RibView::AdjIn {
            return filter::in_order(query, &mut |family, each| self.routes(family, each), each);
        }
        let wanted = filter::wanted(query);
        self.routes(query.family, &mut |route| {
            filter::paths(&wanted, route).for_each(|path| each(path, route.neighbor));
        })
    }
}

impl RibInspection for GoBgp {
    fn summary(&mut self) -> Option<BgpSummary> {
        // Sessions before routes: what happens in between is seen as a change the next time.
        let sessions = self.neighbors().ok()?.iter().map(|neighbor| neighbor.session(now())).collect();
        let table = |family| TableStatus { version: self.version(family), ..TableStatus::default() };
        Some(BgpSummary {
            process: None,
            ipv4: table(Family::Ipv4),
            ipv6: table(Family::Ipv6),
            sessions,
            sessions_only: false,
        })
    }

    fn longest_match(&mut self, prefix: Prefix) -> Option<Result<Option<Destination>, SourceError>> {
        Some(filter::paths_to(prefix, &mut |family, each| self.routes(family, each)))
    }

    fn communities_of_same_as(&mut self, community: &Community) -> Option<Vec<Community>> {
        filter::of_the_same_as(community, &mut |family, each| self.routes(family, each))
    }
}
