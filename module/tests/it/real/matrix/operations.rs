//! What else goes on in an engine: names, aliases, dampening, routes of its own, no BGP at all, and churn.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use bgpcs_testing::{Bgpd, Capabilities};

use super::engine::Source;
use super::scenario::{BgpdConfiguration, Scenario};
use super::sessions::NO_SESSION;
use super::stage::Stage;
use super::{ONE, TWO};

const TWO_COMMUNITIES: [(&str, &str); 2] = [("A", "64512:10"), ("B", "64512:20")];

/// Since 8.0.
fn has_aliases(_: Source, major: u32) -> bool {
    major >= 8
}

/// An alias takes the number's place in what bgpd prints, also one that reads as another community.
#[test]
fn aliases() {
    let mut scenario = Scenario {
        applications: &[
            ("Plain", "64512:10"),
            ("Twenty", "64512:20"),
            ("Thirty", "64512:30"),
            ("Blackhole", "blackhole"),
            ("Forty", "64512:40"),
            ("Large", "64512:1:2"),
            ("Target", "target:64512:77"),
        ],
        bgpd: BgpdConfiguration::And(
            " exit-address-family\nexit\nbgp community alias 64512:10 exchange\nbgp community alias 64512:30 64512:20\n\
             bgp community alias 64512:40 blackhole\nbgp community alias 64512:1:2 64512:9:9\n",
        ),
        ..Scenario::default()
    };
    let script = |stage: &mut Stage<'_>| {
        let routes = [
            "10.1.0.0/16 64512:10",
            "10.2.0.0/16 64512:20",
            "10.3.0.0/16 64512:30",
            "10.4.0.0/16 64512:40",
            "10.5.0.0/16 64512:1:2",
            "10.6.0.0/16 target:64512:77 64512:30",
        ];
        stage.connect(TWO, &["10.9.0.0/16 65535:666", "2001:db8:9::/48"]);
        stage.connect(ONE, &routes);
        stage.expect(
            "the start",
            &[
                ("Plain", "10.1.0.0/16"),
                ("Twenty", "10.2.0.0/16"),
                ("Thirty", "10.3.0.0/16 10.6.0.0/16"),
                ("Blackhole", "10.9.0.0/16"),
                ("Forty", "10.4.0.0/16"),
                ("Large", "10.5.0.0/16"),
                ("Target", "10.6.0.0/16"),
            ],
        );
        stage.announce(ONE, "10.1.0.0/16 64512:30");
        stage.announce(ONE, "10.2.0.0/16 64512:10");
        stage.withdraw(TWO, "10.9.0.0/16");
        stage.expect(
            "changes",
            &[
                ("Plain", "10.2.0.0/16"),
                ("Thirty", "10.1.0.0/16 10.3.0.0/16 10.6.0.0/16"),
                ("Forty", "10.4.0.0/16"),
                ("Large", "10.5.0.0/16"),
                ("Target", "10.6.0.0/16"),
            ],
        );
        stage.announce(ONE, "10.4.0.0/16 65535:666");
        stage.announce(ONE, "10.3.0.0/16 64512:20");
        stage.expect(
            "what the aliases read as",
            &[
                ("Plain", "10.2.0.0/16"),
                ("Twenty", "10.3.0.0/16"),
                ("Thirty", "10.1.0.0/16 10.6.0.0/16"),
                ("Blackhole", "10.4.0.0/16"),
                ("Large", "10.5.0.0/16"),
                ("Target", "10.6.0.0/16"),
            ],
        );
    };
    scenario.play_where(&[Source::Bgpd, Source::LargeBgpd], has_aliases, script);
    scenario.path_selection = "best";
    scenario.play_where(&[Source::LargeBgpd], has_aliases, script);
}

