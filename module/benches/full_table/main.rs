//! What a refresh costs on a router with a full table: the module, and beside it the obvious client, against a real
//! bgpd with 1,000,000 routes of which 100,000 carry one of four communities.
//!
//! `cargo bench -p bgp-community-services --bench full_table [-- --routes 1000000]` prints the table, and with
//! `-- --vrfs --routes 100000` that of VRFs.

#![allow(clippy::unwrap_used, missing_docs, reason = "a measurement that fails has nothing to say")]

mod measure;
mod obvious;
mod vrfs;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bgpcs_testing::{Bgpd, Peer, Speaker, eventually};
use measure::{Cost, cost_of, held_by};
use serde_json::json;

const IN_USE: [u16; 4] = [5010, 5020, 5030, 5100];
const NOT_IN_USE: std::ops::Range<u16> = 6000..6038;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value_of =
        |option: &str| arguments.iter().position(|word| word == option).map(|at| arguments[at + 1].clone());
    if let Some(socket) = value_of("--obvious") {
        return obvious::refresh(Path::new(&socket), &communities());
    }
    let routes = value_of("--routes").map_or(1_000_000, |count| count.parse().unwrap());
    if arguments.iter().any(|word| word == "--vrfs") {
        return vrfs::print(routes);
    }
    let bgpd = Bgpd::start(&[Peer(1)]);
    let mut speaker = Speaker::connect(Peer(1), bgpd.port);
    load(&mut speaker, routes);
    bgpd.await_received(Peer(1), u64::from(routes));
    // What bgpd does after a neighbor's first table is not what is measured here.
    thread::sleep(Duration::from_secs(5));
    Bench { bgpd, speaker, routes, scratch: tempfile::tempdir().unwrap() }.print();
}

fn communities() -> Vec<String> {
    IN_USE.into_iter().chain(NOT_IN_USE).map(|low| format!("12076:{low}")).collect()
}

/// Every tenth route carries one of the four communities.
fn load(speaker: &mut Speaker, routes: u32) {
    let tagged = |group: usize| (0..routes / 10).skip(group).step_by(IN_USE.len()).map(|index| index * 10);
    for (group, low) in IN_USE.into_iter().enumerate() {
        speaker.announce(tagged(group), Some((12076, low)));
    }
    speaker.announce((0..routes).filter(|index| index % 10 != 0), None);
}

struct Bench {
    bgpd: Bgpd,
    speaker: Speaker,
    routes: u32,
    scratch: tempfile::TempDir,
}

