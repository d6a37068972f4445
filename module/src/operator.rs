//! What an operator asks on a router, and what is answered: `status`, `show`, `explain`, `doctor` and `report`.
//!
//! Each command gathers [`facts`] or asks the route source, and then makes text of values. Nothing here changes a
//! file but the report that was asked for.

mod doctor;
mod explain;
mod facts;
mod map;
mod plot;
mod report;
mod show;
mod status;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use bgpcs::Health;
use bgpcs::whole_file::{self, WholeFileError};
use bgpcs::{Community, CommunityError};
use bgpcs_display::table::Paint;
use clap::ValueEnum;

use crate::settings::Settings;
use crate::state::UnixTime;
pub use show::Wanted;

/// How long `status`, `doctor` and `report` wait for a routing engine: monitoring commonly gives up after ten seconds.
const STATUS_PATIENCE: Duration = Duration::from_secs(5);

/// How long `show` waits for which community brought a prefix, which it can do without.
const SHOW_PATIENCE: Duration = Duration::from_secs(20);

/// What an operator asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// How the module is.
    Status {
        /// As nested text instead of tables.
        detail: bool,
        /// As JSON.
        json: bool,
    },
    /// Which prefixes there are.
    Show {
        /// Only these; all, when absent.
        wanted: Option<Wanted>,
        /// In which form.
        format: Format,
    },
    /// Why something is there or not.
    Explain {
        /// What.
        subject: Wanted,
        /// As JSON.
        json: bool,
    },
    /// What is wrong, and what mends it.
    Doctor {
        /// As JSON.
        json: bool,
    },
    /// All of it, to look at in a browser.
    Report {
        /// The page.
        html: PathBuf,
    },
}

/// A form of a listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table, laid out as the PCLI does.
    #[default]
    Table,
    /// JSON.
    Json,
    /// Comma-separated values, RFC 4180, with a head.
    Csv,
    /// Nested text, laid out as the PCLI's `show config running`.
    Pcli,
}

/// What is printed, and how things are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// With a line break at the end.
    pub text: String,
    /// The worst of what was found.
    pub health: Health,
}

/// A question without an answer.
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

/// Answers on standard output, in colour when that is a terminal and `NO_COLOR` is not set.
///
/// # Errors
/// When there is no answer to the question, or nowhere to write it.
pub fn run(settings: &Settings, request: &Request) -> Result<Health, OperatorError> {
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let answer = answer(settings, request, crate::state::now(), colour)?;
    match io::stdout().lock().write_all(answer.text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(answer.health),
    }
}

/// Answers as of `now`.
///
/// # Errors
/// When there is no answer to the question, or the report cannot be written.
pub fn answer(
    settings: &Settings,
    request: &Request,
    now: UnixTime,
    colour: bool,
) -> Result<Answer, OperatorError> {
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
            let checks = doctor::examine(&facts());
            if *json { doctor::json(&checks) } else { doctor::text(&checks, paint) }
        }
        Request::Report { html } => {
            let facts = facts();
            whole_file::write(html, report::report(&facts).as_bytes(), 0o644)?;
            let health = facts.health();
            Answer { text: format!("{} ({})\n", html.display(), health.name()), health }
        }
    })
}

/// JSON as it is printed.
fn json_text(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// Communities of the configuration or the command line, for a message.
fn list(communities: &[Community]) -> String {
    let texts: Vec<String> = communities.iter().map(Community::to_string).collect();
    texts.join(", ")
}
