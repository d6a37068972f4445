//! What each command of an operator costs with so many prefixes in force: itself, and bgpd, beside the obvious client.

use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;

use bgpcs_testing::Speaker;
use bgpcs_testing::releases::Release;

use crate::measure::{cost_of, cost_of_any, median};
use crate::router::Router;

/// How often each command is measured.
const ROUNDS: usize = 3;

/// The size of a full log of changes, less its last change (docs/operator-guide.md).
const FULL_LOG_BYTES: usize = (4 << 20) - 20_000;

/// Prints a table of the commands on a router with so many routes, of which every tenth is in force.
pub fn print(release: &Release, routes: u32) {
    let router = Router::start(release, 1, routes);
    router.configure("any");
    let obvious = cost_of(&router.bgpd, router.obvious());
    cost_of(&router.bgpd, router.module("run"));
    fs::write(router.log_of_changes(), full_log()).unwrap();
    println!("\n{release}, {} prefixes in force of {routes} routes, a full log of changes\n", routes / 10);
    println!(
        "| command | duration | of the obvious refresh | our CPU | bgpd CPU | peak memory |\n\
         | --- | --- | --- | --- | --- | --- |"
    );
    let address = Speaker::prefix(0);
    let address = address.split('/').next().unwrap();
    for words in [
        "run",
        "status",
        "status --json",
        "status --json --brief",
        "metrics",
        "doctor",
        "show",
        "show --json",
        &format!("show {address}"),
        "show 12076:5010",
        &format!("explain {address}"),
        "explain 12076:5010",
        "changes",
        "changes --json",
        &format!("changes {address}"),
        "communities",
        "preview --profile Microsoft-ExpressRoute --timeout 60",
        "report --html -",
    ] {
        let mut words_of = words.split(' ');
        let action = words_of.next().unwrap();
        let rest: Vec<&str> = words_of.collect();
        let cost = || {
            let mut command = router.module(action);
            cost_of_any(&router.bgpd, command.args(&rest).stdout(Stdio::null()))
        };
        let cost = median((0..ROUNDS).map(|_| cost()).collect(), |cost| cost.duration);
        println!(
            "| `{words}` | {:.3} s | {:.1} % | {:.3} s | {:.3} s | {:.1} MB |",
            cost.duration,
            cost.duration / obvious.duration * 100.0,
            cost.ours,
            cost.bgpd,
            cost.peak_bytes as f64 / 1e6
        );
    }
}

/// Changes of one prefix each, as many as a log holds.
fn full_log() -> String {
    let mut log = String::from("{\"version\":1}\n");
    let mut time = 1_700_000_000;
    while log.len() < FULL_LOG_BYTES {
        time += 60;
        let prefix = Speaker::prefix(time % 1000);
        writeln!(
            log,
            "{{\"time\":{time},\"application\":\"12076:5010\",\"prefixes\":25000,\
             \"gained\":{{\"count\":1,\"why\":\"announced\",\"prefixes\":[\"{prefix}\"]}}}}"
        )
        .unwrap();
    }
    log
}
