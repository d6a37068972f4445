//! Why the lab stopped.

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::command::CommandError;
use crate::dist::DistError;
use crate::setup::SetupError;

/// A lab that could not be built, or an assertion that does not hold.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// What the lab runs is not there.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The packages could not be built.
    #[error(transparent)]
    Dist(#[from] DistError),
    /// A program failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// Namespaces and mounts need root.
    #[error("host {host} could not be made: {said}; the lab mounts file systems and must run as root")]
    Host {
        /// Its name.
        host: String,
        /// What mount and its like said.
        said: String,
    },
    /// A file of the lab or of one of its hosts could not be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file, as seen from outside the host.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A program answered with something else than JSON.
    #[error("{what} is not the JSON it should be: {source}\n{text}")]
    Json {
        /// Who answered.
        what: String,
        /// Where and why.
        source: serde_json::Error,
        /// The answer.
        text: String,
    },
    /// Something did not come within its time.
    #[error("waited {} s in vain for {what}; last: {last}", .limit.as_secs())]
    TimedOut {
        /// What was waited for.
        what: String,
        /// How long.
        limit: Duration,
        /// How things stood at the end.
        last: String,
    },
    /// An assertion of a scenario.
    #[error("{0}")]
    Unmet(String),
    /// A scenario's number that there is not.
    #[error("there is no scenario {0}; they are 1 to {last}", last = super::scenario::ALL.len())]
    NoScenario(usize),
    /// A scenario whose assertion does not hold, or that could not be played.
    #[error("scenario {scenario}: {source}")]
    Failed {
        /// Its number and title.
        scenario: String,
        /// Why.
        source: Box<LabError>,
    },
}

/// Says which file a failure is about.
pub fn at(path: &Path) -> impl FnOnce(io::Error) -> LabError {
    let path = path.to_owned();
    move |source| LabError::File { path, source }
}

/// Asserts that a condition holds.
pub fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), LabError> {
    if holds { Ok(()) } else { Err(LabError::Unmet(otherwise())) }
}

/// Asserts that what was found is what was expected.
pub fn equal<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<(), LabError> {
    ensure(found == expected, || format!("{what} is\n  {found:?}\nbut expected was\n  {expected:?}"))
}
