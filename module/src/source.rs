//! Where routes come from: one trait, one file per kind of source.

pub mod bgpd;
pub mod reply;
pub mod routing_manager;
mod unix;

use std::time::{Duration, Instant};

use bgpcs::{ApplicationName, Community};

use crate::error::SourceError;
use crate::prefix::{Family, Prefix};

/// One question to a route source: the paths of a family that carry a community.
///
/// A route source filters by one community at a time; only route targets, for which none has a filter, share a
/// question, because each would otherwise cost a look at every route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Which routes.
    pub family: Family,
    /// The first application that asks it.
    pub application: ApplicationName,
    /// The community, or the first route target.
    pub community: Community,
    /// Further route targets, if the first one is a route target.
    pub further: Vec<Community>,
}

impl Question {
    /// Every community of the question; a [`Path`] names one by its index.
    pub fn communities(&self) -> impl Iterator<Item = &Community> {
        std::iter::once(&self.community).chain(&self.further)
    }
}

/// A valid path of a prefix that carries a community of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// Which of the question's communities, by its index.
    pub community: usize,
    /// Where it leads.
    pub prefix: Prefix,
    /// Whether it is the prefix's best path.
    pub best: bool,
}

/// A routing engine that can be asked for routes by community.
pub trait RouteSource {
    /// What is asked, for the operator: `bgpd at /run/frr/bgpd.vty`.
    fn name(&self) -> String;

    /// Passes each path that answers the question to `each` as it arrives; the paths of a prefix follow one another.
    ///
    /// # Errors
    /// When the answer does not come whole, in time and in the expected form; what was passed to `each` until then
    /// is worth nothing.
    fn ask(&mut self, question: &Question, each: &mut dyn FnMut(Path)) -> Result<(), SourceError>;
}

/// How long a route source may take, and how much it may say.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until it accepts a connection.
    pub connect: Duration,
    /// From a question to the first byte of its reply; bgpd is silent while it looks through its table.
    pub first_byte: Duration,
    /// From a question to the last byte of its reply.
    pub reply: Duration,
    /// From the first question to the last reply.
    pub run: Duration,
    /// Length of one reply.
    pub reply_bytes: u64,
}

impl Default for Limits {
    /// What a table of several million routes needs on a slow router, several times over.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(60),
            reply: Duration::from_secs(120),
            run: Duration::from_secs(240),
            reply_bytes: 1 << 30,
        }
    }
}

/// The limits of a run that has begun.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    limits: Limits,
    ends: Instant,
}

impl Budget {
    /// A run that begins now.
    pub fn begin(limits: Limits) -> Self {
        Self { limits, ends: Instant::now() + limits.run }
    }

    /// The longest reply, in bytes.
    pub fn reply_bytes(&self) -> u64 {
        self.limits.reply_bytes
    }

    /// When a connection that is asked for now has to be there.
    pub fn connected_by(&self) -> Instant {
        self.by(self.limits.connect)
    }

    /// When the reply to a question that is asked now has to begin.
    pub fn begun_by(&self) -> Instant {
        self.by(self.limits.first_byte)
    }

    /// When the reply to a question that is asked now has to be complete.
    pub fn complete_by(&self) -> Instant {
        self.by(self.limits.reply)
    }

    fn by(&self, limit: Duration) -> Instant {
        self.ends.min(Instant::now() + limit)
    }
}

/// What is left until `deadline`, or the error of a wait that has reached its limit. System calls take a time-out of
/// zero for none at all, hence the millisecond.
pub(crate) fn left_until(deadline: Instant) -> std::io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(std::io::ErrorKind::TimedOut.into()),
        left => Ok(left.max(Duration::from_millis(1))),
    }
}
