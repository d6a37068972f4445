//! The routing engine's HTTP API, over TCP or a Unix socket.
//!
//! Its path is not public, so the whole URL is a setting; the reply is taken to be the one that bgpd gives.

use std::path::Path as FilePath;

use super::http::Client;
use super::{Budget, Path, Question, RouteSource, reply};
use crate::error::SourceError;
use crate::settings::UrlTemplate;

/// The HTTP API behind a URL with the placeholders `{family}` and `{community}`.
pub struct RoutingManager {
    url: UrlTemplate,
    name: String,
    client: Client,
}

impl RoutingManager {
    /// Asks at `url`, connecting to the Unix socket if there is one, else to the URL's host and port.
    pub fn new(url: UrlTemplate, socket: Option<&FilePath>, budget: Budget) -> Self {
        let name = match socket {
            Some(socket) => format!("routingManager at {url} by {}", socket.display()),
            None => format!("routingManager at {url}"),
        };
        Self { url, name, client: Client::new(socket, budget) }
    }
}

impl RouteSource for RoutingManager {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn ask_with_neighbors(
        &mut self,
        question: &Question,
        each: &mut dyn FnMut(Path, &str),
    ) -> Result<(), SourceError> {
        for (index, community) in question.communities().enumerate() {
            let url = self.url.fill(question.family, community);
            let asked = format!("asked {} for {url}", self.name);
            let tell = &mut |prefix, path: &reply::ReplyPath| {
                if path.valid {
                    each(Path { community: index, prefix, best: path.best }, &path.neighbor);
                }
            };
            self.client.get(&url, &asked, &mut |body| reply::read(body, tell))?;
        }
        Ok(())
    }
}
