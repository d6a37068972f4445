//! Why a release could not be had.

use std::io;
use std::path::PathBuf;

use super::suite::{Engine, Suite};

/// A release that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// It was not brought.
    #[error("{} of {suite} is missing; run: cargo xtask setup (or set OFFLINE=1 to skip it)", .program.display())]
    Missing {
        /// Where it should come from.
        suite: Suite,
        /// The program.
        program: PathBuf,
    },
    /// This machine has no archive of Debian configured.
    #[error("{suite} cannot be fetched: apt has no archive of Debian's main component configured")]
    NoArchive {
        /// What was to be fetched.
        suite: Suite,
    },
    /// A program failed.
    #[error("{suite} cannot be had: {command} failed: {output}")]
    Failed {
        /// What was to be had.
        suite: Suite,
        /// The program with its arguments.
        command: String,
        /// What it printed.
        output: String,
    },
    /// A root without a loader or an interpreter is of no use.
    #[error("{suite} was unpacked, but has no {what} in {}", .directory.display())]
    Incomplete {
        /// What was unpacked.
        suite: Suite,
        /// What is not there.
        what: &'static str,
        /// Where it was looked for.
        directory: PathBuf,
    },
    /// A program that does not say which release it is.
    #[error("{} does not say its version; it prints {printed:?}", .program.display())]
    NoVersion {
        /// The program.
        program: PathBuf,
        /// Its output.
        printed: String,
    },
    /// Another line than the one that the tests are about.
    #[error("{suite} has {} {found}; expected a release of {expected}", .engine.name())]
    Line {
        /// Where it comes from.
        suite: Suite,
        /// Which engine.
        engine: Engine,
        /// The line.
        expected: &'static str,
        /// What the program says.
        found: String,
    },
    /// A file or a program could not be used.
    #[error("cannot use {}: {cause}", .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
}
