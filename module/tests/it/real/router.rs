//! A module with the real bgpd that it queries, and how often it queries for all routes.

use std::fs;
use std::ops::Range;
use std::thread::sleep;
use std::time::Duration;

use bgp_community_services::drive::lock::Lock;
use bgp_community_services::drive::once::{Rewrite, run_with};
use bgp_community_services::instance::{Instance, Table};
use bgp_community_services::prefix::{Family, Prefix};
use bgp_community_services::settings::Settings;
use bgp_community_services::source::bgpd::Bgpd as Source;
use bgp_community_services::source::deadlines::Deadlines;
use bgp_community_services::source::error::SourceError;
use bgp_community_services::source::summary::{BgpSummary, TableStatus};
use bgp_community_services::source::{
    DestinationPath, Query, QueryItem, RibInspection, RouteSource, TableChanges,
};
use bgpcs::Community;
use serde_json::json;

use bgpcs_testing::{Bgpd, Peer, Speaker, eventually};

use crate::scene::Scene;

pub const ONE: Peer = Peer(1);
pub const TWO: Peer = Peer(2);
pub const THREE: Peer = Peer(3);

/// Routes without a community, so many that a scan of all of them costs more than a few look-ups.
const OTHERS: Range<u32> = 1_000..21_000;

/// bgpd, and how often all routes of a family were queried.
struct Counted {
    bgpd: Source,
    family: Family,
    queries: usize,
}

impl RouteSource for Counted {
    fn name(&self) -> String {
        self.bgpd.name()
    }

    fn query(&mut self, query: &Query, each: &mut dyn FnMut(QueryItem)) -> Result<(), SourceError> {
        self.queries += usize::from(query.table.family == self.family);
        self.bgpd.query(query, each)
    }

    fn query_with_neighbors(
        &mut self,
        query: &Query,
        each: &mut dyn FnMut(QueryItem, &str),
    ) -> Result<(), SourceError> {
        self.bgpd.query_with_neighbors(query, each)
    }
}

impl RibInspection for Counted {
    fn summary(&mut self, instance: &Instance) -> Option<BgpSummary> {
        self.bgpd.summary(instance)
    }

    fn communities_in_use(&mut self, communities: &[(&Instance, Community)]) -> Option<Vec<bool>> {
        self.bgpd.communities_in_use(communities)
    }

    fn changes_since(
        &mut self,
        table: &Table,
        since: &TableStatus,
        now: &TableStatus,
    ) -> Option<TableChanges> {
        self.bgpd.changes_since(table, since, now)
    }

    fn path_count(&self, table: &Table) -> Option<u64> {
        self.bgpd.path_count(table)
    }

    fn paths_of(&mut self, instance: &Instance, prefix: Prefix) -> Option<Vec<DestinationPath>> {
        self.bgpd.paths_of(instance, prefix)
    }
}

/// A module, and the bgpd that it asks.
pub struct Router {
    pub scene: Scene,
    pub bgpd: Bgpd,
    /// Whose queries count.
    pub family: Family,
}

impl Router {
    pub fn new(path_selection: &str) -> Self {
        let scene = Scene::new();
        scene.edit("config.json", |config| {
            config["path-selection"] = json!(path_selection);
            // Routes may be withdrawn as soon as a session is up.
            config["stale-path-time"] = json!(0);
        });
        Self { scene, bgpd: Bgpd::start(&[ONE, TWO, THREE]), family: Family::Ipv4 }
    }

    pub fn with_configuration(path_selection: &str, further: &str) -> Self {
        let mut router = Self::new(path_selection);
        router.bgpd.restart_with(further);
        router
    }

    /// A neighbor that has announced very many routes, and one with each of the two communities.
    pub fn connect(&self, peer: Peer) -> Speaker {
        let mut speaker = Speaker::connect(peer, self.bgpd.port);
        speaker.announce(OTHERS, None);
        speaker.announce(0..1, Some((12076, 5010)));
        speaker.announce(1..2, Some((12076, 5020)));
        self.bgpd.await_updates(&speaker);
        speaker
    }

    /// Makes a run; returns how often all routes were queried.
    pub fn run(&self) -> usize {
        // bgpd chooses best paths 50 ms after an UPDATE message.
        sleep(Duration::from_millis(60));
        let socket = self.bgpd.socket();
        let settings: Settings = self.scene.settings(&["--bgpd-socket", socket.to_str().unwrap()]);
        let bgpd = Source::new(&socket, Deadlines::begin(settings.limits));
        let lock = Lock::take(&settings.state_dir).unwrap().unwrap();
        let mut source = Counted { bgpd, family: self.family, queries: 0 };
        run_with(&settings, &lock, Rewrite::Always, &mut source).unwrap();
        source.queries
    }

    /// Runs the module until the output file has these prefixes; returns how often all routes were queried.
    pub fn await_prefixes(&self, change: &str, expected: &str) -> usize {
        let mut queries = 0;
        eventually(&format!("after {change}: {expected}"), || {
            queries += self.run();
            self.scene.prefixes() == expected
        });
        queries
    }

    /// Runs the module until nothing is new.
    pub fn rest(&self) {
        eventually("rest", || self.run() == 0);
    }

    /// What a run finds that remembers nothing.
    pub fn prefixes_of_a_fresh_run(&self) -> String {
        let fresh = Scene::new();
        fs::copy(self.scene.path("config.json"), fresh.path("config.json")).unwrap();
        fresh.run(&["--bgpd-socket", self.bgpd.socket().to_str().unwrap()]);
        fresh.prefixes()
    }
}
