//! A finding, and its forms.

use std::fmt;

use bgpcs::UnixTime;
use bgpcs_display::time;
use serde_json::{Value, json};

use crate::health::code::Code;
use crate::health::severity::Severity;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The kind of finding, which stays the same from release to release.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: a file, the source, a neighbor, an application.
    pub subject: String,
    /// What is the case, on one line.
    pub text: String,
    /// What to do.
    pub advice: String,
    /// Since when it is so, as far as that is known.
    pub since: Option<UnixTime>,
}

impl Finding {
    /// A finding of unknown age.
    pub fn new(
        code: Code,
        subject: &dyn fmt::Display,
        text: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        let (text, advice) = (text.into(), advice.into());
        Self { code, severity: code.severity(), subject: subject.to_string(), text, advice, since: None }
    }

    /// The same, known since then.
    pub fn since(self, time: Option<UnixTime>) -> Self {
        Self { since: time, ..self }
    }

    /// The same, worse if `is_worse`: nothing works any more because of it.
    pub fn broken_if(self, is_worse: bool) -> Self {
        let severity = if is_worse { Severity::Error } else { self.severity };
        Self { severity, ..self }
    }

    /// The code, and since when it is so.
    pub fn dated_code(&self, now: UnixTime) -> String {
        let since = |time| format!(", since {}", time::since(time, now));
        format!("{}{}", self.code, self.since.map(since).unwrap_or_default())
    }

    /// All of it on one line.
    pub fn line(&self, now: UnixTime) -> String {
        format!("{} {}: {}; {}", self.severity.name(), self.dated_code(now), self.text, self.advice)
    }

    /// The form for programs; `since` as in RFC 3339.
    pub fn json(&self) -> Value {
        json!({
            "code": self.code.name(),
            "severity": self.severity.name(),
            "health": self.severity.health(),
            "subject": self.subject,
            "text": self.text,
            "advice": self.advice,
            "since": self.since.map(time::at),
        })
    }
}
