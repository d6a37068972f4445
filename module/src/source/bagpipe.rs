//! BaGPipe-BGP, through its looking glass over HTTP: VPN routes, selected by route target.
//!
//! The looking glass can only show all routes at once, so every query is a scan of all of them.

pub mod peers;
pub mod routes;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;

use bgp_community_services_cli::url::HttpUrl;
use bgpcs_display::counted;

use crate::prefix::{Family, Prefix};
use crate::source::all_routes::AllRoutes;
use crate::source::deadlines::Deadlines;
use crate::source::error::SourceError;
use crate::source::filter::{self, Scanned};
use crate::source::http::{HttpClient, Server};
use crate::source::summary::{BgpSummary, Session};
use crate::source::trust::TrustedUsers;
use crate::source::{Abilities, Advice, Query, QueryItem, RouteSource};

/// Of how many routes is found out whether their prefixes are in several VPNs, which only informs.
const MOST_COMPARED: usize = 200_000;

/// The looking glass at a URL.
pub struct Bagpipe {
    url: HttpUrl,
    client: HttpClient,
    /// How many prefixes of the answers are in several VPNs.
    in_several: usize,
}

impl Bagpipe {
    /// The looking glass whose root is `url`, of root or one of the `trusted` users.
    pub fn new(url: HttpUrl, trusted: TrustedUsers, deadlines: Deadlines) -> Self {
        Self { url, client: HttpClient::new(Server::Port(trusted), deadlines), in_several: 0 }
    }

    fn sessions(&self) -> Option<Vec<Session>> {
        let url = format!("{}/bgp/peers", self.url);
        let mut sessions = None;
        let read = &mut |body: &mut dyn Read| {
            sessions = Some(peers::read(body)?);
            Ok(())
        };
        self.client.get(&url, &self.name(), read).ok()?;
        sessions
    }
}

impl RouteSource for Bagpipe {
    fn name(&self) -> String {
        format!("BaGPipe-BGP at {}", self.url)
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            communities: false,
            best_path: false,
            scans_once: true,
            can_be_queried: true,
            has_summary: true,
            vrfs: false,
        }
    }

    fn advice(&self) -> Advice {
        Advice {
            silent: "check that bagpipe-bgp runs, with: bagpipe-looking-glass",
            summary: "with: bagpipe-looking-glass bgp peers",
            neighbors: "with: bagpipe-looking-glass bgp peers",
            routes: "with: bagpipe-looking-glass bgp routes",
        }
    }

    fn query_with_neighbors(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(QueryItem, &str),
    ) -> Result<(), SourceError> {
        let wanted = filter::wanted(query);
        // Routes with the same route targets count as one VPN.
        let mut in_vpns: BTreeSet<(Prefix, u64)> = BTreeSet::new();
        let mut scan = |family, each: &mut dyn FnMut(Scanned<'_>)| {
            self.all_routes(family, &mut |scanned| {
                if let Scanned::Route(route) = scanned
                    && filter::matched_paths(&wanted, route).next().is_some()
                    && in_vpns.len() < MOST_COMPARED
                {
                    let mut vpn = DefaultHasher::new();
                    route.communities.hash(&mut vpn);
                    in_vpns.insert((route.prefix, vpn.finish()));
                }
                each(scanned);
            })
        };
        filter::answer_sorted(query, &mut scan, each)?;
        let (mut last, mut last_repeated) = (None, None);
        for (prefix, ..) in in_vpns {
            if last.replace(prefix) == Some(prefix) && last_repeated.replace(prefix) != Some(prefix) {
                self.in_several += 1;
            }
        }
        Ok(())
    }

    fn warnings(&mut self) -> Vec<String> {
        let several = counted(self.in_several, "prefix");
        let warning = format!("{several} in several VPNs: the output file has one entry for each prefix");
        (self.in_several > 0).then_some(warning).into_iter().collect()
    }
}

impl AllRoutes for Bagpipe {
    /// Its VPN routes.
    fn all_routes(&self, family: Family, each: &mut dyn FnMut(Scanned<'_>)) -> Result<(), SourceError> {
        let url = format!("{}/bgp/routes", self.url);
        self.client.get(&url, &self.name(), &mut |body| routes::read(body, family, each))
    }

    fn own_summary(&self) -> Option<BgpSummary> {
        Some(BgpSummary { sessions: self.sessions()?, sessions_only: true, ..BgpSummary::default() })
    }
}
