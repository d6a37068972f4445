//! A query that a route source did not answer.
//!
//! `Display` of [`SourceError`] is what goes into the output file: the forms that the plugin's documentation shows, to the
//! letter, because support staff search for them. They read like errors of Python, and name Python's types, since the
//! first release of the plugin was written in it. The details are in the chain of sources, for standard error and the
//! state file.

use std::error::Error;
use std::fmt;
use std::io;

use rustix::io::Errno;

use crate::error_text::strerror;

/// The cause of a cause, boxed, since each library brings its own type.
pub type Cause = Box<dyn Error + Send + Sync>;

/// A query to which a route source gave no usable answer: the documented short form, and behind it the detail.
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
    /// The source refused the query, for this reason.
    Refused(String),
    /// An HTTP status that is not 200.
    Status(u16),
    /// An answer of another shape; it is told by the type that it would have in the language of the error text.
    Shape(Shape),
}

impl SourceErrorKind {
    /// Whether the error concerns the source as a whole, so that other queries would fail as well; else it concerns one
    /// query.
    pub fn concerns_source(&self) -> bool {
        match self {
            Self::System(..) | Self::TimedOut | Self::ClosedEarly => true,
            Self::Status(status) => *status >= 500,
            Self::TooLong(_) | Self::Shape(_) | Self::Refused(_) => false,
        }
    }

    /// Whether nothing is there to answer: no listener, or a gateway with nothing behind it (RFC 9110 section 15.6.3).
    pub fn nobody_listens(&self) -> bool {
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
            Self::System(None, text) | Self::Refused(text) => write!(f, "URLError: {text}"),
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
