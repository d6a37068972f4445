//! What can go wrong, in the words that support staff search for.
//!
//! The `Display` of every error here is what goes into the output file: the forms that the plugin's documentation
//! shows, to the letter. What is behind it stands in the chain of its sources, for standard error and the state
//! file.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use bgpcs::{ApplicationName, Community, MaxPrefixes};
use rustix::io::Errno;

use crate::hold::Doubt;

/// The cause of a cause, boxed, since each library brings its own type.
pub type Cause = Box<dyn Error + Send + Sync>;

/// What to do about a file that cannot be written.
pub const MEND_FILE: &str = "see to its owner, its permissions and the room on its file system";

/// A run that could not look at everything it was asked to look at.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no usable configuration.
    #[error("ConfigurationError: {0}")]
    Configuration(#[from] ConfigurationError),
    /// The route source gave no usable answer.
    #[error("{source} on application {application} and community {community}")]
    Source {
        /// The first application that lists the community.
        application: ApplicationName,
        /// What was asked for.
        community: Community,
        /// Why there was no answer.
        source: Box<SourceError>,
    },
    /// The route source's routes have no such communities.
    #[error(
        "SelectionError: {source_name} has no standard or large communities, expected a route target (target:…) on \
         application {application} and community {community}"
    )]
    Selection {
        /// Which source.
        source_name: String,
        /// The first application that lists the community.
        application: ApplicationName,
        /// What it cannot be asked for.
        community: Community,
    },
    /// The route source answered, but cannot know the routes.
    #[error("SessionError: {doubt} on application {application} and community {community}")]
    Doubt {
        /// Why.
        doubt: Doubt,
        /// The first application.
        application: ApplicationName,
        /// Its first community.
        community: Community,
    },
    /// More than the operator wants to see in the file.
    #[error(
        "PrefixLimitError: at least {found} prefixes, more than max-prefixes {limit} on application {application} \
         and community {community}"
    )]
    TooManyPrefixes {
        /// Prefixes counted until the limit was known to be exceeded, over all applications.
        found: u64,
        /// What is configured.
        limit: MaxPrefixes,
        /// The first application that lists the community.
        application: ApplicationName,
        /// The community whose prefixes were too many.
        community: Community,
    },
}

/// A `config.json` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// It is absent, or may not be read.
    #[error("cannot read {}: {}; assign a profile to the router and check that Salt has applied it", .path.display(), errno(.source))]
    Unreadable {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no JSON, or does not say what it has to.
    #[error("cannot use {}: {source}; apply the Salt state again", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What was wrong, and where in the file.
        source: serde_json::Error,
    },
}

/// A question to which a route source gave no usable answer: the documented short form, and behind it the detail.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct SourceError {
    /// What goes into the output file.
    pub kind: SourceErrorKind,
    /// Whom was asked what, and what came.
    #[source]
    pub detail: Detail,
}

/// The documented forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceErrorKind {
    /// The system refused to connect, to send or to receive; with its number, if it has one.
    System(Option<i32>, String),
    /// A limit on waiting was reached.
    TimedOut,
    /// The other side ended the connection before its answer was complete.
    ClosedEarly,
    /// The answer was longer than the limit, in bytes.
    TooLong(u64),
    /// An HTTP status that is not 200.
    Status(u16),
    /// An answer of another shape; it is told by the type that it would have in the language of the error text.
    Shape(Shape),
}

impl SourceErrorKind {
    /// Whether nothing is there to answer: no listener, or a gateway with nothing behind it (RFC 9110 section 15.6.3).
    pub fn nobody_is_there(&self) -> bool {
        const NOBODY: [Errno; 2] = [Errno::CONNREFUSED, Errno::NOENT];
        match self {
            Self::System(Some(number), _) => NOBODY.iter().any(|errno| errno.raw_os_error() == *number),
            Self::Status(status) => (502..=504).contains(status),
            _ => false,
        }
    }
}

