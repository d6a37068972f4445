//! The HTTP API of SSR's routingManager, over TCP or a Unix socket.
//!
//! Its path is not published, so the whole URL is a setting. The reply is expected to be the JSON of bgpd.

use std::path::Path;

use crate::source::deadlines::Deadlines;
use crate::source::error::SourceError;
use crate::source::http::HttpClient;
use crate::source::routes_json::{self, ReplyItem};
use crate::source::{Abilities, MatchedPath, Query, QueryItem, RibInspection, RouteSource};
use crate::url::UrlTemplate;

/// The HTTP API behind a URL with the placeholders `{family}` and `{community}`, and perhaps `{vrf}`.
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

    fn abilities(&self) -> Abilities {
        Abilities { has_summary: false, vrfs: self.url.names_vrf(), ..Abilities::default() }
    }

    fn query_with_neighbors(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(QueryItem, &str),
    ) -> Result<(), SourceError> {
        for (index, community) in query.communities().enumerate() {
            let url = self.url.fill(&query.table, community);
            let each_item = &mut |item: ReplyItem<'_>| match item {
                ReplyItem::Path(prefix, path) if path.valid => {
                    let path_of = MatchedPath { community: index, prefix, best: path.best };
                    each(QueryItem::Path(path_of), &path.neighbor);
                }
                ReplyItem::Path(..) => {}
                ReplyItem::Unreadable(prefix) => each(QueryItem::Unreadable(prefix), ""),
            };
            self.client.get(&url, &self.name, &mut |body| routes_json::read(body, each_item))?;
        }
        Ok(())
    }
}

impl RibInspection for RoutingManager {}
