//! Events for syslog: a line for each change of health, of an application's prefixes or of a BGP session.
//!
//! A line is what `syslog(3)` sends to the local socket, RFC 3164 without the time and the host name, which the local
//! daemon adds: the program does not know the time zone that some daemons expect.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use bgpcs::{Health, PLUGIN, Quoted, UnixTime};

use crate::collect::sessions::{InstanceSession, SessionState};
use crate::collect::state::SyslogRate;
use crate::publish::changes::Change;

/// The facility `daemon` (RFC 3164 section 4.1.1).
const FACILITY: u8 = 3;

/// The most lines within [`WINDOW`]; further ones are only counted.
pub const MOST_LINES: u64 = 60;

/// In seconds.
pub const WINDOW: u64 = 60;

/// The most findings whose codes are in a line.
const MOST_CODES: usize = 8;

/// The most characters of a text from outside. RFC 3164 allows 1024 bytes for a line.
const LONGEST_TEXT: usize = 200;

/// The severity of a line (RFC 3164 section 4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Priority {
    Error = 3,
    Warning = 4,
    Notice = 5,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyslogEvent<'e> {
    /// The health changed.
    Health {
        /// The new one.
        health: Health,
        /// The name of the one before; none before the first run.
        was: Option<&'e str>,
        /// The codes of the findings, worst first.
        findings: &'e [String],
        /// How the run ended, in a word.
        outcome: &'static str,
        /// Why it is not healthy.
        error: Option<&'e str>,
    },
    /// An application gained or lost prefixes.
    Prefixes(&'e Change),
    /// A BGP session began or ended.
    Session {
        /// Which.
        session: &'e InstanceSession,
        /// What became of it.
        state: SessionState,
    },
    /// So many lines were left out.
    Dropped(u64),
}

impl SyslogEvent<'_> {
    fn severity(&self) -> Priority {
        match self {
            Self::Health { health: Health::Broken, .. } => Priority::Error,
            Self::Health { health: Health::Degraded, .. }
            | Self::Dropped(_)
            | Self::Session { state: SessionState::Lost | SessionState::Restarted, .. } => Priority::Warning,
            Self::Health { health: Health::Healthy, .. }
            | Self::Prefixes(_)
            | Self::Session { state: SessionState::Established, .. } => Priority::Notice,
        }
    }

    /// The line without its head: `key=value` pairs.
    fn text(&self) -> String {
        match self {
            Self::Health { health, was, findings, outcome, error } => {
                let was = was.map_or_else(String::new, |was| format!(" was={}", quoted(was)));
                let codes =
                    findings.iter().take(MOST_CODES).map(String::as_str).collect::<Vec<_>>().join(",");
                let findings = if codes.is_empty() { codes } else { format!(" findings={codes}") };
                let error = error.map_or_else(String::new, |error| format!(" error={}", quoted(error)));
                format!("event=health health={}{was} outcome={outcome}{findings}{error}", health.name())
            }
            Self::Prefixes(Change { application, prefixes, gained, lost, .. }) => {
                let mut text = format!(
                    "event=prefixes application={} prefixes={prefixes}",
                    quoted(application.as_str())
                );
                for (key, moved) in [("gained", gained), ("lost", lost)] {
                    if let Some(moved) = moved {
                        text += &format!(" {key}={} {key}-why={}", moved.count, moved.why.name());
                    }
                }
                text
            }
            Self::Session { session: InstanceSession { instance, session }, state } => {
                let state = match state {
                    SessionState::Established => "established",
                    SessionState::Lost => "lost",
                    SessionState::Restarted => "restarted",
                };
                let vrf =
                    instance.vrf().map_or_else(String::new, |vrf| format!(" vrf={}", quoted(vrf.as_str())));
                format!("event=session peer={}{vrf} state={state}", quoted(&session.peer))
            }
            Self::Dropped(count) => format!("event=dropped count={count}"),
        }
    }

    /// The whole line, from this process.
    pub fn line(&self) -> String {
        let priority = FACILITY * 8 + self.severity() as u8;
        format!("<{priority}>{PLUGIN}[{}]: {}", std::process::id(), self.text())
    }
}

/// A text from outside: short, and quoted if it is more than a word.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        None => Quoted(text).to_string(),
        Some((end, _)) => Quoted(&format!("{}…", text.get(..end).unwrap_or_default())).to_string(),
    }
}

/// Sends events to the syslog daemon at `socket`, as many as the rate allows at `now`. Without a daemon nothing happens. It
/// does not wait for a daemon whose queue is full: lines that it does not take count as left out, which a line says as soon
/// as there can be one.
pub fn send(socket: &Path, rate: SyslogRate, now: UnixTime, events: &[SyslogEvent<'_>]) -> SyslogRate {
    let Ok(datagram) = UnixDatagram::unbound() else { return rate };
    if datagram.set_nonblocking(true).is_err() {
        return rate;
    }
    send_with(rate, now, events, &|line| match datagram.send_to(line.as_bytes(), socket) {
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        Ok(_) => true,
    })
}

/// The same with `send` for the socket: whether a line is done with.
fn send_with(
    mut rate: SyslogRate,
    now: UnixTime,
    events: &[SyslogEvent<'_>],
    send: &dyn Fn(&str) -> bool,
) -> SyslogRate {
    if !(rate.since..rate.since.saturating_add(WINDOW)).contains(&now) {
        let is_told = rate.dropped > 0 && send(&SyslogEvent::Dropped(rate.dropped).line());
        rate = SyslogRate { since: now, sent: 0, dropped: if is_told { 0 } else { rate.dropped } };
    }
    for event in events {
        if rate.sent < MOST_LINES && send(&event.line()) {
            rate.sent += 1;
        } else {
            rate.dropped += 1;
        }
    }
    rate
}
