//! HTTP to something that runs on the router itself, within a run's limits.

mod transport;

use std::fmt;
use std::io::Read;
use std::path::Path as FilePath;
use std::str::FromStr;

use bgpcs::Quoted;
use ureq::config::Config;
use ureq::unversioned::transport::{Connector, TcpConnector};
use ureq::{Agent, Timeout};

use super::reply::ReplyError;
use super::{Budget, left_until};
use crate::error::{ReplyTooLong, Shape, SourceError, SourceErrorKind};
use transport::{LiteralAddress, UnixConnector, address};

/// An `http` URL without a `/` at its end, whose host is an address or `localhost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl(String);

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HttpUrl {
    type Err = HttpUrlError;

    fn from_str(text: &str) -> Result<Self, HttpUrlError> {
        let fault = match text.parse::<ureq::http::Uri>() {
            Err(_) => "is not a URL",
            Ok(url) if url.scheme_str() != Some("http") => "does not start with http://",
            Ok(url) if address(&url).is_none() => "has a host that is neither an address nor localhost",
            Ok(_) => return Ok(Self(text.trim_end_matches('/').to_owned())),
        };
        Err(HttpUrlError { text: text.to_owned(), fault })
    }
}

/// A text that is no URL to ask at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {fault}; expected a form like http://127.0.0.1:8082/path", Quoted(.text))]
pub struct HttpUrlError {
    text: String,
    /// What is wrong with it.
    pub fault: &'static str,
}

/// A client of one server.
pub struct Client {
    agent: Agent,
    budget: Budget,
}

impl Client {
    /// Connects to the Unix socket if there is one, else to the host and port of each URL.
    pub fn new(socket: Option<&FilePath>, budget: Budget) -> Self {
        let config = Config::builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            // A kept connection may have been closed by the time of the next request, which would then fail.
            .max_idle_connections(0)
            .build();
        let agent = match socket {
            Some(socket) => Agent::with_parts(config, ().chain(UnixConnector::new(socket)), LiteralAddress),
            None => Agent::with_parts(config, ().chain(TcpConnector::default()), LiteralAddress),
        };
        Self { agent, budget }
    }

    /// Gets `url` and hands the reply to `read`, which has to read all of it; `asked` says who was asked for what.
    ///
    /// # Errors
    /// When there is no reply with the status 200, or `read` fails.
    pub fn get(
        &self,
        url: &str,
        asked: &str,
        read: &mut dyn FnMut(&mut dyn Read) -> Result<(), ReplyError>,
    ) -> Result<(), SourceError> {
        let body = self.request(url).map_err(|error| explain(error, asked))?;
        let mut body = body.into_with_config().limit(self.budget.reply_bytes()).reader();
        read(&mut body).map_err(|error| match error {
            ReplyError::Io(error) => explain(error.into(), asked),
            other => SourceError::shape(other.shape().unwrap_or(Shape::Text), asked, other),
        })
    }

    fn request(&self, url: &str) -> Result<ureq::Body, ureq::Error> {
        let request = self
            .agent
            .get(url)
            .config()
            .timeout_connect(Some(left_until(self.budget.connected_by())?))
            .timeout_recv_response(Some(left_until(self.budget.begun_by())?))
            .timeout_global(Some(left_until(self.budget.complete_by())?))
            .build();
        let response = request.call()?;
        match response.status().as_u16() {
            200 => Ok(response.into_body()),
            status => Err(ureq::Error::StatusCode(status)),
        }
    }
}

/// The documented form of what the HTTP library says.
fn explain(error: ureq::Error, asked: &str) -> SourceError {
    match error {
        ureq::Error::StatusCode(status) => SourceError::new(SourceErrorKind::Status(status), asked, None),
        ureq::Error::Timeout(which) => {
            let cause = match which {
                Timeout::Connect => "no connection within the limit",
                Timeout::RecvResponse => "no reply within the limit",
                _ => "no complete reply within the limit",
            };
            SourceError::new(SourceErrorKind::TimedOut, asked, Some(cause.into()))
        }
        ureq::Error::BodyExceedsLimit(limit) => {
            SourceError::io(std::io::Error::other(ReplyTooLong { limit }), asked)
        }
        ureq::Error::Io(error) => SourceError::io(error, asked),
        other => SourceError::shape(Shape::Text, asked, other),
    }
}