/// Where each alias reads as a community, nothing but the configuration tells that it is none.
#[test]
fn aliases_that_read_as_communities() {
    let mut scenario = Scenario {
        applications: &[
            ("Twenty", "64512:20"),
            ("Thirty", "64512:30"),
            ("Blackhole", "blackhole"),
            ("Forty", "64512:40"),
            ("Large", "64512:1:2"),
            ("Nine", "64512:9:9"),
        ],
        bgpd: BgpdConfiguration::And(
            " exit-address-family\nexit\nbgp community alias 64512:30 64512:20\n\
             bgp community alias 64512:40 blackhole\nbgp community alias 64512:1:2 64512:9:9\n",
        ),
        ..Scenario::default()
    };
    let script = |stage: &mut Stage<'_>| {
        stage.connect(TWO, &["10.9.0.0/16", "2001:db8:9::/48"]);
        stage.connect(ONE, &["10.1.0.0/16 64512:30", "10.2.0.0/16 64512:40", "10.3.0.0/16 64512:1:2"]);
        stage.expect(
            "the start",
            &[("Thirty", "10.1.0.0/16"), ("Forty", "10.2.0.0/16"), ("Large", "10.3.0.0/16")],
        );
        stage.announce(ONE, "10.2.0.0/16 64512:30");
        stage.expect("a change", &[("Thirty", "10.1.0.0/16 10.2.0.0/16"), ("Large", "10.3.0.0/16")]);
        stage.announce(TWO, "10.9.0.0/16 64512:1:2 64512:20");
        stage.expect(
            "what an alias reads as",
            &[
                ("Thirty", "10.1.0.0/16 10.2.0.0/16"),
                ("Twenty", "10.9.0.0/16"),
                ("Large", "10.3.0.0/16 10.9.0.0/16"),
            ],
        );
    };
    scenario.play_where(&[Source::Bgpd, Source::LargeBgpd], has_aliases, script);
    scenario.path_selection = "best";
    scenario.play_where(&[Source::LargeBgpd], has_aliases, script);
}

/// RFC 2439: a route that came and went too often is not used, and does not count until it is.
#[test]
fn dampening() {
    for path_selection in ["any", "best"] {
        let scenario = Scenario {
            applications: &TWO_COMMUNITIES,
            path_selection,
            bgpd: BgpdConfiguration::And(
                " exit-address-family\n address-family ipv4 unicast\n  bgp dampening 15 750 2000 60\n",
            ),
            ..Scenario::default()
        };
        scenario.play(&[Source::Bgpd, Source::LargeBgpd], |stage| {
            stage.connect(ONE, &["10.1.0.0/16 64512:10", "10.2.0.0/16 64512:10", "10.3.0.0/16 64512:20"]);
            stage.connect(TWO, &["10.2.0.0/16 path=1,2 64512:20"]);
            let every = if path_selection == "any" { "10.2.0.0/16 10.3.0.0/16" } else { "10.3.0.0/16" };
            stage.expect("the start", &[("A", "10.1.0.0/16 10.2.0.0/16"), ("B", every)]);
            for _ in 0..4 {
                for prefix in ["10.2.0.0/16", "10.3.0.0/16"] {
                    stage.withdraw(ONE, prefix);
                    stage.announce(ONE, &format!("{prefix} 64512:10"));
                }
            }
            stage.expect("much coming and going", &[("A", "10.1.0.0/16"), ("B", "10.2.0.0/16")]);
        });
    }
}

