//! Changes of a large table are followed without a full refresh, and the output file is the same as after
//! one.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;

use bgp_community_services::prefix::{Family, Prefix};
use bgpcs_testing::{ExaBgp, Speaker, eventually};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::router::{ONE, Router, THREE, TWO};

#[test]
fn changes_of_best_paths() {
    let router = Router::new("best");
    let _one = router.connect(ONE);
    let mut two = ExaBgp::start(TWO, &router.bgpd, &["10.1.0.0/16 community [ 12076:5010 ]"]);
    let mut three = ExaBgp::start(THREE, &router.bgpd, &["10.3.0.0/16"]);
    router.bgpd.await_received(TWO, 1);
    router.bgpd.await_received(THREE, 1);
    let with_others = |expected: &str| {
        let (exchange, share_point) = expected.split_once('|').unwrap();
        [(exchange, 0), (share_point, 1)]
            .map(|(listed, other)| sorted(&format!("{listed} {}", prefixes(other..other + 1))))
            .join(" | ")
    };
    router.await_prefixes("the start", &with_others("10.1.0.0/16 |"));
    router.rest();
    for (change, commands, expected) in [
        ("a new route", "two announce 10.4.0.0/16 community [ 12076:5010 ]", "10.1.0.0/16 10.4.0.0/16 |"),
        (
            "one more community",
            "two announce 10.4.0.0/16 community [ 12076:5010 12076:5020 ]",
            "10.1.0.0/16 10.4.0.0/16 | 10.4.0.0/16",
        ),
        (
            "one community less",
            "two announce 10.4.0.0/16 community [ 12076:5020 ]",
            "10.1.0.0/16 | 10.4.0.0/16",
        ),
        ("no community", "two announce 10.4.0.0/16", "10.1.0.0/16 |"),
        ("a withdrawal", "two withdraw 10.1.0.0/16", "|"),
        (
            "its return, from another neighbor too",
            "three announce 10.1.0.0/16 as-path [ 64515 1 2 ] community [ 12076:5020 ]; \
             two announce 10.1.0.0/16 community [ 12076:5010 ]",
            "10.1.0.0/16 |",
        ),
        ("the end of the better path", "two withdraw 10.1.0.0/16", "| 10.1.0.0/16"),
        ("a better path again", "two announce 10.1.0.0/16", "|"),
        ("a host in a network", "two announce 10.4.0.1/32 community [ 12076:5010 ]", "10.4.0.1/32 |"),
        (
            "a community of the network",
            "two announce 10.4.0.0/16 community [ 12076:5010 ]",
            "10.4.0.0/16 10.4.0.1/32 |",
        ),
        ("the network without its host", "two withdraw 10.4.0.1/32", "10.4.0.0/16 |"),
        (
            "a withdrawal and a return",
            "two withdraw 10.4.0.0/16; two announce 10.4.0.0/16 community [ 12076:5020 ]",
            "| 10.4.0.0/16",
        ),
        (
            "one for another",
            "two withdraw 10.4.0.0/16; two announce 10.5.0.0/16 community [ 12076:5010 ]",
            "10.5.0.0/16 |",
        ),
    ] {
        for command in commands.split("; ") {
            let (speaker, peer, action) = match command.split_once(' ').unwrap() {
                ("two", action) => (&mut two, TWO, action),
                (_, action) => (&mut three, THREE, action),
            };
            match action.split_once(' ').unwrap() {
                ("announce", route) => speaker.announce(peer, route),
                (_, prefix) => speaker.withdraw(peer, prefix),
            }
        }
        let expected = with_others(expected);
        assert_eq!(router.await_prefixes(change, &expected), 0, "{change}");
        assert_eq!(router.prefixes_of_a_fresh_run(), expected, "{change}");
    }
}

/// Where only best paths count, nothing else costs anything.
#[test]
fn changes_of_other_paths() {
    let router = Router::new("best");
    let one = router.connect(ONE);
    let mut two = Speaker::connect(TWO, router.bgpd.port);
    router.rest();
    let summary = || router.scene.json("state/last-run.json")["last-good"]["survey"].clone();
    let before = summary();
    two.announce(0..1, None);
    two.announce(0..1, Some((12076, 5020)));
    two.withdraw(0..1);
    router.bgpd.await_updates(&two);
    router.run();
    assert_eq!(summary(), before, "the last refresh is the same");
    drop(one);
}

/// The prefixes of a speaker's routes, as [`Scene::prefixes`] shows them.
fn prefixes(indexes: Range<u32>) -> String {
    sorted(&indexes.map(Speaker::prefix).collect::<Vec<_>>().join(" "))
}

