//! Two neighbors with the same whole table, as ExpressRoute is always connected.

use bgpcs_testing::releases::Release;

use crate::measure::{cost_of, median};
use crate::router::Router;

/// The neighbor whose paths are the best, since it sent them first, and the other one.
const BEST: usize = 0;
const OTHER: usize = 1;

/// How often each change is measured.
const ROUNDS: u32 = 3;

/// A change of the routes beyond the table, by the number of a round.
type Change = fn(&mut Router, u32);

/// In this order each finds what those before left, and the last one leaves nothing.
const CHANGES: [(&str, Change); 7] = [
    ("nothing changed", |_, _| {}),
    ("announced by one", |router, round| router.announce(BEST, 2 * round)),
    ("then announced by the other", |router, round| router.announce(OTHER, 2 * round)),
    ("announced by both", |router, round| {
        router.announce(BEST, 2 * round + 1);
        router.announce(OTHER, 2 * round + 1);
    }),
    ("withdrawn by one, its path was the best", |router, round| router.withdraw(BEST, 2 * round)),
    ("then withdrawn by the other", |router, round| router.withdraw(OTHER, 2 * round)),
    ("withdrawn by both", |router, round| {
        router.withdraw(OTHER, 2 * round + 1);
        router.withdraw(BEST, 2 * round + 1);
    }),
];

/// Measures every change with either path selection, and prints what it costs bgpd.
pub fn print(release: &Release, routes: u32) {
    let mut router = Router::start(release, 2, routes);
    println!("\n{release}, {routes} routes, the same of two neighbors\n");
    // A machine that others use too becomes faster and slower meanwhile: before, in the middle and after.
    let mut obvious = vec![cost_of(&router.bgpd, router.obvious()).bgpd];
    let [any, best] = ["any", "best"].map(|path_selection| {
        let first = (0..ROUNDS).map(|_| {
            router.configure(path_selection);
            cost_of(&router.bgpd, router.module("run")).bgpd
        });
        let first = median(first.collect(), |cost| *cost);
        let mut costs: Vec<Vec<f64>> = vec![Vec::new(); CHANGES.len()];
        for round in 1..=ROUNDS {
            for ((_, change), costs) in CHANGES.iter().zip(&mut costs) {
                change(&mut router, round);
                costs.push(cost_of(&router.bgpd, router.module("run")).bgpd);
            }
        }
        obvious.push(cost_of(&router.bgpd, router.obvious()).bgpd);
        let medians = costs.into_iter().map(|costs| median(costs, |cost| *cost));
        std::iter::once(first).chain(medians).collect::<Vec<f64>>()
    });
    let obvious = median(obvious, |cost| *cost);
    println!(
        "| bgpd CPU | obvious method | `any` | ratio | `best` | ratio |\n| --- | --- | --- | --- | --- | --- |"
    );
    let figures = std::iter::once("first refresh").chain(CHANGES.iter().map(|(figure, _)| *figure));
    for ((figure, any), best) in figures.zip(any).zip(best) {
        let [ratio_of_any, ratio_of_best] = [any, best].map(|cost| cost / obvious * 100.0);
        println!(
            "| {figure} | {obvious:.3} s | {any:.3} s | {ratio_of_any:.1} % | {best:.3} s | {ratio_of_best:.1} % |"
        );
    }
}
