//! Every kind of community, and which path of a prefix counts.

use bgpcs_testing::Capabilities;

use super::engine::Source;
use super::scenario::{BgpdConfiguration, Scenario};
use super::{ONE, TWO};

const TWO_COMMUNITIES: [(&str, &str); 2] = [("A", "64512:10"), ("B", "64512:20")];

#[test]
fn every_kind() {
    let scenario = Scenario {
        applications: &[
            ("Standard", "64512:10"),
            ("Large", "64512:1:2"),
            ("Greatest", "65535:65535 4294967295:4294967295:4294967295"),
            ("Both", "64512:20 64512:1:3"),
            ("Named", "blackhole"),
            ("Nobody", "64512:99 64512:9:9"),
        ],
        ..Scenario::default()
    };
    scenario.play(&Source::EVERY_PLAIN, |stage| {
        let one = [
            "10.1.0.0/16 64512:10 64512:20",
            "10.2.0.0/16 64512:1:2",
            "10.3.0.0/16",
            "0.0.0.0/0 64512:11",
            "198.51.100.7/32 64512:10 64512:1:2",
            "2001:db8:1::/48 64512:10",
            "2001:db8:2::/48 64512:1:3",
            "10.6.0.0/16 65535:666",
        ];
        let two = [
            "10.1.0.0/16 64512:20",
            "10.4.0.0/15 65535:65535",
            "10.5.0.0/24 64512:10 4294967295:4294967295:4294967295",
            "2001:db8:3::1/128 64512:1:2",
            "::/0 64512:20",
        ];
        stage.connect(ONE, &one);
        stage.connect(TWO, &two);
        stage.expect(
            "the start",
            &[
                ("Standard", "10.1.0.0/16 10.5.0.0/24 198.51.100.7/32 2001:db8:1::/48"),
                ("Large", "10.2.0.0/16 198.51.100.7/32 2001:db8:3::1/128"),
                ("Greatest", "10.4.0.0/15 10.5.0.0/24"),
                ("Both", "10.1.0.0/16 2001:db8:2::/48 ::/0"),
                ("Named", "10.6.0.0/16"),
            ],
        );
        stage.withdraw(ONE, "198.51.100.7/32");
        stage.announce(TWO, "10.4.0.0/15 65535:666");
        stage.announce(TWO, "2001:db8:3::1/128 64512:1:3");
        stage.expect(
            "changes",
            &[
                ("Standard", "10.1.0.0/16 10.5.0.0/24 2001:db8:1::/48"),
                ("Large", "10.2.0.0/16"),
                ("Greatest", "10.5.0.0/24"),
                ("Both", "10.1.0.0/16 2001:db8:2::/48 2001:db8:3::1/128 ::/0"),
                ("Named", "10.4.0.0/15 10.6.0.0/16"),
            ],
        );
    });
}

/// Each name stands for its number. `blackhole` is not among them: some releases of bgpd add `no-export` to it.
#[test]
fn well_known_by_name() {
    const NAMES: [(&str, &str); 14] = [
        ("internet", "internet"),
        ("graceful-shutdown", "graceful-shutdown"),
        ("accept-own", "accept-own"),
        ("route-filter-translated-v4", "route-filter-translated-v4"),
        ("route-filter-v4", "route-filter-v4"),
        ("route-filter-translated-v6", "route-filter-translated-v6"),
        ("route-filter-v6", "route-filter-v6"),
        ("llgr-stale", "llgr-stale"),
        ("no-llgr", "no-llgr"),
        ("accept-own-nexthop", "accept-own-nexthop"),
        ("standby-pe", "standby-pe"),
        ("no-export", "no-export"),
        ("no-advertise", "no-advertise"),
        ("local-AS", "local-AS"),
    ];
    let scenario = Scenario { applications: &NAMES, ..Scenario::default() };
    scenario.play(&Source::PLAIN, |stage| {
        let low =
            ["0:0", "65535:0", "65535:1", "65535:2", "65535:3", "65535:4", "65535:5", "65535:6", "65535:7"];
        let high = ["65535:8", "65535:9", "65535:65281", "65535:65282", "65535:65283"];
        let prefixes: Vec<String> = (1..=NAMES.len()).map(|place| format!("10.{place}.0.0/16")).collect();
        stage.connect(TWO, &["10.100.0.0/16 64512:10"]);
        stage.connect(ONE, &[]);
        for (prefix, number) in prefixes.iter().zip(low.iter().chain(&high)) {
            stage.announce(ONE, &format!("{prefix} {number}"));
        }
        let expected: Vec<_> =
            NAMES.iter().zip(&prefixes).map(|((name, _), prefix)| (*name, prefix.as_str())).collect();
        stage.expect("the start", &expected);
        stage.withdraw(ONE, "10.1.0.0/16");
        stage.expect("the withdrawal of the first", &expected[1..]);
    });
}

