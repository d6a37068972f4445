//! The routing engine's HTTP API, over TCP or a Unix socket.
//!
//! Its path is not public, so the whole URL is a setting; the reply is taken to be the one that bgpd gives.

mod transport;

use std::path::Path as FilePath;

use ureq::config::Config;
use ureq::unversioned::transport::{Connector, TcpConnector};
use ureq::{Agent, Timeout};

use super::reply::{self, ReplyError};
use super::{Budget, Path, Question, RouteSource, Told, left_until};
use crate::error::{ReplyTooLong, Shape, SourceError, SourceErrorKind};
use crate::settings::UrlTemplate;
pub use transport::address;
use transport::{LiteralAddress, UnixConnector};

/// The HTTP API behind a URL with the placeholders `{family}` and `{community}`.
pub struct RoutingManager {
    url: UrlTemplate,
    name: String,
    agent: Agent,
    budget: Budget,
}

impl RoutingManager {
    /// Asks at `url`, connecting to the Unix socket if there is one, else to the URL's host and port.
    pub fn new(url: UrlTemplate, socket: Option<&FilePath>, budget: Budget) -> Self {
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
        let name = match socket {
            Some(socket) => format!("routingManager at {url} by {}", socket.display()),
            None => format!("routingManager at {url}"),
        };
        let agent = match socket {
            Some(socket) => Agent::with_parts(config, ().chain(UnixConnector::new(socket)), LiteralAddress),
            None => Agent::with_parts(config, ().chain(TcpConnector::default()), LiteralAddress),
        };
        Self { url, name, agent, budget }
    }

    fn get(&self, url: &str) -> Result<ureq::Body, ureq::Error> {
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

    fn read(
        &self,
        body: ureq::Body,
        each: &mut dyn FnMut(Path, &str),
        community: usize,
    ) -> Result<(), ReplyError> {
        let limit = self.budget.reply_bytes();
        let body = body.into_with_config().limit(limit).reader();
        reply::read(body, &mut |prefix, path| {
            if path.valid {
                each(Path { community, prefix, best: path.best }, &path.neighbor);
            }
        })
    }
}

impl RouteSource for RoutingManager {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn ask(&mut self, question: &Question, each: &mut dyn FnMut(Told)) -> Result<(), SourceError> {
        self.ask_with_neighbors(question, &mut |path, _| each(Told::Path(path)))
    }

    fn ask_with_neighbors(
        &mut self,
        question: &Question,
        each: &mut dyn FnMut(Path, &str),
    ) -> Result<(), SourceError> {
        for (index, community) in question.communities().enumerate() {
            let url = self.url.fill(question.family, community);
            let asked = format!("asked {} for {url}", self.name);
            let body = self.get(&url).map_err(|error| explain(error, &asked))?;
            self.read(body, each, index).map_err(|error| match error {
                ReplyError::Io(error) => explain(error.into(), &asked),
                other => SourceError::shape(other.shape().unwrap_or(Shape::Text), &asked, other),
            })?;
        }
        Ok(())
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
