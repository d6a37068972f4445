//! The commands for operators: `status`, `show`, `explain`, `doctor` and `report`.
//!
//! Each command gathers [`facts`], from files and the route source, and makes text of them. Nothing here changes a file,
//! except for the report's own.

mod communities;
mod doctor;
pub mod error;
mod explain;
mod preview;
pub mod printed;
mod report;
mod show;
mod status;

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use bgpcs::{Health, UnixTime, whole_file};
use bgpcs_display::table::Paint;

use crate::clock;
use crate::health::{self, Facts};
use crate::operator::error::OperatorError;
use crate::operator::printed::Printed;
use crate::settings::{Limits, Request, Settings};

/// The longest wait of `status`, `doctor` and `report` for the route source. Monitoring systems often give up after ten
/// seconds.
const STATUS_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest wait of `show` for the route source, which it needs only for the column of communities.
const SHOW_TIMEOUT: Duration = Duration::from_secs(20);

/// Prints what the operator requested, in colour if standard output is a terminal and `NO_COLOR` is not set.
///
/// # Errors
/// When the request has no result, or it cannot be written.
pub fn run(settings: &Settings, request: &Request) -> Result<Health, OperatorError> {
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let answer = answer(settings, request, clock::now(), colour)?;
    match io::stdout().lock().write_all(answer.text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(answer.health),
    }
}

/// What the operator requested, as text; all time spans count from `now`.
///
/// # Errors
/// When the request has no result, or the report cannot be written.
pub fn answer(
    settings: &Settings,
    request: &Request,
    now: UnixTime,
    colour: bool,
) -> Result<Printed, OperatorError> {
    let paint = Paint(colour);
    let settings = &Settings { limits: limits(settings.limits, request), ..settings.clone() };
    Ok(match request {
        Request::Status { detail, json } => {
            let facts = Facts::gather(settings, now);
            match (detail, json) {
                (_, true) => status::json(&facts),
                (true, false) => status::detail(&facts),
                (false, false) => status::summary(&facts, paint),
            }
        }
        Request::Show { wanted, format } => {
            show::show(&Facts::gather_files(settings, now), settings, wanted.as_ref(), *format)
        }
        Request::Explain { subject, json } => {
            let explanation = explain::explain(&Facts::gather_files(settings, now), settings, subject)?;
            if *json { explanation.json() } else { explanation.text() }
        }
        Request::Communities { unlisted, count, form } => {
            let facts = Facts::gather_files(settings, now);
            communities::communities(&facts, settings, *unlisted, *count, *form)?
        }
        Request::Preview { profile, name, json } => {
            let facts = Facts::gather_files(settings, now);
            let preview = preview::preview(&facts, settings, profile, name.as_deref(), now)?;
            if *json { preview.json() } else { preview.text() }
        }
        Request::Doctor { json } => {
            let facts = Facts::gather(settings, now);
            let checks = health::checks(&facts);
            if *json { doctor::json(&checks) } else { doctor::text(&checks, now, paint) }
        }
        Request::Report { html } => {
            let facts = Facts::gather(settings, now);
            whole_file::write(html, report::page_of(&facts).as_bytes(), 0o644)?;
            let health = health::overall(&health::findings(&facts));
            Printed { text: format!("{} ({})\n", html.display(), health.name()), health }
        }
    })
}

fn limits(configured: Limits, request: &Request) -> Limits {
    match request {
        Request::Explain { .. } | Request::Communities { .. } | Request::Preview { .. } => configured,
        Request::Show { .. } => configured.at_most(SHOW_TIMEOUT),
        Request::Status { .. } | Request::Doctor { .. } | Request::Report { .. } => {
            configured.at_most(STATUS_TIMEOUT)
        }
    }
}
