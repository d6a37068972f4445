//! The log that an operator reads after a commit, and standard error.

use std::fmt::{self, Display};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::SystemTime;

use bgpcs::{plain, plain_json};
use rustix::fs::OFlags;
use serde::Serialize;

use super::asset::Asset;
use super::run_record::RunRecord;
use crate::finding::{NamedFinding, Severity};

/// One line of the log. `Display` gives the text for people; as JSON, `event` names the kind of line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum LogEntry<'a> {
    /// Something that happened to the program itself.
    Message(Message),
    /// Something that was found in the configuration.
    Finding(NamedFinding<'a>),
    /// What was done for an asset, and why.
    Asset(Asset<'a>),
    /// What a run did, in numbers.
    Run(RunRecord),
}

/// Something that happened to the program itself.
#[derive(Debug, Serialize)]
pub struct Message {
    /// How much it matters.
    pub severity: Severity,
    /// What happened.
    pub message: String,
    /// What to do.
    pub advice: String,
}

impl Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, message, advice } = self;
        write!(f, "{severity} {message}; {advice}")
    }
}

impl Display for LogEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(message) => message.fmt(f),
            Self::Finding(finding) => finding.fmt(f),
            Self::Asset(asset) => asset.fmt(f),
            Self::Run(run) => run.fmt(f),
        }
    }
}

/// The format of the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Time and text.
    #[default]
    Text,
    /// A JSON object with the key `time`.
    Json,
}

/// Writes one line per entry to the log file, whatever text of others is in it; messages and findings go to standard error too.
#[derive(Debug, Default)]
pub struct Log {
    file: Option<File>,
    format: LogFormat,
    /// Whether assets are logged too, and everything goes to standard error too.
    is_verbose: bool,
}

impl Log {
    /// A log without a file: everything goes to standard error only.
    pub fn without_file(format: LogFormat, is_verbose: bool) -> Self {
        Self { file: None, format, is_verbose }
    }

    /// A log that appends to the file at `path`. A log that cannot be written must not prevent the run: a message says
    /// so, and everything goes to standard error only.
    pub fn open(path: &Path, format: LogFormat, is_verbose: bool) -> Self {
        let mut log = Self::without_file(format, is_verbose);
        match open(path) {
            Ok(file) => log.file = Some(file),
            Err(error) => log.message(
                Severity::Warning,
                format!(
                    "cannot write the log {}: {error}; messages go to standard error only",
                    path.display()
                ),
                "name another file with --log",
            ),
        }
        log
    }

    /// Whether assets are logged.
    pub fn is_verbose(&self) -> bool {
        self.is_verbose
    }

    /// Writes an entry to the file; to standard error only if verbose.
    pub fn note(&mut self, entry: &LogEntry<'_>) {
        if self.is_verbose {
            self.print(entry);
        }
        self.append(entry);
    }

    /// Writes an entry to the file and to standard error, for the operator to see.
    pub fn say(&mut self, entry: &LogEntry<'_>) {
        self.print(entry);
        self.append(entry);
    }

    /// As [`Self::say`], for something that happened to the program.
    pub fn message(&mut self, severity: Severity, message: String, advice: impl Into<String>) {
        self.say(&LogEntry::Message(Message { severity, message, advice: advice.into() }));
    }

    fn print(&self, entry: &LogEntry<'_>) {
        let line = match self.format {
            LogFormat::Text => plain(&format!("generate_pillar: {entry}")) + "\n",
            LogFormat::Json => json(entry),
        };
        // If standard error cannot be written, there is no other place to say so.
        let _ = io::stderr().write_all(line.as_bytes());
    }

    fn append(&mut self, entry: &LogEntry<'_>) {
        let Some(file) = &mut self.file else { return };
        let line = match self.format {
            LogFormat::Text => plain(&format!("{} {entry}", now())) + "\n",
            LogFormat::Json => json(entry),
        };
        // One write per line, so that the lines of concurrent runs do not mix.
        if let Err(error) = file.write_all(line.as_bytes()) {
            self.file = None;
            let message =
                format!("cannot write the log: {error}; messages go to standard error only from now on");
            self.message(
                Severity::Warning,
                message,
                "check the free space of its file system, or name another file with --log",
            );
        }
    }
}

fn now() -> humantime::Rfc3339Timestamp {
    humantime::format_rfc3339_seconds(SystemTime::now())
}

fn json(entry: &LogEntry<'_>) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        time: String,
        #[serde(flatten)]
        entry: &'a LogEntry<'a>,
    }
    // This cannot fail: all keys are texts, and all numbers are finite.
    let line = serde_json::to_string(&Line { time: now().to_string(), entry }).unwrap_or_default();
    plain_json(&line) + "\n"
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    // Opening must not wait for the other end of a pipe.
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = OpenOptions::new().append(true).create(true).mode(0o640).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    Ok(file)
}
