//! The HTTP API of SSR's routingManager, over TCP or a Unix socket.
//!
//! Its path is not published, so the whole URL is a setting. The reply is expected to be the JSON of bgpd.

use std::path::PathBuf;

use bgp_community_services_cli::url::UrlTemplate;
use bgpcs::Community;

use crate::instance::Table;
use crate::source::deadlines::Deadlines;
use crate::source::error::SourceError;
use crate::source::http::{HttpClient, Server};
use crate::source::routes_json::{self, ReplyItem};
use crate::source::trust;
use crate::source::{Abilities, MatchedPath, Query, QueryItem, RibInspection, RouteSource};

/// The HTTP API behind a URL with the placeholders `{family}` and `{community}`, and perhaps `{vrf}`.
pub struct RoutingManager {
    url: UrlTemplate,
    name: String,
    socket: Option<PathBuf>,
    client: HttpClient,
}

impl RoutingManager {
    /// The API at `url` of this server.
    pub fn new(url: UrlTemplate, server: Server, deadlines: Deadlines) -> Self {
        let (name, socket) = match &server {
            Server::Socket(socket) => {
                (format!("routingManager at {url} by {}", socket.display()), Some(socket.clone()))
            }
            Server::Port(_) => (format!("routingManager at {url}"), None),
        };
        Self { url, name, socket, client: HttpClient::new(server, deadlines) }
    }
}

/// The URL of one query. The text forms of families, communities and VRFs need no escaping in a URL.
fn url_of(template: &UrlTemplate, table: &Table, community: &Community) -> String {
    let Table { instance, family } = table;
    template.fill(&family.to_string(), &community.to_string(), &instance.to_string())
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
            let url = url_of(&self.url, &query.table, community);
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

    fn warnings(&mut self) -> Vec<String> {
        self.socket.as_deref().and_then(trust::open_to_a_group).into_iter().collect()
    }
}

impl RibInspection for RoutingManager {}