#[test]
fn route_targets() {
    let scenario = Scenario {
        applications: &[
            ("Two", "target:64512:77"),
            ("Great", "target:64512:4294967295"),
            ("Four", "target:4200000000:77"),
            ("Address", "target:192.0.2.9:5"),
            ("Standard", "64512:10"),
        ],
        ..Scenario::default()
    };
    // Before 8.0 bgpd shows route targets for one prefix at a time, so the module refuses those of a large table.
    scenario.play_where(
        &[Source::Bgpd, Source::LargeBgpd, Source::Gobgp, Source::ExaBgp, Source::Bagpipe],
        |source, major| source != Source::LargeBgpd || major >= 8,
        |stage| {
            let one = [
                "10.1.0.0/16 target:64512:77 64512:10",
                "10.4.0.0/16 target:4200000000:77",
                "10.2.0.0/16 target:192.0.2.9:5",
                "10.3.0.0/16 origin:64512:77 target:64512:78",
                "2001:db8:1::/48 target:4200000000:77",
            ];
            stage.connect(ONE, &one);
            stage
                .connect(TWO, &["10.2.0.0/16 target:64512:4294967295", "2001:db8:2::/48 target:192.0.2.9:5"]);
            stage.expect(
                "the start",
                &[
                    ("Two", "10.1.0.0/16"),
                    ("Great", "10.2.0.0/16"),
                    ("Four", "10.4.0.0/16 2001:db8:1::/48"),
                    ("Address", "10.2.0.0/16 2001:db8:2::/48"),
                    ("Standard", "10.1.0.0/16"),
                ],
            );
            stage.announce(ONE, "10.3.0.0/16 target:64512:77");
            stage.announce(ONE, "10.1.0.0/16 64512:10");
            stage.withdraw(TWO, "2001:db8:2::/48");
            stage.expect(
                "changes",
                &[
                    ("Two", "10.3.0.0/16"),
                    ("Great", "10.2.0.0/16"),
                    ("Four", "10.4.0.0/16 2001:db8:1::/48"),
                    ("Address", "10.2.0.0/16"),
                    ("Standard", "10.1.0.0/16"),
                ],
            );
        },
    );
}

#[test]
fn single_changes() {
    let scenario = Scenario { applications: &TWO_COMMUNITIES, ..Scenario::default() };
    scenario.play(&Source::EVERY_PLAIN, |stage| {
        stage.connect(ONE, &["10.1.0.0/16 64512:10", "10.2.0.0/16", "2001:db8:1::/48 64512:10"]);
        stage.connect(TWO, &["10.9.0.0/16 64512:20"]);
        stage.expect("the start", &[("A", "10.1.0.0/16 2001:db8:1::/48"), ("B", "10.9.0.0/16")]);

        stage.announce(ONE, "10.2.0.0/16 64512:10");
        stage.expect(
            "a community added",
            &[("A", "10.1.0.0/16 10.2.0.0/16 2001:db8:1::/48"), ("B", "10.9.0.0/16")],
        );
        stage.announce(ONE, "10.1.0.0/16 64512:20");
        stage.expect(
            "a community changed",
            &[("A", "10.2.0.0/16 2001:db8:1::/48"), ("B", "10.1.0.0/16 10.9.0.0/16")],
        );
        stage.announce(ONE, "10.1.0.0/16 64512:20");
        stage.withdraw(TWO, "10.77.0.0/16");
        stage.announce(ONE, "2001:db8:1::/48 64512:10 64512:20");
        stage.expect(
            "a change of IPv6, and two messages that change nothing",
            &[("A", "10.2.0.0/16 2001:db8:1::/48"), ("B", "10.1.0.0/16 10.9.0.0/16 2001:db8:1::/48")],
        );
        stage.announce(ONE, "10.2.0.0/16");
        stage.expect(
            "a community removed",
            &[("A", "2001:db8:1::/48"), ("B", "10.1.0.0/16 10.9.0.0/16 2001:db8:1::/48")],
        );
        stage.withdraw(ONE, "10.1.0.0/16");
        stage.expect("a withdrawal", &[("A", "2001:db8:1::/48"), ("B", "10.9.0.0/16 2001:db8:1::/48")]);
        stage.withdraw(ONE, "2001:db8:1::/48");
        stage.expect("a withdrawal of IPv6", &[("B", "10.9.0.0/16")]);
        stage.withdraw(TWO, "10.9.0.0/16");
        stage.expect("the withdrawal of the last one", &[]);
    });
}

