//! FRR's `bgpd`, asked over its VTY socket.
//!
//! A question costs bgpd a look through its whole table on its only main thread, during which it does nothing else;
//! hence one question at a time, and never one that can be avoided.

mod vty;

use std::path::{Path as FilePath, PathBuf};

use bgpcs::Community;

use super::reply::{self, ReplyError};
use super::{Budget, Path, Question, RouteSource};
use crate::error::{Shape, SourceError};
use vty::Vty;

/// bgpd behind one of its sockets.
pub struct Bgpd {
    socket: PathBuf,
    budget: Budget,
    /// Absent before the first command, and after a failed one.
    connection: Option<Vty>,
}

impl Bgpd {
    /// The bgpd that listens at `socket`; connects with the first question.
    pub fn new(socket: &FilePath, budget: Budget) -> Self {
        Self { socket: socket.to_owned(), budget, connection: None }
    }

    /// Sends a command and hands its reply to `read`, which has to read all of it.
    fn command<T>(
        &mut self,
        command: &str,
        read: impl FnOnce(&mut vty::Reply<'_>) -> Result<T, ReplyError>,
    ) -> Result<T, SourceError> {
        let asked = format!("asked bgpd at {} \"{command}\"", self.socket.display());
        let mut vty = match self.connection.take() {
            Some(vty) => vty,
            None => Vty::connect(&self.socket, &self.budget).map_err(|error| {
                SourceError::io(error, format!("could not connect to bgpd at {}", self.socket.display()))
            })?,
        };
        let mut reply = vty.ask(command, &self.budget).map_err(|error| SourceError::io(error, &asked))?;
        let value = match read(&mut reply) {
            Ok(value) => value,
            Err(ReplyError::Io(error)) => return Err(SourceError::io(error, asked)),
            Err(error) => {
                return Err(SourceError::shape(error.shape().unwrap_or(Shape::Text), asked, error));
            }
        };
        match reply.status() {
            Some(0) => {
                self.connection = Some(vty);
                Ok(value)
            }
            status => {
                let cause = match status {
                    Some(status) => format!("the reply has status {status}, expected 0"),
                    None => "the reply goes on after its end".to_owned(),
                };
                Err(SourceError::shape(Shape::Text, asked, cause))
            }
        }
    }
}

impl RouteSource for Bgpd {
    fn name(&self) -> String {
        format!("bgpd at {}", self.socket.display())
    }

    fn ask(&mut self, question: &Question, each: &mut dyn FnMut(Path)) -> Result<(), SourceError> {
        let command = format!("show bgp {} unicast {}", question.family, filter(question));
        self.command(&command, |reply| {
            reply::read(reply, &mut |prefix, path| {
                if !path.valid {
                    return;
                }
                for (community, wanted) in question.communities().enumerate() {
                    let carried = match wanted {
                        Community::RouteTarget(target) => path.route_targets.contains(target),
                        _ => true,
                    };
                    if carried {
                        each(Path { community, prefix, best: path.best });
                    }
                }
            })
        })
    }
}

/// The end of the command: bgpd selects by one community, but not by route target, for which every path has to be
/// shown in detail. Well-known communities go by their numbers, which every release knows.
fn filter(question: &Question) -> String {
    match question.community {
        Community::Standard(standard) => format!("community {standard} json"),
        Community::WellKnown(name) => format!("community {} json", name.value()),
        Community::Large(large) => format!("large-community {large} json"),
        Community::RouteTarget(_) => "json detail".to_owned(),
    }
}
