//! How a command ends, and what it prints then.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::finding::Severity;
use crate::report::Log;
use crate::run::{Checked, Completion, RunError};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Done,
    /// Something could not be done, the rest was.
    SomeInError,
    /// Nothing was touched; of a command that only says something, that it could not.
    NothingTouched,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::SomeInError => Self::from(1),
            Exit::NothingTouched => Self::from(2),
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
            Checked { reported: false, .. } => Self::NothingTouched,
            Checked { has_errors: true, .. } => Self::SomeInError,
            Checked { has_errors: false, .. } => Self::Done,
        }
    }
}

/// Prints what a command found out.
pub(super) fn print(text: &str) -> Exit {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Exit::Done,
        // The reader has closed the pipe because it needs no more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => failed(&mut Log::default(), &RunError::Output(error)),
    }
}

/// Says why a command did nothing.
pub(super) fn failed(log: &mut Log, error: &RunError) -> Exit {
    refused(log, error.to_string(), error.advice())
}

/// Says why a command did nothing, and what to do.
pub(super) fn refused(log: &mut Log, message: String, advice: impl Into<String>) -> Exit {
    log.message(Severity::Error, message, advice);
    Exit::NothingTouched
}
