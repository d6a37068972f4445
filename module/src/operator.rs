//! The commands for operators: `status`, `show`, `explain`, `changes`, `doctor` and `report`.
//!
//! Each command gathers [`facts`], from files and the route source, and makes text of them. Nothing here changes a file,
//! except for the report's own.

mod brief;
mod changes;
mod communities;
mod doctor;
pub mod error;
mod explain;
mod patience;
pub mod preview;
pub mod printed;
mod redraw;
mod report;
mod show;
mod status;
mod subject;

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use bgp_community_services_cli::SourceChoice;
use bgpcs::{Health, UnixTime, whole_file};
use bgpcs_display::table::Paint;
use rustix::fs::{Access, access};

use crate::clock;
use crate::health::{self, Facts, metrics};
use crate::operator::changes::Wanted;
use crate::operator::error::OperatorError;
use crate::operator::printed::Printed;
use crate::operator::report::log::Log;
use crate::settings::{Request, Settings};

/// Prints what the operator requested, in colour if standard output is a terminal and `NO_COLOR` is not set.
///
/// # Errors
/// When the request has no result, or it cannot be written.
pub fn run(settings: &Settings, request: &Request) -> Result<Health, OperatorError> {
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    if let Request::Status { watch: Some(pause), .. } = request {
        let text = || answer(settings, request, clock::now(), colour).map(|answer| Some(answer.text));
        return redraw::redraw(*pause, text).map(|()| Health::Healthy);
    }
    patience::announce(settings.timeout);
    let mut out = BufWriter::new(UntilClosed(io::stdout().lock()));
    let health = print(settings, request, clock::now(), colour, &mut out)?;
    out.flush()?;
    Ok(health)
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
    let mut out = Vec::new();
    let health = print(settings, request, now, colour, &mut out)?;
    Ok(Printed { text: String::from_utf8_lossy(&out).into_owned(), health })
}

/// Prints what the operator requested to `out`.
fn print(
    settings: &Settings,
    request: &Request,
    now: UnixTime,
    colour: bool,
    out: &mut dyn Write,
) -> Result<Health, OperatorError> {
    check_access(settings)?;
    let paint = Paint(colour);
    let settings = &Settings { limits: settings.limits.at_most(settings.timeout), ..settings.clone() };
    let Printed { text, health } = match request {
        Request::Status { detail, json, brief, .. } => {
            let facts = Facts::gather(settings, now);
            match (detail, json) {
                (_, true) if *brief => brief::line(&facts),
                (_, true) => status::json(&facts),
                (true, false) => status::detail(&facts),
                (false, false) => status::summary(&facts, paint),
            }
        }
        Request::Show { wanted, format } => {
            let facts = Facts::gather_files(settings, now);
            let wanted = wanted.as_ref().map(|wanted| subject::meant(&facts, wanted)).transpose()?;
            // Of a hundred thousand prefixes, the text alone would be tens of megabytes.
            return Ok(show::show(&facts, settings, wanted, *format, out)?);
        }
        Request::Explain { subject, json } => {
            let facts = Facts::gather_files(settings, now);
            let explanation = explain::explain(&facts, settings, subject::meant(&facts, subject)?)?;
            if *json { explanation.json() } else { explanation.text() }
        }
        Request::Changes { wanted, since, json } => {
            changes::answer(settings, &Wanted { wanted: wanted.as_ref(), since: *since, now }, *json, paint)?
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
        Request::Metrics => {
            let facts = Facts::gather(settings, now);
            let text = metrics::text(&facts, &health::findings(&facts));
            Printed { text, health: Health::Healthy }
        }
        Request::Report { html } => {
            let facts = Facts::gather(settings, now);
            let health = health::overall(&health::findings(&facts));
            let page = report::page_of(&facts, &Log::read(&settings.state_dir));
            if html == Path::new("-") {
                out.write_all(page.as_bytes())?;
                return Ok(health);
            }
            write_page(html, &page)?;
            Printed { text: format!("{} ({})\n", html.display(), health.name()), health }
        }
    };
    out.write_all(text.as_bytes())?;
    Ok(health)
}

/// Standard output, which nobody may be reading to its end: what `head` does not want is no error.
struct UntilClosed<W>(W);

impl<W: Write> Write for UntilClosed<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        match self.0.write(text) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(text.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

/// Writes a page. A device such as /dev/null, or a FIFO, is written to; only a file is replaced.
fn write_page(path: &Path, page: &str) -> Result<(), OperatorError> {
    match fs::metadata(path) {
        Ok(known) if !known.is_file() => fs::write(path, page)?,
        Ok(_) | Err(_) => whole_file::write(path, page.as_bytes(), 0o644)?,
    }
    Ok(())
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
