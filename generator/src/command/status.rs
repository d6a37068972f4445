//! `status`, in the format that was asked for.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use bgpcs::{Health, Quoted, UnixTime, whole_file};
use bgpcs_display::table::Paint;

use super::exit::{Exit, failed, print, refused};
use crate::report::Log;
use crate::run::{RunError, RunSettings};
use crate::status::Status;

/// The same as for pillar files, since the page shows names from the configuration.
pub(super) const PAGE_MODE: u32 = 0o640;

/// The form of the status.
pub(super) enum StatusForm {
    Table,
    Detail,
    Json,
    /// Comma-separated values, with `--live` only.
    Csv,
    /// A page for a browser, written to this file.
    Page(PathBuf),
}

/// The present, in seconds since 1970.
pub(super) fn now() -> UnixTime {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Colours, where standard output is a terminal and `NO_COLOR` is not set.
pub(super) fn paint() -> Paint {
    let is_plain = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
    Paint(io::stdout().is_terminal() && !is_plain)
}

/// Prints the status, or writes it to a file; of all routers or of those that the globs `routers` match.
pub(super) fn show(settings: &RunSettings, routers: &[String], form: &StatusForm) -> Exit {
    let mut status = match Status::gather(settings, now(), &mut Log::default()) {
        Ok(status) => status,
        Err(error) => return failed(&mut Log::default(), &error),
    };
    if !routers.is_empty() && !status.only(routers) {
        let names: Vec<String> = routers.iter().map(|router| Quoted(router).to_string()).collect();
        let message = format!("there is no router {} with a profile", names.join(" or "));
        return refused(&mut Log::default(), message, "list the routers with: generate_pillar status");
    }
    let printed = match form {
        StatusForm::Page(path) => whole_file::write(path, status.html().as_bytes(), PAGE_MODE)
            .map(|()| format!("{} ({})\n", path.display(), status.word()))
            .map_err(RunError::Report),
        StatusForm::Json => status.json().map_err(RunError::ReportText),
        StatusForm::Detail => Ok(status.detail()),
        StatusForm::Table | StatusForm::Csv => Ok(status.text(paint())),
    };
    match printed.map(|text| print(&text)) {
        Ok(Exit::Done) if status.health > Health::Healthy => Exit::SomeInError,
        Ok(exit) => exit,
        Err(error) => failed(&mut Log::default(), &error),
    }
}
