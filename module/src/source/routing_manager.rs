//! The HTTP API of SSR's routingManager, over TCP or a Unix socket.
//!
//! Its path is not published, so the whole URL is a setting. The reply is expected to be the JSON of bgpd.

use std::path::Path;

use crate::source::deadlines::Deadlines;
use crate::source::error::SourceError;
use crate::source::http::HttpClient;
use crate::source::{MatchedPath, Query, RibInspection, RouteSource, routes_json};
use crate::url::UrlTemplate;

/// The HTTP API behind a URL with the placeholders `{family}` and `{community}`.
pub struct RoutingManager {
    url: UrlTemplate,
    name: String,
    client: HttpClient,
}

impl RoutingManager {
    /// The API at `url`. Connects to the Unix socket if there is one, else to the URL's host and port.
    pub fn new(url: UrlTemplate, socket: Option<&Path>, deadlines: Deadlines) -> Self {
        let name = match socket {
            Some(socket) => format!("routingManager at {url} by {}", socket.display()),
            None => format!("routingManager at {url}"),
        };
        Self { url, name, client: HttpClient::new(socket, deadlines) }
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
            let each_path = &mut |prefix, path: &routes_json::ReplyPath| {
                if path.valid {
                    each(MatchedPath { community: index, prefix, best: path.best }, &path.neighbor);
                }
            };
            self.client.get(&url, &self.name, &mut |body| routes_json::read(body, each_path))?;
        }
        Ok(())
    }
}

impl RibInspection for RoutingManager {}
