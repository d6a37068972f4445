//! How a command ends: its exit status, and the last thing that it prints.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::finding::Severity;
use crate::fleet::node::NodeHealth;
use crate::report::Log;
use crate::run::{Checked, Completion, RunError};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done: 0.
    Done,
    /// Something could not be done or is in error, the rest was done: 1.
    SomeInError,
    /// Nothing was changed; for a command that only prints: there is nothing to print: 2.
    NothingDone,
    /// Some nodes are broken: 2.
    Broken,
    /// How some nodes are is not known: 3.
    CannotTell,
}

impl From<NodeHealth> for Exit {
    fn from(health: NodeHealth) -> Self {
        match health {
            NodeHealth::NoProfile | NodeHealth::Healthy => Self::Done,
            NodeHealth::Degraded => Self::SomeInError,
            NodeHealth::Broken => Self::Broken,
            NodeHealth::NoAnswer => Self::CannotTell,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::SomeInError => Self::from(1),
            Exit::NothingDone | Exit::Broken => Self::from(2),
            Exit::CannotTell => Self::from(3),
        }
    }
}

impl From<Completion> for Exit {
    fn from(completion: Completion) -> Self {
        match completion {
            Completion::Complete => Self::Done,
            Completion::Partial => Self::SomeInError,
        }
    }
}

impl From<Checked> for Exit {
    fn from(checked: Checked) -> Self {
        match checked {
            Checked { reported: false, .. } => Self::NothingDone,
            Checked { has_errors: true, .. } => Self::SomeInError,
            Checked { has_errors: false, .. } => Self::Done,
        }
    }
}

/// Prints the result of a command.
pub(super) fn print(text: &str) -> Exit {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Exit::Done,
        // The reader has closed the pipe because it needs no more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => failed(&mut Log::default(), &RunError::Output(error)),
    }
}

/// Prints why a command did nothing, and what to do.
pub(super) fn failed(log: &mut Log, error: &RunError) -> Exit {
    refused(log, error.to_string(), error.advice())
}

/// As [`failed`], for a reason that is no [`RunError`].
pub(super) fn refused(log: &mut Log, message: String, advice: impl Into<String>) -> Exit {
    log.message(Severity::Error, message, advice);
    Exit::NothingDone
}
