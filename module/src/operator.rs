//! The commands for operators: `status`, `show`, `explain`, `doctor` and `report`.
//!
//! Each command gathers [`facts`], from files and the route source, and makes text of them. Nothing here changes a file,
//! except for the report's own.

mod doctor;
pub mod error;
mod explain;
mod facts;
mod health;
pub mod printed;
mod report;
mod show;
mod status;
mod vrfs;

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use bgpcs::{Health, UnixTime, whole_file};
use bgpcs_display::table::Paint;
use rustix::fs::{Access, access};

use crate::cli::SourceChoice;
use crate::clock;
use crate::operator::error::OperatorError;
use crate::operator::facts::Facts;
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
    check_access(settings)?;
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
        Request::Doctor { json } => {
            let checks = health::checks(&Facts::gather(settings, now));
            if *json { doctor::json(&checks) } else { doctor::text(&checks, paint) }
        }
        Request::Report { html } => {
            let facts = Facts::gather(settings, now);
            whole_file::write(html, report::page_of(&facts).as_bytes(), 0o644)?;
            let health = health::overall(&facts);
            Printed { text: format!("{} ({})\n", html.display(), health.name()), health }
        }
    })
}

/// Whether whoever gives the command may read the module's files and ask bgpd. What is merely absent is for the command to
/// tell.
fn check_access(settings: &Settings) -> Result<(), OperatorError> {
    let socket =
        settings.bgpd_socket().filter(|_| matches!(settings.source, SourceChoice::Auto | SourceChoice::Bgpd));
    let readable = [
        (settings.configuration.as_path(), File::open(&settings.configuration).map(drop)),
        (settings.state_dir.as_path(), fs::read_dir(&settings.state_dir).map(drop)),
    ];
    let usable = socket.map(|socket| (socket, access(socket, Access::WRITE_OK).map_err(io::Error::from)));
    for (path, result) in readable.into_iter().chain(usable) {
        if let Err(source) = result
            && source.kind() == io::ErrorKind::PermissionDenied
        {
            return Err(OperatorError::NotAllowed { path: path.to_owned(), source });
        }
    }
    Ok(())
}

fn limits(configured: Limits, request: &Request) -> Limits {
    match request {
        Request::Explain { .. } => configured,
        Request::Show { .. } => configured.at_most(SHOW_TIMEOUT),
        Request::Status { .. } | Request::Doctor { .. } | Request::Report { .. } => {
            configured.at_most(STATUS_TIMEOUT)
        }
    }
}