/// A neighbor's name is any bytes, here Latin-1, and engines print them as they are.
#[test]
fn host_name_in_latin_1() {
    let mut scenario = Scenario {
        applications: &TWO_COMMUNITIES,
        bgpd: BgpdConfiguration::And(
            " exit-address-family\n bgp default show-hostname\n bgp default show-nexthop-hostname\n",
        ),
        ..Scenario::default()
    };
    // gobgpd ends with a panic from 3 on, when it is asked for the neighbor, and ExaBGP 5 refuses the session.
    let bears_it = |source, major| match source {
        Source::Bgpd | Source::LargeBgpd | Source::Bagpipe => true,
        Source::Gobgp | Source::GobgpAdjIn => major < 3,
        Source::ExaBgp => major < 5,
    };
    let script = |stage: &mut Stage<'_>| {
        let host_name = Some(b"rtr-Z\xfcrich".to_vec());
        let capabilities = Capabilities { host_name, ..Capabilities::default() };
        stage.connect_as(ONE, &capabilities, &["10.1.0.0/16 64512:10", "2001:db8:1::/48 64512:10"]);
        stage.of(ONE).end_of_rib();
        stage.connect(TWO, &["10.9.0.0/16 64512:20"]);
        stage.expect("the start", &[("A", "10.1.0.0/16 2001:db8:1::/48"), ("B", "10.9.0.0/16")]);
        stage.announce(ONE, "2001:db8:1::/48 64512:20");
        stage.announce(ONE, "10.2.0.0/16 64512:10");
        stage.expect("changes", &[("A", "10.1.0.0/16 10.2.0.0/16"), ("B", "10.9.0.0/16 2001:db8:1::/48")]);
        stage.lose(ONE);
        let of_two = [("B", "10.9.0.0/16")];
        stage.expect("its loss", &of_two);
        stage.connect_as(ONE, &capabilities, &["10.1.0.0/16 64512:10"]);
        stage.of(ONE).end_of_rib();
        stage.lose(TWO);
        stage.expect("the loss of the other", &[("A", "10.1.0.0/16")]);
        if stage.has_no_third_neighbor() {
            stage.lose(ONE);
            stage.expect_held("the loss of both", &[("A", "10.1.0.0/16")], NO_SESSION);
        }
    };
    scenario.play_where(&Source::EVERY_PLAIN, bears_it, script);
    scenario.path_selection = "best";
    scenario.play(&[Source::LargeBgpd], script);
}

/// Without BGP there is no answer; once it is configured there is, and it is noticed when it is removed and configured anew
/// before anybody asked.
#[test]
fn bgp_configured_late_and_again() {
    let scenario =
        Scenario { applications: &TWO_COMMUNITIES, bgpd: BgpdConfiguration::Only(""), ..Scenario::default() };
    scenario.play(&[Source::Bgpd], |stage| {
        stage.expect_held("a start without BGP", &[], "AttributeError: ");
        let configuration = Bgpd::configuration(&[ONE, TWO]);
        stage.daemon.bgpd().configure(&configuration);
        stage.connect(ONE, &["10.1.0.0/16 64512:10", "2001:db8:1::/48 64512:10"]);
        stage.connect(TWO, &["10.2.0.0/16 64512:20"]);
        stage.expect("BGP configured", &[("A", "10.1.0.0/16 2001:db8:1::/48"), ("B", "10.2.0.0/16")]);
        stage.daemon.bgpd().configure(&format!("no router bgp 64512\n{configuration}"));
        stage.break_off(ONE);
        stage.break_off(TWO);
        stage.connect(ONE, &["10.1.0.0/16 64512:20", "2001:db8:1::/48 64512:20"]);
        stage.connect(TWO, &["10.2.0.0/16 64512:10"]);
        stage.expect("BGP configured anew", &[("A", "10.2.0.0/16"), ("B", "10.1.0.0/16 2001:db8:1::/48")]);
        stage.daemon.bgpd().configure("no router bgp 64512");
        stage.break_off(ONE);
        stage.break_off(TWO);
        let last = [("A", "10.2.0.0/16"), ("B", "10.1.0.0/16 2001:db8:1::/48")];
        stage.expect_held("BGP removed", &last, "AttributeError: ");
    });
}