fn sorted(prefixes: &str) -> String {
    let prefixes: BTreeSet<Prefix> =
        prefixes.split_whitespace().map(|prefix| prefix.parse().unwrap()).collect();
    prefixes.iter().map(Prefix::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn changes_of_ipv6() {
    let router = Router { family: Family::Ipv6, ..Router::new("best") };
    let others: Vec<_> = (0..1000).map(|index| format!("2001:db8:{index:x}::/48")).collect();
    let tagged = [5010, 5020].map(|low| format!("2001:db8:f{}::/48 community [ 12076:{low} ]", low / 10));
    let routes: Vec<_> = others.iter().chain(&tagged).map(String::as_str).collect();
    let mut one = ExaBgp::start(ONE, &router.bgpd, &routes);
    router.bgpd.await_prefixes(ONE, 1002);
    router.await_prefixes("the start", "2001:db8:f501::/48 | 2001:db8:f502::/48");
    router.rest();
    one.announce(ONE, "2001:db8:7::/48 community [ 12076:5010 ]");
    let full = router.await_prefixes("a change", "2001:db8:7::/48 2001:db8:f501::/48 | 2001:db8:f502::/48");
    assert_eq!(full, 0);
    one.withdraw(ONE, "2001:db8:7::/48");
    assert_eq!(router.await_prefixes("a withdrawal", "2001:db8:f501::/48 | 2001:db8:f502::/48"), 0);
}

/// A query for route targets costs so much that even a small table is followed.
#[test]
fn changes_of_route_targets() {
    let router = Router::new("best");
    router.scene.edit("config.json", |config| {
        config["applications"][0]["bgp-community"] = json!(["target:64512:77"]);
        config["applications"][1]["bgp-community"] = json!(["target:64512:78"]);
    });
    let others: Vec<_> = (0..100).map(|index| format!("10.9.{index}.0/24")).collect();
    let routes: Vec<_> = others.iter().map(String::as_str).collect();
    let mut one = ExaBgp::start(ONE, &router.bgpd, &routes);
    router.bgpd.await_prefixes(ONE, 100);
    router.run();
    router.rest();
    for (route, expected) in [
        ("10.1.0.0/16 extended-community [ target:64512:77 ]", "10.1.0.0/16 | "),
        ("10.1.0.0/16 extended-community [ target:64512:77 target:64512:78 ]", "10.1.0.0/16 | 10.1.0.0/16"),
        ("10.1.0.0/16 extended-community [ target:64512:78 origin:64512:77 ]", " | 10.1.0.0/16"),
    ] {
        one.announce(ONE, route);
        assert_eq!(router.await_prefixes(route, expected), 0, "{route}");
    }
}

/// What cannot be followed, or costs less to query again.
#[test]
fn full_refreshes_that_are_due() {
    let router = Router::new("best");
    let mut one = router.connect(ONE);
    router.rest();

    one.announce(2..500, Some((12076, 5020)));
    let many = format!("{} | {}", prefixes(0..1), prefixes(1..500));
    assert_ne!(router.await_prefixes("many changes", &many), 0);
    router.rest();

    one.withdraw(499..500);
    let one_less = format!("{} | {}", prefixes(0..1), prefixes(1..499));
    assert_ne!(router.await_prefixes("one of many gone", &one_less), 0);
    router.rest();

    fs::write(router.scene.path("state/routes.json"), "{}").unwrap();
    one.announce(0..1, None);
    let none = format!(" | {}", prefixes(1..499));
    assert_ne!(router.await_prefixes("a change of the memory", &none), 0);
    router.rest();

    let two = ExaBgp::start(TWO, &router.bgpd, &["10.1.0.0/16 community [ 12076:5010 ]"]);
    let one_more = format!("10.1.0.0/16 | {}", prefixes(1..499));
    assert_ne!(router.await_prefixes("a new session", &one_more), 0);
    router.rest();

    drop(two);
    assert_ne!(router.await_prefixes("its end", &none), 0);
}

/// A community that has a name of its own reads like that name.
#[test]
fn aliases() {
    let router = Router::with_configuration("best", "bgp community alias 12076:5010 exchange\n");
    let mut one = router.connect(ONE);
    router.rest();
    one.announce(2..3, Some((12076, 5020)));
    let clear = format!("{} | {}", prefixes(0..1), prefixes(1..3));
    assert_eq!(router.await_prefixes("a route without the alias", &clear), 0);
    one.announce(3..4, Some((12076, 5010)));
    let both = [0, 3].map(|index| prefixes(index..index + 1));
    let unclear = format!("{} | {}", both.join(" "), prefixes(1..3));
    assert_ne!(router.await_prefixes("a route with the alias", &unclear), 0);
}

/// If every path counts, changes can be followed while there is but one of each prefix.
#[test]
fn changes_of_any_path() {
    let router = Router::new("any");
    let mut one = router.connect(ONE);
    router.rest();
    let version = router.bgpd.table_version("ipv4");
    one.announce(2..3, Some((12076, 5020)));
    eventually("bgpd has chosen", || router.bgpd.table_version("ipv4") != version);
    let first = format!("{} | {}", prefixes(0..1), prefixes(1..3));
    assert_eq!(router.await_prefixes("a change of the only path", &first), 0);

    let mut two = Speaker::connect(TWO, router.bgpd.port);
    two.announce(0..1, None);
    router.bgpd.await_received(TWO, 1);
    router.rest();
    two.announce(0..1, Some((12076, 5020)));
    let second = format!("{} | {}", prefixes(0..1), prefixes(0..3));
    assert_ne!(router.await_prefixes("a change of a path that is not the best", &second), 0);
}

/// A path that has no neighbor and is not the best comes without a sign, and is found with the next change.
#[test]
fn local_paths() {
    let map = "route-map LOW permit 10\n set weight 0\n set local-preference 50\n set community 12076:5010\n";
    let router = Router::with_configuration("any", map);
    let mut one = router.connect(ONE);
    one.announce(2..3, None);
    router.bgpd.await_updates(&one);
    router.rest();
    let local = Speaker::prefix(2);
    router
        .bgpd
        .configure(&format!("router bgp 64512\naddress-family ipv4 unicast\nnetwork {local} route-map LOW"));
    one.announce(3..4, Some((12076, 5020)));
    let exchange = sorted(&format!("{} {local}", prefixes(0..1)));
    let share_point = sorted(&format!("{} {}", prefixes(1..2), prefixes(3..4)));
    assert_ne!(router.await_prefixes("a local path", &format!("{exchange} | {share_point}")), 0);
}

/// A route that is suppressed changes without a new version of its table, so every run queries.
#[test]
fn dampened_routes() {
    let dampening = "exit-address-family\n address-family ipv4 unicast\n  bgp dampening 15 750 2000 60\n";
    let router = Router::with_configuration("best", dampening);
    let mut one = router.connect(ONE);
    for low in [5020, 5010, 5020, 5010, 5020, 5010] {
        one.announce(0..1, Some((12076, low)));
        router.bgpd.await_updates(&one);
        eventually("the prefixes of a run that remembers nothing", || {
            router.run();
            router.scene.prefixes() == router.prefixes_of_a_fresh_run()
        });
    }
}

/// The versions of a BGP that is configured again begin at 1, in the same process.
#[test]
fn configured_again() {
    let networks = |tagged: [u32; 2], count: u32| {
        let network = |index| match tagged.iter().position(|tagged| *tagged == index) {
            Some(map) => format!("network {} route-map MAP{map}\n", Speaker::prefix(index)),
            None => format!("network {}\n", Speaker::prefix(index)),
        };
        let head = "router bgp 64512\nno bgp network import-check\nneighbor 127.0.0.2 remote-as 64513\n\
                    neighbor 127.0.0.2 passive\naddress-family ipv4 unicast\n";
        head.to_owned() + &(0..count).map(network).collect::<String>()
    };
    let router = Router::new("best");
    router.bgpd.configure("route-map MAP0 permit 10\nset community 12076:5010");
    router.bgpd.configure("route-map MAP1 permit 10\nset community 12076:5020");
    for (tagged, count) in [([0, 1], 2000), ([2, 3], 2002)] {
        router.bgpd.configure("no router bgp 64512");
        router.bgpd.configure(&networks(tagged, count));
        eventually("bgpd has chosen", || router.bgpd.table_version("ipv4") == count);
        let [first, second] = tagged.map(|index| prefixes(index..index + 1));
        router.await_prefixes("a configuration", &format!("{first} | {second}"));
    }
}

/// Whatever happens, the output file is the same as after a full refresh.
#[test]
fn changes_at_random() {
    const COMMUNITIES: [Option<(u16, u16)>; 3] = [Some((12076, 5010)), Some((12076, 5020)), None];
    let change = (any::<prop::sample::Index>(), 2..30_u32, 0..=COMMUNITIES.len());
    let steps = prop::collection::vec(prop::collection::vec(change, 1..4), 40);
    let steps = steps.new_tree(&mut TestRunner::deterministic()).unwrap().current();
    // If any path counts, a full refresh is due when routes only went, or bgpd has yet to choose.
    for (path_selection, peers, least_followed) in [("best", &[ONE, TWO][..], 20), ("any", &[ONE], 1)] {
        let router = Router::new(path_selection);
        let mut speakers: Vec<_> = peers.iter().map(|peer| router.connect(*peer)).collect();
        router.rest();
        let mut followed = 0;
        for changes in &steps {
            for (speaker, index, kind) in changes {
                let speaker = speaker.get_mut(&mut speakers);
                match COMMUNITIES.get(*kind) {
                    Some(community) => speaker.announce(*index..index + 1, *community),
                    None => speaker.withdraw(*index..index + 1),
                }
                router.bgpd.await_updates(speaker);
            }
            let mut full = 0;
            eventually(&format!("after {changes:?}, the same as after a full refresh"), || {
                full += router.run();
                router.scene.prefixes() == router.prefixes_of_a_fresh_run()
            });
            followed += usize::from(full == 0);
        }
        assert!(followed >= least_followed, "{followed} of {} steps without a full refresh", steps.len());
    }
}
