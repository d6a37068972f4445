//! The log that an operator reads after a commit, and standard error beside it.

use std::fmt::Display;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::SystemTime;

use crate::finding::Severity;

/// Where a run says what it does: one line per message in the log, warnings and errors on standard error too.
#[derive(Debug)]
pub struct Log(Option<File>);

impl Log {
    /// A log that only goes to standard error.
    pub fn none() -> Self {
        Self(None)
    }

    /// Appends to the file at `path`. A file that cannot be written is no reason not to generate: then this is said
    /// on standard error, and what follows only goes there.
    pub fn open(path: &Path) -> Self {
        match open(path) {
            Ok(file) => Self(Some(file)),
            Err(error) => {
                let mut log = Self(None);
                log.message(
                    Severity::Warning,
                    &format_args!("cannot write the log {}: {error}; messages only go here", path.display()),
                );
                log
            }
        }
    }

    /// What was done, for the log alone.
    pub fn note(&mut self, text: &dyn Display) {
        let Some(file) = &mut self.0 else { return };
        let now = humantime::format_rfc3339_seconds(SystemTime::now());
        // One write per line, so that the lines of concurrent runs do not mix.
        if let Err(error) = file.write_all(format!("{now} {text}\n").as_bytes()) {
            self.0 = None;
            self.message(Severity::Warning, &format_args!("cannot write the log: {error}"));
        }
    }

    /// What the operator should see.
    pub fn message(&mut self, severity: Severity, text: &dyn Display) {
        self.line(&format_args!("{severity} {text}"));
    }

    /// A line that names its severity itself.
    pub fn line(&mut self, text: &dyn Display) {
        // Nothing is left to complain to when standard error cannot be written.
        let _ = writeln!(io::stderr(), "generate_pillar: {text}");
        self.note(text);
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    OpenOptions::new().append(true).create(true).mode(0o640).open(path)
}
