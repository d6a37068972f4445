//! What a refresh costs on a router with a full table: the module, and beside it the obvious client, against real
//! releases of bgpd with 1,000,000 routes of which 100,000 carry one of four communities; from one neighbor, and from two
//! that send the same.
//!
//! `cargo bench -p bgp-community-services --bench full_table [-- --routes 1000000] [--brief]` prints the tables, with
//! `--brief` those that do not need the service, which rests for minutes; `-- --vrfs --routes 100000` that of VRFs. `BGPD` and `SUITES` choose other releases, as for
//! the tests.

#![allow(clippy::unwrap_used, missing_docs, reason = "a measurement that fails has nothing to say")]

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
    if arguments.iter().any(|word| word == "--vrfs") {
        return vrfs::print(routes);
    }
    let is_brief = arguments.iter().any(|word| word == "--brief");
    let releases = releases::of(Engine::Bgpd);
    let measured = releases.iter().filter(|release| release.major() >= OLDEST);
    for (index, release) in measured.enumerate() {
        // Of another release only the queries cost something else, not the pauses between them.
        one_neighbor::print(release, routes, index == 0 && !is_brief);
        two_neighbors::print(release, routes);
    }
}
