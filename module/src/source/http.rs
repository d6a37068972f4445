//! An HTTP client for servers on the router itself, within the limits of a run.

mod transport;

use std::io::{self, Read};
use std::path::PathBuf;

use ureq::config::Config;
use ureq::unversioned::transport::Connector;
use ureq::{Agent, Timeout};

use crate::source::deadlines::{Deadlines, left_until};
use crate::source::error::{ReplyTooLong, Shape, SourceError, SourceErrorKind, describe_query};
use crate::source::routes_json::ReplyError;
use crate::source::trust::{self, TrustedUsers};
use transport::{AddressConnector, LiteralAddress, PortCheck, UnixConnector, socket_address};

/// Where a server is, and whose it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// At a Unix socket, whose owner it has.
    Socket(PathBuf),
    /// At the host and port of each URL, which are of root or one of these users.
    Port(TrustedUsers),
}

/// A client of one server. It connects for every request.
pub struct HttpClient {
    agent: Agent,
    server: Server,
    deadlines: Deadlines,
}

impl HttpClient {
    /// Connects to the server.
    pub fn new(server: Server, deadlines: Deadlines) -> Self {
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
        let agent = match &server {
            Server::Socket(socket) => {
                Agent::with_parts(config, ().chain(UnixConnector::new(socket)), LiteralAddress)
            }
            Server::Port(trusted) => {
                let connector = ().chain(AddressConnector).chain(PortCheck(trusted.clone()));
                Agent::with_parts(config, connector, LiteralAddress)
            }
        };
        Self { agent, server, deadlines }
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
        let asked = self.request(url);
        if let Ok(_) | Err(ureq::Error::StatusCode(_)) = asked {
            self.check(url).map_err(|error| SourceError::io(error, query.as_str()))?;
        }
        let body = asked.map_err(|error| explain(error, &query))?;
        let mut body = body.into_with_config().limit(self.deadlines.reply_bytes()).reader();
        read(&mut body).map_err(|error| match error {
            ReplyError::Io(error) => explain(error.into(), &query),
            other => SourceError::shape(other.shape().unwrap_or(Shape::Text), query.as_str(), other),
        })?;
        self.check(url).map_err(|error| SourceError::io(error, query.as_str()))
    }

    /// Whether whoever answers is still whom [`trust`] lets.
    fn check(&self, url: &str) -> io::Result<()> {
        match &self.server {
            Server::Socket(socket) => trust::check_directories(socket),
            Server::Port(trusted) => {
                let address = url.parse().ok().and_then(|url| socket_address(&url));
                address.map_or(Ok(()), |address| trust::check_port(trusted, address))
            }
        }
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
