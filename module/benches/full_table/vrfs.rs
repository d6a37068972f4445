//! Three VRFs beside one: what each adds where nothing changes, and that a change in one costs nothing in the others. Each
//! is a view of bgpd, which needs no VRF of the kernel, and is the same to every command.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use bgpcs_testing::{Bgpd, Peer, Speaker, eventually};
use serde_json::{Value, json};

use crate::measure::cost_of;
use crate::router::{IN_USE, communities};

const NAMES: [&str; 4] = ["v1", "v2", "v3", "v4"];

/// Prints a table; each VRF has so many routes, of which every tenth carries one of four communities.
pub fn print(routes: u32) {
    let bgpd = Bgpd::start_with(&configuration());
    let mut speakers = Vec::new();
    for (name, number) in NAMES.iter().zip(1..) {
        let mut speaker = Speaker::connect(Peer(number), bgpd.port);
        load(&mut speaker, routes);
        await_received(&bgpd, name, routes);
        speakers.push(speaker);
    }
    thread::sleep(Duration::from_secs(5));
    println!("\n{} VRFs with {routes} routes each\n", NAMES.len());
    println!(
        "| VRFs of the profile | first refresh | nothing changed | a route announced in one |\n| --- | --- | --- | --- |"
    );
    for count in [1, NAMES.len()] {
        let scratch = tempfile::tempdir().unwrap();
        configure(scratch.path(), &NAMES[..count]);
        let cost = || cost_of(&bgpd, module(scratch.path(), &bgpd)).bgpd;
        let (first, unchanged) = (cost(), cost());
        let added = routes + u32::try_from(count).unwrap();
        speakers[0].announce(std::iter::once(added), None);
        thread::sleep(Duration::from_secs(1));
        println!("| {count} | {first:.3} s | {unchanged:.4} s | {:.3} s |", cost());
    }
}

/// Every tenth route carries one of the communities that are in use.
fn load(speaker: &mut Speaker, routes: u32) {
    let tagged = |group: usize| (0..routes / 10).skip(group).step_by(IN_USE.len()).map(|index| index * 10);
    for (group, low) in IN_USE.into_iter().enumerate() {
        speaker.announce(tagged(group), Some((12076, low)));
    }
    speaker.announce((0..routes).filter(|index| index % 10 != 0), None);
}

fn configuration() -> String {
    let mut configuration = String::new();
    for (name, number) in NAMES.iter().zip(1..) {
        let peer = Peer(number);
        let (address, asn) = (peer.address(), peer.asn());
        write!(
            configuration,
            "router bgp 64512 view {name}\n bgp router-id 192.0.2.1\n no bgp ebgp-requires-policy\n \
             neighbor {address} remote-as {asn}\n neighbor {address} passive\n neighbor {address} disable-connected-check\n \
             neighbor {address} ebgp-multihop 255\nexit\n"
        )
        .unwrap();
    }
    configuration
}

fn await_received(bgpd: &Bgpd, name: &str, routes: u32) {
    eventually(&format!("{routes} routes in {name}"), || {
        let summary = bgpd.show(&format!("show bgp vrf {name} ipv4 unicast summary json"));
        let summary: Value = serde_json::from_str(&summary).unwrap_or_default();
        let peers = summary["peers"].as_object().into_iter().flatten();
        peers.filter_map(|(_, peer)| peer["pfxRcd"].as_u64()).sum::<u64>() == u64::from(routes)
    });
}

fn configure(directory: &Path, vrfs: &[&str]) {
    let communities = communities();
    let application = json!({"application-name": "A", "bgp-community": communities, "vrf": vrfs});
    let configuration = json!({"applications": [application], "max-prefixes": 1_000_000});
    fs::write(directory.join("config.json"), configuration.to_string()).unwrap();
}

fn module(directory: &Path, bgpd: &Bgpd) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bgp-community-services"));
    command.arg("run").arg("--config").arg(directory.join("config.json"));
    command
        .arg("--output")
        .arg(directory.join("output.json"))
        .arg("--state-dir")
        .arg(directory.join("state"));
    command.arg("--bgpd-socket").arg(bgpd.socket());
    command
}