/// With one session every path is the only one of its prefix, so that changes are followed whichever paths count.
#[test]
fn changes_in_the_large_table_of_one_neighbor() {
    for path_selection in ["any", "best"] {
        let scenario = Scenario {
            applications: &[("A", "64512:10"), ("B", "64512:20"), ("Large", "64512:1:2")],
            path_selection,
            ..Scenario::default()
        };
        scenario.play(&[Source::Bgpd], |stage| {
            stage.connect(ONE, &["10.1.0.0/16 64512:10", "10.2.0.0/16", "2001:db8:1::/48 64512:10"]);
            stage.enlarge(ONE);
            stage.expect("the start", &[("A", "10.1.0.0/16 2001:db8:1::/48")]);
            stage.announce(ONE, "10.2.0.0/16 64512:1:2 64512:20");
            stage.expect(
                "communities added",
                &[("A", "10.1.0.0/16 2001:db8:1::/48"), ("B", "10.2.0.0/16"), ("Large", "10.2.0.0/16")],
            );
            stage.announce(ONE, "10.1.0.0/16 64512:20");
            stage.announce(ONE, "10.3.0.0/16 64512:10");
            stage.expect(
                "a change and a new prefix",
                &[
                    ("A", "10.3.0.0/16 2001:db8:1::/48"),
                    ("B", "10.1.0.0/16 10.2.0.0/16"),
                    ("Large", "10.2.0.0/16"),
                ],
            );
            stage.withdraw(ONE, "10.3.0.0/16");
            stage.announce(ONE, "10.2.0.0/16 64512:1:2");
            stage.expect(
                "a withdrawal, and a community removed",
                &[("A", "2001:db8:1::/48"), ("B", "10.1.0.0/16"), ("Large", "10.2.0.0/16")],
            );
        });
    }
}

#[test]
fn any_path_of_two_neighbors() {
    let scenario = Scenario { applications: &TWO_COMMUNITIES, ..Scenario::default() };
    scenario.play(&[Source::Bgpd, Source::LargeBgpd, Source::Gobgp, Source::ExaBgp], |stage| {
        stage.connect(ONE, &["10.1.0.0/16 64512:10", "10.2.0.0/16 64512:10", "2001:db8:1::/48 64512:10"]);
        stage.connect(TWO, &["10.1.0.0/16 path=1,2 64512:20", "2001:db8:1::/48 path=1,2 64512:20"]);
        stage.expect(
            "the start",
            &[("A", "10.1.0.0/16 10.2.0.0/16 2001:db8:1::/48"), ("B", "10.1.0.0/16 2001:db8:1::/48")],
        );
        stage.announce(TWO, "10.2.0.0/16 path=1,2 64512:20");
        stage.expect(
            "a second path",
            &[
                ("A", "10.1.0.0/16 10.2.0.0/16 2001:db8:1::/48"),
                ("B", "10.1.0.0/16 10.2.0.0/16 2001:db8:1::/48"),
            ],
        );
        stage.announce(TWO, "10.1.0.0/16 path=1,2");
        stage.expect(
            "a path that is not the best without the community",
            &[("A", "10.1.0.0/16 10.2.0.0/16 2001:db8:1::/48"), ("B", "10.2.0.0/16 2001:db8:1::/48")],
        );
        stage.announce(ONE, "2001:db8:1::/48");
        stage.withdraw(TWO, "10.2.0.0/16");
        stage.expect("changes of both", &[("A", "10.1.0.0/16 10.2.0.0/16"), ("B", "2001:db8:1::/48")]);
        stage.withdraw(ONE, "10.1.0.0/16");
        stage.expect("the best path withdrawn", &[("A", "10.2.0.0/16"), ("B", "2001:db8:1::/48")]);
    });
}

