//! One neighbor with the whole table: what each kind of run costs, and the service.

use bgpcs_testing::Speaker;
use bgpcs_testing::releases::Release;

use crate::measure::{Cost, RUNS, blocked_by, cost_of, median};
use crate::router::{IN_USE, NOT_IN_USE, Router};
use crate::service::Service;

/// What happens before each kind of run, by the number of a round: the module forgets all, nothing, a route comes and goes.
///
/// Each round has every kind, and the obvious method, since a machine that others use too becomes faster and slower.
const PREPARATIONS: [fn(&mut Router, u32); 4] = [
    |router, _| router.configure("any"),
    |_, _| {},
    |router, round| router.announce(0, round),
    |router, round| router.withdraw(0, round),
];

/// Measures each kind of run, and the service where that is wanted, and prints the figures.
pub fn print(release: &Release, routes: u32, with_service: bool) {
    let mut router = Router::start(release, 1, routes);
    println!(
        "\n{release}, {routes} routes of one neighbor, 42 communities, 4 of them in use by {} routes\n",
        routes / 10
    );
    router.configure("any");
    print_commands(&router);
    let blocked_by_obvious = blocked_by(&router.bgpd, router.obvious());
    let blocked_by_module = blocked_by(&router.bgpd, router.module("run"));
    let mut obvious = Vec::new();
    let mut of_module: [Vec<Cost>; PREPARATIONS.len()] = Default::default();
    for round in 1..=RUNS {
        obvious.push(cost_of(&router.bgpd, router.obvious()));
        for (prepare, costs) in PREPARATIONS.iter().zip(&mut of_module) {
            prepare(&mut router, round);
            costs.push(cost_of(&router.bgpd, router.module("run")));
        }
    }
    let in_the_middle = |costs| median(costs, |cost: &Cost| cost.bgpd);
    let [first, unchanged, announced, withdrawn] = of_module.map(in_the_middle);
    let obvious = in_the_middle(obvious);

    println!("\n| figure | obvious method | module | ratio | target |\n| --- | --- | --- | --- | --- |");
    let row = |figure: &str, obvious: f64, module: f64, target: &str| {
        let percent = module / obvious * 100.0;
        println!("| {figure} | {obvious:.3} s | {module:.3} s | {percent:.1} % | {target} |");
    };
    row("bgpd CPU, nothing changed", obvious.bgpd, unchanged.bgpd, "0.010 s");
    row("bgpd CPU, first refresh", obvious.bgpd, first.bgpd, "10 %");
    row("bgpd CPU, a route announced", obvious.bgpd, announced.bgpd, "3 %");
    row("bgpd CPU, a route withdrawn", obvious.bgpd, withdrawn.bgpd, "10 %");
    row("longest time bgpd is blocked", blocked_by_obvious, blocked_by_module, "one query");
    row("our CPU, first refresh", obvious.ours, first.ours, "0.200 s");
    row("our CPU, a route announced", obvious.ours, announced.ours, "0.200 s");
    row("our CPU, a route withdrawn", obvious.ours, withdrawn.ours, "0.200 s");
    row("our CPU, nothing changed", obvious.ours, unchanged.ours, "");
    let megabytes = |cost: &Cost| cost.peak_bytes as f64 / 1e6;
    let largest = megabytes(&announced).max(megabytes(&withdrawn)).max(megabytes(&first));
    println!(
        "| our peak memory | {:.1} MB | {largest:.1} MB | {:.1} % | 24 MB |",
        megabytes(&obvious),
        largest / megabytes(&obvious) * 100.0
    );
    row("duration, a route announced", obvious.duration, announced.duration, "");
    row("duration, a route withdrawn", obvious.duration, withdrawn.duration, "");
    if !with_service {
        return;
    }
    let service = Service::measure(&mut router, announced.duration, withdrawn.duration);
    // The obvious method refreshes once a minute.
    row("announcement to file, service mode", 60.0, service.announcement, "2 s");
    row("withdrawal to file, service mode", 60.0, service.withdrawal, "2 s");
    row("bgpd CPU per minute, service mode, at rest", obvious.bgpd, service.at_rest * 60.0, "");
    row("the same, five changes a second", obvious.bgpd, service.under_churn * 60.0, "");
}

/// What bgpd pays for each kind of command.
fn print_commands(router: &Router) {
    println!("| command | bgpd CPU | bytes |\n| --- | --- | --- |");
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
        let before = router.bgpd.processor_seconds();
        let bytes = router.bgpd.show(&command).len();
        println!("| `{command}` | {:.4} s | {bytes} |", router.bgpd.processor_seconds() - before);
    }
}
