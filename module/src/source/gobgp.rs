//! GoBGP, queried with its command `gobgp`, which prints JSON and is installed with gobgpd.
//!
//! The API of gobgpd is gRPC. The usual client for it would more than double the size of this program, without a
//! benefit: the API has no filter by community either, so every route is transferred in both cases.

mod command_output;
pub mod neighbors;
pub mod rib;

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use bgpcs::Community;
use serde_json::Value;

use crate::clock::now;
use crate::prefix::{Family, Prefix};
use crate::source::deadlines::{Deadlines, SHORT_REPLY_BYTES, left_until};
use crate::source::error::{Shape, SourceError, SourceErrorKind, describe_query};
use crate::source::filter::{self, Route};
use crate::source::routes_json::ReplyError;
use crate::source::summary::{BgpSummary, TableStatus};
use crate::source::{Abilities, Advice, Destination, MatchedPath, Query, RibInspection, RouteSource};
use command_output::CommandOutput;
use neighbors::GobgpNeighbor;
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
    address: SocketAddr,
    view: RibView,
    deadlines: Deadlines,
}

impl GoBgp {
    /// The gobgpd that listens at `address`; the command connects for every query.
    pub fn new(address: SocketAddr, view: RibView, deadlines: Deadlines) -> Self {
        Self { address, view, deadlines }
    }

    fn gobgp(&self, words: &[&str]) -> Command {
        let mut command = Command::new("gobgp");
        command.args(["--json", "--host", &self.address.ip().to_string()]);
        command.args(["--port", &self.address.port().to_string()]).args(words);
        command
    }

    /// The query, for the detail of an error.
    fn describe(&self, words: &[&str]) -> String {
        describe_query(&format!("gobgp --json {}", words.join(" ")), &self.name())
    }

    /// Passes the routes that a command prints to `each`: prefix, whether it is the best path, and communities.
    fn show(
        &self,
        words: &[&str],
        each: &mut dyn FnMut(Prefix, bool, &[Community]),
    ) -> Result<(), SourceError> {
        // The command does not report why it cannot connect, so this does.
        left_until(self.deadlines.connected_by())
            .and_then(|limit| TcpStream::connect_timeout(&self.address, limit))
            .map_err(|error| SourceError::io(error, self.describe(words)))?;
        let mut output = CommandOutput::of(&mut self.gobgp(words), &self.deadlines)
            .map_err(|error| SourceError::io(error, "could not start the command gobgp"))?;
        rib::read(&mut output, each).map_err(|error| match error {
            RibError::Reply(ReplyError::Io(error)) => SourceError::io(error, self.describe(words)),
            RibError::Reply(error) => SourceError::shape(Shape::Text, self.describe(words), error),
            RibError::Refused(why) => {
                SourceError::new(SourceErrorKind::System(None, why), self.describe(words), None)
            }
        })
    }

    /// Passes every route of a family to `each`: from the global RIB prefix by prefix, else neighbor by neighbor.
    fn routes(&self, family: Family, each: &mut dyn FnMut(Route<'_>)) -> Result<(), SourceError> {
        let name = family.to_string();
        if self.view == RibView::Global {
            return self.show(&["global", "rib", "-a", &name], &mut |prefix, best, communities| {
                each(Route { prefix, neighbor: "", best, communities });
            });
        }
        let neighbors =
            self.neighbors().map_err(|error| SourceError::io(error, self.describe(&["neighbor"])))?;
        for neighbor in neighbors.iter().filter(|neighbor| neighbor.carries(family)) {
            let neighbor = neighbor.address();
            self.show(&["neighbor", neighbor, "adj-in", "-a", &name], &mut |prefix, _, communities| {
                each(Route { prefix, neighbor, best: true, communities });
            })?;
        }
        Ok(())
    }

    /// A reply of at most [`SHORT_REPLY_BYTES`].
    fn short_reply(&self, words: &[&str]) -> io::Result<Vec<u8>> {
        let mut reply = Vec::new();
        let deadlines = self.deadlines.with_reply_limit(SHORT_REPLY_BYTES);
        CommandOutput::of(&mut self.gobgp(words), &deadlines)?.read_to_end(&mut reply)?;
        Ok(reply)
    }

    fn neighbors(&self) -> io::Result<Vec<GobgpNeighbor>> {
        neighbors::read(&self.short_reply(&["neighbor"])?).ok_or(io::ErrorKind::InvalidData.into())
    }

    /// The number of paths in the global RIB, in place of a table version, which GoBGP does not have: it changes with
    /// routes that come from no neighbor.
    fn path_total(&self, family: Family) -> Option<u64> {
        let summary = self.short_reply(&["global", "rib", "summary", "-a", &family.to_string()]).ok()?;
        let summary: Value = serde_json::from_slice(&summary).ok()?;
        Some(summary.get("num_path").and_then(Value::as_u64).unwrap_or_default())
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
        Abilities { best_path: self.view == RibView::Global, scans_once: true, ..Abilities::default() }
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
        each: &mut dyn FnMut(MatchedPath, &str),
    ) -> Result<(), SourceError> {
        let answer = match self.view {
            RibView::Global => filter::answer,
            RibView::AdjIn => filter::answer_sorted,
        };
        answer(query, &mut |family, each| self.routes(family, each), each)
    }
}

impl RibInspection for GoBgp {
    fn summary(&mut self) -> Option<BgpSummary> {
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

    fn longest_match(&mut self, prefix: Prefix) -> Option<Result<Option<Destination>, SourceError>> {
        Some(filter::longest_match(prefix, &mut |family, each| self.routes(family, each)))
    }

    fn communities_of_same_as(&mut self, community: &Community) -> Option<Vec<Community>> {
        filter::communities_of_same_as(community, &mut |family, each| self.routes(family, each))
    }
}