impl Bench {
    fn print(mut self) {
        self.configure();
        self.print_commands();
        let obvious = cost_of(&self.bgpd, self.obvious());
        let held_by_obvious = held_by(&self.bgpd, self.obvious());
        let held_by_module = held_by(&self.bgpd, self.module("run"));
        fs::remove_dir_all(self.scratch.path().join("state")).unwrap();
        let first = cost_of(&self.bgpd, self.module("run"));
        let unchanged = cost_of(&self.bgpd, self.module("run"));
        let announced = self.announced();
        let withdrawn = self.withdrawn();
        let service = self.service(announced.duration, withdrawn.duration);
        println!(
            "\nbgpd with {} routes, 42 communities, 4 of them in use by {} routes\n",
            self.routes,
            self.routes / 10
        );
        println!("| figure | obvious method | module | reach |\n| --- | --- | --- | --- |");
        let row = |figure: &str, obvious: String, module: String, reach: &str| {
            println!("| {figure} | {obvious} | {module} | {reach} |");
        };
        let seconds = |seconds: f64| format!("{seconds:.3} s");
        let megabytes = |cost: &Cost| format!("{:.1} MB", cost.peak_bytes as f64 / 1e6);
        row("bgpd CPU, nothing changed", seconds(obvious.bgpd), seconds(unchanged.bgpd), "0.010 s");
        row("bgpd CPU, first look", seconds(obvious.bgpd), seconds(first.bgpd), "");
        let tenth = seconds(obvious.bgpd / 10.0);
        row("bgpd CPU, a route announced", seconds(obvious.bgpd), seconds(announced.bgpd), &tenth);
        row("bgpd CPU, a route withdrawn", seconds(obvious.bgpd), seconds(withdrawn.bgpd), &tenth);
        row("longest time bgpd is held", seconds(held_by_obvious), seconds(held_by_module), "one query");
        row("our CPU, first look", seconds(obvious.ours), seconds(first.ours), "0.200 s");
        row("our CPU, a route announced", seconds(obvious.ours), seconds(announced.ours), "0.200 s");
        row("our CPU, a route withdrawn", seconds(obvious.ours), seconds(withdrawn.ours), "0.200 s");
        row("our CPU, nothing changed", seconds(obvious.ours), seconds(unchanged.ours), "");
        let largest = if announced.peak_bytes > withdrawn.peak_bytes { &announced } else { &withdrawn };
        row("our peak memory", megabytes(&obvious), megabytes(largest), "24 MB");
        row("duration, a route announced", seconds(obvious.duration), seconds(announced.duration), "");
        row("duration, a route withdrawn", seconds(obvious.duration), seconds(withdrawn.duration), "");
        row("announcement to file, service mode", "60 s".to_owned(), seconds(service.announcement), "2 s");
        row("withdrawal to file, service mode", "60 s".to_owned(), seconds(service.withdrawal), "2 s");
        let per_minute = |share: f64| format!("{:.3} s", share * 60.0);
        let obvious_minute = seconds(obvious.bgpd);
        row(
            "bgpd CPU per minute, service mode, at rest",
            obvious_minute.clone(),
            per_minute(service.at_rest),
            "",
        );
        row("the same, five changes a second", obvious_minute, per_minute(service.under_churn), "");
    }

    /// What bgpd pays for each kind of command.
    fn print_commands(&self) {
        println!("bgpd with {} routes\n\n| command | bgpd CPU | bytes |\n| --- | --- | --- |", self.routes);
        let [used, unused] =
            [IN_USE[0], NOT_IN_USE.start].map(|low| format!("show bgp ipv4 unicast community 12076:{low}"));
        for command in [
            used.clone(),
            format!("{used} json"),
            unused.clone(),
            format!("{unused} json"),
            format!("show bgp ipv4 unicast version {}", u32::MAX),
            format!("show bgp ipv4 unicast {} json", Speaker::prefix(0)),
            "show bgp neighbors json".to_owned(),
            "show bgp ipv4 unicast summary json".to_owned(),
            "show bgp community-info".to_owned(),
        ] {
            let before = self.bgpd.processor_seconds();
            let bytes = self.bgpd.show(&command).len();
            println!("| `{command}` | {:.4} s | {bytes} |", self.bgpd.processor_seconds() - before);
        }
    }

    fn configure(&self) {
        let application = |name: &str, communities: &[String]| json!({"application-name": name, "bgp-community": communities});
        let communities = communities();
        let (in_use, others) = communities.split_at(IN_USE.len());
        let mut applications: Vec<_> =
            in_use.iter().map(|community| application(community, std::slice::from_ref(community))).collect();
        applications.push(application("others", others));
        let configuration = json!({"applications": applications, "max-prefixes": 1_000_000});
        fs::write(self.scratch.path().join("config.json"), configuration.to_string()).unwrap();
    }

    fn obvious(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--obvious").arg(self.bgpd.socket());
        command
    }

