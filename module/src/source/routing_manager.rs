//! The routing engine's HTTP API, over TCP or a Unix socket.
//!
//! Its path is not public, so the whole URL is a setting; the reply is taken to be the one that bgpd gives.

use std::path::Path;

use crate::source::deadlines::Deadlines;
use crate::source::error::SourceError;
use crate::source::http::Client;
use crate::source::{MatchedPath, Query, RibInspection, RouteSource, routes_json};
use crate::url::UrlTemplate;

/// The HTTP API behind a URL with the placeholders `{family}` and `{community}`.
pub struct RoutingManager {
    url: UrlTemplate,
    name: String,
    client: Client,
}

impl RoutingManager {
    /// Asks at `url`, connecting to the Unix socket if there is one, else to the URL's host and port.
    pub fn new(url: UrlTemplate, socket: Option<&Path>, deadlines: Deadlines) -> Self {
        let name = match socket {
            Some(socket) => format!("routingManager at {url} by {}", socket.display()),
            None => format!("routingManager at {url}"),
        };
        Self { url, name, client: Client::new(socket, deadlines) }
    }
}

impl RouteSource for RoutingManager {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn query_with_neighbors(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(MatchedPath, &str),
    ) -> Result<(), SourceError> {
        for (index, community) in query.communities().enumerate() {
            let url = self.url.fill(query.family, community);
            let asked = format!("asked {} for {url}", self.name);
            let tell = &mut |prefix, path: &routes_json::ReplyPath| {
                if path.valid {
                    each(MatchedPath { community: index, prefix, best: path.best }, &path.neighbor);
                }
            };
            self.client.get(&url, &asked, &mut |body| routes_json::read(body, tell))?;
        }
        Ok(())
    }
}

impl RibInspection for RoutingManager {}
