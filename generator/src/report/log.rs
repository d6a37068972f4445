//! The log that an operator reads after a commit, and standard error beside it.

use std::fmt::{self, Display};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::SystemTime;

use serde::Serialize;

use super::asset::Asset;
use super::run_record::RunRecord;
use crate::finding::{NamedFinding, Severity};

/// One line of the log. Its `Display` is for people; for programs it is an object whose `event` names its kind.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum LogEntry<'a> {
    /// What happened to the program itself.
    Message(Message),
    /// What is found in the configuration.
    Finding(NamedFinding<'a>),
    /// What was done about an asset, and why.
    Asset(Asset<'a>),
    /// What a run did.
    Run(RunRecord),
}

/// What an operator should see, and what is to be done about it.
#[derive(Debug, Serialize)]
pub struct Message {
    /// How much it matters.
    pub severity: Severity,
    /// What happened, to what.
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

/// What the lines look like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// A time and a text.
    #[default]
    Text,
    /// A JSON object with the key `time`.
    Json,
}

/// Where a run says what it does: one line per entry in the log, messages and findings on standard error too.
#[derive(Debug, Default)]
pub struct Log {
    file: Option<File>,
    form: LogFormat,
    /// Whether everything is said, and all of it on standard error too.
    is_verbose: bool,
}

impl Log {
    /// A log that only goes to standard error.
    pub fn without_file(form: LogFormat, is_verbose: bool) -> Self {
        Self { file: None, form, is_verbose }
    }

    /// Appends to the file at `path`. A file that cannot be written is no reason not to generate: then this is said
    /// on standard error, and what follows only goes there.
    pub fn open(path: &Path, form: LogFormat, is_verbose: bool) -> Self {
        let mut log = Self::without_file(form, is_verbose);
        match open(path) {
            Ok(file) => log.file = Some(file),
            Err(error) => log.message(
                Severity::Warning,
                format!("cannot write the log {}: {error}; messages only go here", path.display()),
                "name another file with --log",
            ),
        }
        log
    }

    /// Whether the log is to say what was done about each asset.
    pub fn is_verbose(&self) -> bool {
        self.is_verbose
    }

    /// What was done, which is only looked up when it matters.
    pub fn note(&mut self, entry: &LogEntry<'_>) {
        if self.is_verbose {
            self.print(entry);
        }
        self.append(entry);
    }

    /// What the operator should see.
    pub fn say(&mut self, entry: &LogEntry<'_>) {
        self.print(entry);
        self.append(entry);
    }

    /// As [`Self::say`], of something that happened to the program.
    pub fn message(&mut self, severity: Severity, message: String, advice: impl Into<String>) {
        self.say(&LogEntry::Message(Message { severity, message, advice: advice.into() }));
    }

    fn print(&self, entry: &LogEntry<'_>) {
        let line = match self.form {
            LogFormat::Text => format!("generate_pillar: {entry}\n"),
            LogFormat::Json => json(entry),
        };
        // Nothing is left to complain to when standard error cannot be written.
        let _ = io::stderr().write_all(line.as_bytes());
    }

    fn append(&mut self, entry: &LogEntry<'_>) {
        let Some(file) = &mut self.file else { return };
        let line = match self.form {
            LogFormat::Text => format!("{} {entry}\n", now()),
            LogFormat::Json => json(entry),
        };
        // One write per line, so that the lines of concurrent runs do not mix.
        if let Err(error) = file.write_all(line.as_bytes()) {
            self.file = None;
            let message = format!("cannot write the log: {error}; messages only go here from now on");
            self.message(
                Severity::Warning,
                message,
                "make room on its file system, or name another file with --log",
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
    // Nothing in an entry can fail to be written: keys are texts, and numbers are finite.
    serde_json::to_string(&Line { time: now().to_string(), entry }).unwrap_or_default() + "\n"
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    OpenOptions::new().append(true).create(true).mode(0o640).open(path)
}