/// Routes of bgpd's own in a family that no neighbor has: its table has no version by which a change could be told.
#[test]
fn local_routes_in_a_family_without_neighbors() {
    let scenario = Scenario {
        applications: &TWO_COMMUNITIES,
        bgpd: BgpdConfiguration::Only(
            "router bgp 64512\n bgp router-id 192.0.2.1\n no bgp ebgp-requires-policy\n no bgp network import-check\n \
             no bgp default ipv4-unicast\n neighbor 127.0.0.2 remote-as 64513\n neighbor 127.0.0.2 passive\n \
             neighbor 127.0.0.2 disable-connected-check\n neighbor 127.0.0.2 ebgp-multihop 255\n \
             address-family ipv4 unicast\n  network 10.1.0.0/16 route-map OURS\n  network 10.2.0.0/16\n \
             exit-address-family\n address-family ipv6 unicast\n  neighbor 127.0.0.2 activate\n exit-address-family\nexit\n\
             bgp route-map delay-timer 1\nroute-map OURS permit 10\n set community 64512:10\n",
        ),
        ..Scenario::default()
    };
    scenario.play(&[Source::Bgpd], |stage| {
        stage.connect(ONE, &["2001:db8:1::/48 64512:20"]);
        stage.expect("the start", &[("A", "10.1.0.0/16"), ("B", "2001:db8:1::/48")]);
        stage.daemon.bgpd().configure("route-map OURS permit 10\nset community 64512:20");
        stage.expect("another community", &[("B", "10.1.0.0/16 2001:db8:1::/48")]);
        let within = "router bgp 64512\naddress-family ipv4 unicast\n";
        stage.daemon.bgpd().configure(&format!("{within}network 10.2.0.0/16 route-map OURS"));
        stage.expect("a route with the community", &[("B", "10.1.0.0/16 10.2.0.0/16 2001:db8:1::/48")]);
        stage.daemon.bgpd().configure(&format!("{within}no network 10.1.0.0/16"));
        stage.expect("a route removed", &[("B", "10.2.0.0/16 2001:db8:1::/48")]);
    });
}

/// Many changes in a short time, while modules ask: in the end each has what there is.
#[test]
fn churn() {
    let scenario = Scenario { applications: &TWO_COMMUNITIES, ..Scenario::default() };
    let sources = [Source::Bgpd, Source::LargeBgpd, Source::Gobgp, Source::ExaBgp];
    scenario.play(&sources, |stage| {
        churns(stage, |of_one, of_two| of_one.into_iter().chain(of_two).collect());
    });
}

/// The same where the paths of the first neighbor are the best.
#[test]
fn churn_of_best_paths() {
    let scenario = Scenario { applications: &TWO_COMMUNITIES, path_selection: "best", ..Scenario::default() };
    scenario.play(&[Source::LargeBgpd], |stage| {
        churns(stage, |of_one, of_two| of_one.or(of_two).into_iter().collect());
    });
}

/// Plays it; `counting` gives those communities of a prefix's paths, of one neighbor and of the other, that count.
fn churns<'c>(stage: &mut Stage<'_>, counting: impl Fn(Option<&'c str>, Option<&'c str>) -> Vec<&'c str>) {
    stage.connect(ONE, &[]);
    stage.connect(TWO, &[]);
    let mut carried: BTreeMap<String, [Option<&str>; 2]> = BTreeMap::new();
    // The same sequence each time (Park and Miller's generator).
    let mut random = 20_260_726_u64;
    let mut below = |bound: u64| {
        random = random * 48_271 % 2_147_483_647;
        random % bound
    };
    for _ in 0..3 {
        for _ in 0..400 {
            let (peer, path) = if below(2) == 0 { (ONE, "") } else { (TWO, "path=1,2") };
            let prefix = match below(2) {
                0 => format!("10.{}.0.0/16", below(40)),
                _ => format!("2001:db8:{}::/48", 1 + below(9)),
            };
            let community =
                [Some("64512:10"), Some("64512:20"), Some(""), None][usize::try_from(below(4)).unwrap()];
            match community {
                Some(community) => stage.announce(peer, &format!("{prefix} {path} {community}")),
                None => stage.withdraw(peer, &prefix),
            }
            carried.entry(prefix).or_default()[usize::from(peer.0) - 1] = community;
            sleep(Duration::from_millis(2));
        }
        let with = |community: &str| {
            let those = carried.iter().filter(|(_, [one, two])| counting(*one, *two).contains(&community));
            those.map(|(prefix, _)| prefix.as_str()).collect::<Vec<_>>().join(" ")
        };
        stage.expect("churn", &[("A", &with("64512:10")), ("B", &with("64512:20"))]);
    }
}