    fn module(&self, action: &str) -> Command {
        let path = |name| self.scratch.path().join(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_bgp-community-services"));
        command.arg(action).arg("--config").arg(path("config.json")).arg("--output").arg(path("output.json"));
        command.arg("--state-dir").arg(path("state")).arg("--bgpd-socket").arg(self.bgpd.socket());
        command
    }

    /// A run after a route was announced: of several, the one that cost bgpd the middle.
    fn announced(&mut self) -> Cost {
        let run = |index| {
            self.speaker.announce(std::iter::once(self.routes + index), None);
            self.bgpd.await_received(Peer(1), u64::from(self.routes + index));
            cost_of(&self.bgpd, self.module("run"))
        };
        measure::median((1..=RUNS).map(run).collect(), |cost| cost.bgpd)
    }

    /// A run after one of those routes was withdrawn, likewise.
    fn withdrawn(&mut self) -> Cost {
        let run = |index| {
            self.speaker.withdraw(std::iter::once(self.routes + index));
            self.bgpd.await_received(Peer(1), u64::from(self.routes + index - 1));
            cost_of(&self.bgpd, self.module("run"))
        };
        measure::median((1..=RUNS).rev().map(run).collect(), |cost| cost.bgpd)
    }

    /// The service, which takes so many seconds to follow an announcement, and a withdrawal.
    fn service(&mut self, announcement: f64, withdrawal: f64) -> Service {
        // What took long is followed by a pause of 19 times as long; some more is rest.
        let rest_after = |seconds: f64| thread::sleep(Duration::from_secs_f64(5.0 + 25.0 * seconds));
        let churn_alone = self.bgpd_share_during(|bench| bench.churn(CHURN.start));
        let output = self.scratch.path().join("output.json");
        // Refreshed at only when it was replaced: reading it over and over would take the processor from bgpd.
        let has = |text: &str| fs::read_to_string(&output).is_ok_and(|file| file.contains(text));
        fs::remove_file(&output).unwrap();
        let _process = Ended(self.module("watch").stdin(Stdio::null()).spawn().unwrap());
        eventually("the service has written its file", || has("12076:5100"));
        rest_after(withdrawal);
        let at_rest = self.bgpd_share_during(|_| thread::sleep(Duration::from_secs(20)));
        let written = || fs::metadata(&output).and_then(|file| file.modified()).unwrap();
        let (speaker, routes) = (&mut self.speaker, self.routes);
        let mut latency = |is_announced: bool, usual: f64| {
            let of_route = |index| {
                let prefix = Speaker::prefix(index);
                let (before, began) = (written(), Instant::now());
                match is_announced {
                    true => speaker.announce(std::iter::once(index), Some((12076, IN_USE[0]))),
                    false => speaker.withdraw(std::iter::once(index)),
                }
                eventually("the change is in the file", || {
                    written() != before && has(&prefix) == is_announced
                });
                let latency = began.elapsed().as_secs_f64();
                rest_after(usual);
                latency
            };
            measure::median((routes + 1..=routes + RUNS).map(of_route).collect(), |latency| *latency)
        };
        let (announcement, withdrawal) = (latency(true, announcement), latency(false, withdrawal));
        let under_churn = self.bgpd_share_during(|bench| bench.churn(CHURN.end)) - churn_alone;
        Service { announcement, withdrawal, at_rest, under_churn }
    }

    /// A minute of five changes a second, of routes that carry none of the communities.
    fn churn(&mut self, first: u32) {
        for index in 0..300 {
            self.speaker.announce(std::iter::once(self.routes + first + index), None);
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// bgpd's processor time during an action, as a share of the time that it takes.
    fn bgpd_share_during(&mut self, action: impl FnOnce(&mut Self)) -> f64 {
        let (cpu, began) = (self.bgpd.processor_seconds(), Instant::now());
        action(self);
        (self.bgpd.processor_seconds() - cpu) / began.elapsed().as_secs_f64()
    }
}

/// How often is measured what a busy machine would make more of than there is.
const RUNS: u32 = 5;

/// Where the new routes of two times of churn begin, beyond those of the table.
const CHURN: std::ops::Range<u32> = 1_000..2_000;

struct Service {
    /// Seconds from an announcement to its prefix in the file, the service being at rest before.
    announcement: f64,
    /// The same for a withdrawal.
    withdrawal: f64,
    /// bgpd's processor time for the service, as a share.
    at_rest: f64,
    under_churn: f64,
}

/// A process that ends with this value.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