#[test]
fn best_path_of_two_neighbors() {
    let scenario = Scenario { applications: &TWO_COMMUNITIES, path_selection: "best", ..Scenario::default() };
    scenario.play(&Source::CHOOSING, |stage| {
        stage.connect(
            ONE,
            &["10.1.0.0/16 64512:10", "10.2.0.0/16 path=3 64512:10", "2001:db8:1::/48 64512:10"],
        );
        stage.connect(TWO, &["10.1.0.0/16 path=1,2 64512:20", "2001:db8:1::/48 path=1,2 64512:20"]);
        stage.expect("the start", &[("A", "10.1.0.0/16 10.2.0.0/16 2001:db8:1::/48")]);
        stage.announce(TWO, "10.2.0.0/16 64512:20");
        stage.expect("a better path", &[("A", "10.1.0.0/16 2001:db8:1::/48"), ("B", "10.2.0.0/16")]);
        stage.announce(TWO, "10.1.0.0/16 path=1,2 64512:10");
        stage.announce(ONE, "10.1.0.0/16");
        stage.expect(
            "the community on the other path only",
            &[("A", "2001:db8:1::/48"), ("B", "10.2.0.0/16")],
        );
        stage.withdraw(ONE, "10.1.0.0/16");
        stage.withdraw(ONE, "2001:db8:1::/48");
        stage.expect(
            "the best paths withdrawn",
            &[("A", "10.1.0.0/16"), ("B", "10.2.0.0/16 2001:db8:1::/48")],
        );
        stage.withdraw(TWO, "10.2.0.0/16");
        stage.expect(
            "the better path withdrawn",
            &[("A", "10.1.0.0/16 10.2.0.0/16"), ("B", "2001:db8:1::/48")],
        );
    });
}

/// RFC 7911: several paths of a prefix from one neighbor.
#[test]
fn add_path() {
    for path_selection in ["any", "best"] {
        let every = |a: &'static str| if path_selection == "any" { a } else { "" };
        let scenario = Scenario { applications: &TWO_COMMUNITIES, path_selection, ..Scenario::default() };
        scenario.play(&Source::CHOOSING, |stage| {
            let capabilities = Capabilities { add_path: true, ..Capabilities::default() };
            let routes = [
                "10.1.0.0/16 id=1 64512:10",
                "10.1.0.0/16 id=2 path=1,2 64512:20",
                "2001:db8:1::/48 id=1 64512:10",
                "2001:db8:1::/48 id=2 path=1,2 64512:20",
            ];
            stage.connect_as(ONE, &capabilities, &routes);
            stage.of(ONE).end_of_rib();
            stage.connect(TWO, &["10.9.0.0/16 64512:20"]);
            let both = "10.1.0.0/16 10.9.0.0/16 2001:db8:1::/48";
            let other = if path_selection == "any" { both } else { "10.9.0.0/16" };
            stage.expect("the start", &[("A", "10.1.0.0/16 2001:db8:1::/48"), ("B", other)]);
            stage.withdraw(ONE, "10.1.0.0/16 id=1");
            let other = if path_selection == "any" { both } else { "10.1.0.0/16 10.9.0.0/16" };
            stage.expect("the first path withdrawn", &[("A", "2001:db8:1::/48"), ("B", other)]);
            stage.announce(ONE, "2001:db8:1::/48 id=2 path=1,2");
            stage.expect(
                "the community gone from the second path",
                &[("A", "2001:db8:1::/48"), ("B", "10.1.0.0/16 10.9.0.0/16")],
            );
            stage.announce(ONE, "10.1.0.0/16 id=3 path=1,2,3 64512:10");
            let third = ["2001:db8:1::/48 ", every("10.1.0.0/16")].concat();
            stage.expect("a third path", &[("A", &third), ("B", "10.1.0.0/16 10.9.0.0/16")]);
        });
    }
}

/// Of paths that share the load, the best one is the one that counts as such.
#[test]
fn multipath() {
    for path_selection in ["any", "best"] {
        let scenario = Scenario {
            applications: &TWO_COMMUNITIES,
            path_selection,
            bgpd: BgpdConfiguration::And(
                " exit-address-family\n bgp bestpath as-path multipath-relax\n address-family ipv4 unicast\n  \
                 maximum-paths 4\n",
            ),
            ..Scenario::default()
        };
        let every = |a: &'static str| if path_selection == "any" { a } else { "" };
        scenario.play(&[Source::Bgpd, Source::LargeBgpd], |stage| {
            stage.connect(ONE, &["10.1.0.0/16 64512:10", "10.2.0.0/16 64512:10"]);
            stage.expect("the start", &[("A", "10.1.0.0/16 10.2.0.0/16")]);
            stage.connect(TWO, &["10.1.0.0/16 64512:20", "10.2.0.0/16 64512:10"]);
            stage.expect("an equal path", &[("A", "10.1.0.0/16 10.2.0.0/16"), ("B", every("10.1.0.0/16"))]);
            stage.withdraw(ONE, "10.1.0.0/16");
            stage.withdraw(ONE, "10.2.0.0/16");
            stage.expect("the best path withdrawn", &[("A", "10.2.0.0/16"), ("B", "10.1.0.0/16")]);
        });
    }
}
