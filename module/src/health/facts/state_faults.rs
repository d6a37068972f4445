//! Which files of the state directory a run could not use.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

use crate::bounded_file;
use crate::collect::state::{self, State};
use crate::error_text::strerror;
use crate::publish::history;
use crate::state_file;

/// The files of a state directory that are there, and that a run could not use.
pub fn find(directory: &Path) -> Vec<(PathBuf, String)> {
    let read = |path: &Path| {
        let bytes = bounded_file::read(path, state_file::LONGEST)?;
        String::from_utf8(bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
    };
    // One line that can be read is a history.
    let is_history =
        |text: &str| text.lines().any(|line| serde_json::from_slice::<IgnoredAny>(line.as_bytes()).is_ok());
    let of_state =
        |text: &str| serde_json::from_slice::<State>(text.as_bytes()).err().map(|error| error.to_string());
    let of_history = |text: &str| (!is_history(text)).then(|| "it is no history".to_owned());
    let fault = |path: PathBuf, of_text: &dyn Fn(&str) -> Option<String>| match read(&path) {
        Ok(text) => of_text(&text).map(|fault| (path, fault)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some((path, strerror(&error))),
    };
    let faults = [fault(state::file(directory), &of_state), fault(history::file(directory), &of_history)];
    faults.into_iter().flatten().collect()
}
