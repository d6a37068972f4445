//! What an operator asks on a router, and what is answered: `status`, `show`, `explain`, `doctor` and `report`.
//!
//! Each command gathers [`facts`] or asks the route source, and then makes text of values. Nothing here changes a
//! file but the report that was asked for.

mod doctor;
mod explain;
pub mod facts;
mod health;
mod map;
mod plot;
pub mod printed;
mod report;
mod show;
mod status;

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use bgpcs::whole_file::{self, WholeFileError};
use bgpcs::{CommunityError, Health};
use bgpcs_display::table::Paint;

use crate::operator::printed::Printed;
use crate::settings::{Request, Settings};
use bgpcs::UnixTime;

/// How long `status`, `doctor` and `report` wait for a routing engine: monitoring commonly gives up after ten seconds.
const STATUS_PATIENCE: Duration = Duration::from_secs(5);

/// How long `show` waits for which community brought a prefix, which it can do without.
const SHOW_PATIENCE: Duration = Duration::from_secs(20);

/// A query without an answer.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The page could not be written.
    #[error("the report was not written; name another file with --html")]
    NotWritten(#[from] WholeFileError),
    /// Standard output was closed or is full.
    #[error("cannot write to standard output; see where it leads to")]
    Output(#[from] io::Error),
    /// Something that is neither an application, a community nor a prefix.
    #[error("cannot explain {text}: expected a prefix, an address, or a community; {source}")]
    Subject {
        /// What was given.
        text: String,
        /// What a community would look like.
        source: CommunityError,
    },
}

/// Printeds on standard output, in colour when that is a terminal and `NO_COLOR` is not set.
///
/// # Errors
/// When there is no answer to the query, or nowhere to write it.
pub fn run(settings: &Settings, request: &Request) -> Result<Health, OperatorError> {
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let answer = answer(settings, request, crate::clock::now(), colour)?;
    match io::stdout().lock().write_all(answer.text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(answer.health),
    }
}

/// Printeds as of `now`.
///
/// # Errors
/// When there is no answer to the query, or the report cannot be written.
pub fn answer(
    settings: &Settings,
    request: &Request,
    now: UnixTime,
    colour: bool,
) -> Result<Printed, OperatorError> {
    let paint = Paint(colour);
    let patience = match request {
        Request::Explain { .. } => settings.limits,
        Request::Show { .. } => settings.limits.at_most(SHOW_PATIENCE),
        _ => settings.limits.at_most(STATUS_PATIENCE),
    };
    let settings = &Settings { limits: patience, ..settings.clone() };
    let facts = || facts::Facts::gather(settings, now);
    Ok(match request {
        Request::Status { json: true, .. } => status::json(&facts()),
        Request::Status { detail: true, .. } => status::detail(&facts()),
        Request::Status { .. } => status::summary(&facts(), paint),
        Request::Show { wanted, format } => {
            let facts = facts::Facts::gather_files(settings, now);
            show::show(&facts, settings, wanted.as_ref(), *format)
        }
        Request::Explain { subject, json } => {
            let facts = facts::Facts::gather_files(settings, now);
            let explained = explain::explain(&facts, settings, subject)?;
            if *json { explained.json() } else { explained.text() }
        }
        Request::Doctor { json } => {
            let checks = health::examine(&facts());
            if *json { doctor::json(&checks) } else { doctor::text(&checks, paint) }
        }
        Request::Report { html } => {
            let facts = facts();
            whole_file::write(html, report::report(&facts).as_bytes(), 0o644)?;
            let health = health::overall(&facts);
            Printed { text: format!("{} ({})\n", html.display(), health.name()), health }
        }
    })
}
