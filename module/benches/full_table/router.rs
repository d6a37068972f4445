//! A router with a full table: a bgpd with its neighbors, and the module's files.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use bgpcs_testing::releases::Release;
use bgpcs_testing::{Bgpd, Peer, Speaker};
use serde_json::json;
use tempfile::TempDir;

/// The communities of the profile that routes carry, and those that none carries.
pub const IN_USE: [u16; 4] = [5010, 5020, 5030, 5100];
pub const NOT_IN_USE: Range<u16> = 6000..6038;

/// All communities of the profile.
pub fn communities() -> Vec<String> {
    IN_USE.into_iter().chain(NOT_IN_USE).map(|low| format!("12076:{low}")).collect()
}

/// A bgpd whose neighbors have all sent the same routes.
pub struct Router {
    pub bgpd: Bgpd,
    /// From the one whose paths are the best.
    pub neighbors: Vec<Neighbor>,
    /// How many routes each neighbor has sent before anything is measured.
    pub routes: u32,
    scratch: TempDir,
}

/// A neighbor, and how many of its routes are in the table.
pub struct Neighbor {
    speaker: Speaker,
    routes: u64,
}

impl Router {
    /// Starts bgpd, and lets the neighbors send their tables.
    pub fn start(release: &Release, neighbors: u8, routes: u32) -> Self {
        let peers: Vec<Peer> = (1..=neighbors).map(Peer).collect();
        let bgpd = Bgpd::start_program(&release.program, &Bgpd::configuration(&peers));
        let neighbors = peers.into_iter().map(|peer| Neighbor::connect(&bgpd, peer, routes)).collect();
        // What bgpd does after a neighbor's first table is not what is measured here.
        thread::sleep(Duration::from_secs(5));
        Self { bgpd, neighbors, routes, scratch: tempfile::tempdir().unwrap() }
    }

    /// Writes the module's configuration; the next run knows nothing of those before.
    pub fn configure(&self, path_selection: &str) {
        let application = |name: &str, communities: &[String]| json!({"application-name": name, "bgp-community": communities});
        let communities = communities();
        let (in_use, others) = communities.split_at(IN_USE.len());
        let mut applications: Vec<_> =
            in_use.iter().map(|community| application(community, std::slice::from_ref(community))).collect();
        applications.push(application("others", others));
        let configuration = json!({
            "applications": applications, "max-prefixes": 1_000_000, "path-selection": path_selection,
        });
        fs::write(self.scratch.path().join("config.json"), configuration.to_string()).unwrap();
        fs::remove_dir_all(self.scratch.path().join("state")).ok();
    }

    /// The file that the module writes.
    pub fn output(&self) -> PathBuf {
        self.scratch.path().join("output.json")
    }

    /// The module's record of what changed.
    pub fn log_of_changes(&self) -> PathBuf {
        self.scratch.path().join("state/changes.jsonl")
    }

    /// The module's command that does this.
    pub fn module(&self, action: &str) -> Command {
        let path = |name| self.scratch.path().join(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_bgp-community-services"));
        command.arg(action).arg("--config").arg(path("config.json")).arg("--output").arg(self.output());
        command.arg("--state-dir").arg(path("state")).arg("--bgpd-socket").arg(self.bgpd.socket());
        command
    }

    /// The command that refreshes by the obvious method.
    pub fn obvious(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--obvious").arg(self.bgpd.socket());
        command
    }

    /// A neighbor announces a route beyond those of the table, without a community, and bgpd has it.
    pub fn announce(&mut self, neighbor: usize, index: u32) {
        let Neighbor { speaker, routes } = &mut self.neighbors[neighbor];
        speaker.announce(std::iter::once(self.routes + index), None);
        *routes += 1;
        self.bgpd.await_received(speaker.peer, *routes);
    }

    /// A neighbor withdraws such a route, and bgpd knows it.
    pub fn withdraw(&mut self, neighbor: usize, index: u32) {
        let Neighbor { speaker, routes } = &mut self.neighbors[neighbor];
        speaker.withdraw(std::iter::once(self.routes + index));
        *routes -= 1;
        self.bgpd.await_received(speaker.peer, *routes);
    }

    /// The only neighbor, for changes that nobody waits for.
    pub fn speaker(&mut self) -> &mut Speaker {
        &mut self.neighbors[0].speaker
    }
}

impl Neighbor {
    fn connect(bgpd: &Bgpd, peer: Peer, routes: u32) -> Self {
        let mut speaker = Speaker::connect(peer, bgpd.port);
        // Every tenth route carries one of the communities in use.
        let tagged =
            |group: usize| (0..routes / 10).skip(group).step_by(IN_USE.len()).map(|index| index * 10);
        for (group, low) in IN_USE.into_iter().enumerate() {
            speaker.announce(tagged(group), Some((12076, low)));
        }
        speaker.announce((0..routes).filter(|index| index % 10 != 0), None);
        let routes = u64::from(routes);
        bgpd.await_received(peer, routes);
        Self { speaker, routes }
    }
}
