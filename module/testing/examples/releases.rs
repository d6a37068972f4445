//! Brings the routing engines of the suites that are named, of those that gate by default.

use std::path::Path;
use std::process::ExitCode;

use bgpcs_testing::releases::{Suite, prepare};

fn main() -> ExitCode {
    let named: Vec<Suite> = std::env::args().skip(1).filter_map(|name| Suite::named(&name)).collect();
    let suites = if named.is_empty() { Suite::GATING.to_vec() } else { named };
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    match prepare(&target, &suites, std::env::var_os("OFFLINE").is_some()) {
        Ok(prepared) => {
            prepared.releases.iter().for_each(|release| println!("{release}"));
            prepared.missing.iter().for_each(|error| eprintln!("{error}"));
            if prepared.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
