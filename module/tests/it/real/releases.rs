//! The releases of the routing engines that the other tests run on.

use bgpcs_testing::releases::{self, Engine, Suite};

/// Each suite has its own release of each engine, of the line that it is there for.
#[test]
fn one_of_each_line() {
    for engine in Engine::ALL {
        let releases = releases::of(engine);
        for release in &releases {
            println!("{release}");
        }
        let lines = Suite::GATING.map(|suite| suite.line(engine));
        let newest = (engine == Engine::ExaBgp).then_some("5");
        if ["SUITES", "BGPD", "OFFLINE"].iter().all(|name| std::env::var_os(name).is_none()) {
            for line in lines.into_iter().flatten().chain(newest) {
                assert!(releases.iter().any(|release| release.is_of_line(line)), "{engine:?} {line}");
            }
        }
    }
}
