//! What a refresh costs on a router with a full table: the module, and beside it the obvious client, against real
//! releases of bgpd with 1,000,000 routes of which 100,000 carry one of four communities; from one neighbor, and from two
//! that send the same; and in VRFs, of which each has a tenth of the routes. Then what the commands for operators cost.
//!
//! `cargo bench -p bgp-community-services --bench full_table [-- --routes 1000000] [--brief] [--vrfs] [--commands]`
//! prints the tables, with `--brief` those that do not need the service, which rests for minutes, with `--vrfs` or
//! `--commands` that one alone. `BGPD` and `SUITES` choose other releases, as for the tests.

#![allow(clippy::unwrap_used, missing_docs, reason = "a measurement that fails has nothing to say")]

mod commands;
mod measure;
mod obvious;
mod one_neighbor;
mod router;
mod service;
mod two_neighbors;
mod vrfs;

use std::path::Path;

use bgpcs_testing::releases::{self, Engine};

/// The first release that is measured; the module sends the same queries to older ones.
const OLDEST: u32 = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value_of =
        |option: &str| arguments.iter().position(|word| word == option).map(|at| arguments[at + 1].clone());
    if let Some(socket) = value_of("--obvious") {
        return obvious::refresh(Path::new(&socket), &router::communities());
    }
    let routes = value_of("--routes").map_or(1_000_000, |count| count.parse().unwrap());
    let has = |option: &str| arguments.iter().any(|word| word == option);
    let releases = releases::of(Engine::Bgpd);
    let measured: Vec<_> = releases.iter().filter(|release| release.major() >= OLDEST).collect();
    let is_whole = !has("--vrfs") && !has("--commands");
    if is_whole {
        for release in &measured {
            one_neighbor::print(release, routes, !has("--brief"));
            two_neighbors::print(release, routes);
        }
    }
    if is_whole || has("--vrfs") {
        vrfs::print(routes / 10);
    }
    if is_whole || has("--commands") {
        commands::print(measured[0], routes);
    }
}
