//! An HTTP client for servers on the router itself, within the limits of a run.

mod transport;

use std::io::Read;
use std::path::Path;

use ureq::config::Config;
use ureq::unversioned::transport::Connector;
use ureq::{Agent, Timeout};

use crate::source::deadlines::{Deadlines, left_until};
use crate::source::error::{ReplyTooLong, Shape, SourceError, SourceErrorKind, describe_query};
use crate::source::routes_json::ReplyError;
use transport::{AddressConnector, LiteralAddress, UnixConnector};

/// A client of one server. It connects for every request.
pub struct HttpClient {
    agent: Agent,
    deadlines: Deadlines,
}

impl HttpClient {
    /// Connects to the Unix socket if there is one, else to the host and port of each URL.
    pub fn new(socket: Option<&Path>, deadlines: Deadlines) -> Self {
        let config = Config::builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            // The server may close an idle connection before the next request, which would then fail.
            .max_idle_connections(0)
            .build();
        let agent = match socket {
            Some(socket) => Agent::with_parts(config, ().chain(UnixConnector::new(socket)), LiteralAddress),
            None => Agent::with_parts(config, ().chain(AddressConnector), LiteralAddress),
        };
        Self { agent, deadlines }
    }

    /// Gets `url` and passes the reply to `read`, which has to read all of it. `source` is the name of the server in
    /// errors.
    ///
    /// # Errors
    /// When there is no reply with the status 200, or `read` fails.
    pub fn get(
        &self,
        url: &str,
        source: &str,
        read: &mut dyn FnMut(&mut dyn Read) -> Result<(), ReplyError>,
    ) -> Result<(), SourceError> {
        let query = describe_query(&format!("GET {url}"), source);
        let body = self.request(url).map_err(|error| explain(error, &query))?;
        let mut body = body.into_with_config().limit(self.deadlines.reply_bytes()).reader();
        read(&mut body).map_err(|error| match error {
            ReplyError::Io(error) => explain(error.into(), &query),
            other => SourceError::shape(other.shape().unwrap_or(Shape::Text), query.as_str(), other),
        })
    }

    fn request(&self, url: &str) -> Result<ureq::Body, ureq::Error> {
        let request = self
            .agent
            .get(url)
            .config()
            .timeout_connect(Some(left_until(self.deadlines.connected_by())?))
            .timeout_recv_response(Some(left_until(self.deadlines.begun_by())?))
            .timeout_global(Some(left_until(self.deadlines.complete_by())?))
            .build();
        let response = request.call()?;
        match response.status().as_u16() {
            200 => Ok(response.into_body()),
            status => Err(ureq::Error::StatusCode(status)),
        }
    }
}

/// An error of the HTTP library in its documented form.
fn explain(error: ureq::Error, query: &str) -> SourceError {
    match error {
        ureq::Error::StatusCode(status) => SourceError::new(SourceErrorKind::Status(status), query, None),
        ureq::Error::Timeout(which) => {
            let cause = match which {
                Timeout::Connect => "no connection within the limit",
                Timeout::RecvResponse => "no reply within the limit",
                _ => "no complete reply within the limit",
            };
            SourceError::new(SourceErrorKind::TimedOut, query, Some(cause.into()))
        }
        ureq::Error::BodyExceedsLimit(limit) => {
            SourceError::io(std::io::Error::other(ReplyTooLong { limit }), query)
        }
        ureq::Error::Io(error) => SourceError::io(error, query),
        other => SourceError::shape(Shape::Text, query, other),
    }
}