impl fmt::Display for SourceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(Some(number), text) => write!(f, "URLError: [Errno {number}] {text}"),
            Self::System(None, text) => write!(f, "URLError: {text}"),
            Self::TimedOut => f.write_str("URLError: timed out"),
            Self::ClosedEarly => f.write_str("URLError: Remote end closed connection without response"),
            Self::TooLong(limit) => write!(f, "URLError: response exceeds {limit} bytes"),
            Self::Status(status) => {
                let reason =
                    ureq::http::StatusCode::from_u16(*status).ok().and_then(|s| s.canonical_reason());
                write!(f, "HTTPError: {status} {}", reason.unwrap_or("Unknown"))
            }
            Self::Shape(shape) => write!(f, "AttributeError: '{shape}' object has no attribute 'get'"),
        }
    }
}

/// What stood where an object was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text, be it in JSON or instead of JSON.
    Text,
    /// An array.
    Array,
    /// A number without a fraction.
    Integer,
    /// A number with one.
    Fraction,
    /// `true` or `false`.
    Boolean,
    /// `null`, or nothing at all.
    Nothing,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "str",
            Self::Array => "list",
            Self::Integer => "int",
            Self::Fraction => "float",
            Self::Boolean => "bool",
            Self::Nothing => "NoneType",
        })
    }
}

/// What an operator wants to know next: whom was asked what, and what came.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Detail {
    what: String,
    #[source]
    cause: Option<Cause>,
}

/// A reply that went over its limit; travels inside an [`io::Error`], as readers know no other.
#[derive(Debug, thiserror::Error)]
#[error("the reply is longer than {limit} bytes")]
pub struct ReplyTooLong {
    /// In bytes.
    pub limit: u64,
}

impl SourceError {
    /// An error whose form is known; `what` says whom was asked what.
    pub fn new(kind: SourceErrorKind, what: impl Into<String>, cause: Option<Cause>) -> Self {
        Self { kind, detail: Detail { what: what.into(), cause } }
    }

    /// An answer of another shape; `what` says whom was asked what.
    pub fn shape(shape: Shape, what: impl Into<String>, cause: impl Into<Cause>) -> Self {
        Self::new(SourceErrorKind::Shape(shape), what, Some(cause.into()))
    }

    /// A failure to connect, to send or to receive; `what` says whom was asked what.
    pub fn io(error: io::Error, what: impl Into<String>) -> Self {
        let too_long = error.get_ref().and_then(|inner| inner.downcast_ref::<ReplyTooLong>());
        let kind = match (error.kind(), error.raw_os_error(), too_long) {
            (_, _, Some(ReplyTooLong { limit })) => SourceErrorKind::TooLong(*limit),
            (io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock, _, _) => SourceErrorKind::TimedOut,
            (_, Some(number), _) => SourceErrorKind::System(Some(number), strerror(&error)),
            (io::ErrorKind::UnexpectedEof, _, _) => SourceErrorKind::ClosedEarly,
            _ => SourceErrorKind::System(None, error.to_string()),
        };
        Self::new(kind, what, Some(error.into()))
    }
}

/// The system's text for an error, without the number that Rust appends.
fn strerror(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error ").map_or(text.clone(), |(text, _)| text.to_owned())
}

/// `[Errno 2] No such file or directory`, as the documented errors write it.
fn errno(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => format!("[Errno {number}] {}", strerror(error)),
        None => error.to_string(),
    }
}

/// An error and everything behind it, outermost first; texts that only repeat the one before are left out.
pub fn causes(error: &dyn Error) -> Vec<String> {
    let mut chain: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if chain.last().is_none_or(|last| !last.contains(&text)) {
            chain.push(text);
        }
        next = error.source();
    }
    chain
}

/// An error and its causes on one line, whatever names they contain.
pub fn with_causes(error: &dyn Error) -> String {
    causes(error).join("; because: ").replace(char::is_control, " ")
}
