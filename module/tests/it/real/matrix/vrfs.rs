//! Instances of BGP besides the default one. Here each is a view, since a VRF needs a kernel that has them; to every command of
//! bgpd that the module sends, a view is a VRF.

use super::engine::Source;
use super::scenario::{BgpdConfiguration, Scenario};
use super::stage::Stage;
use super::{ONE, TWO};

/// bgpd takes sessions into views where there is no default instance, and not before 8.0.
const RED_AND_GREEN: &str = "router bgp 64512 view red\n bgp router-id 192.0.2.1\n no bgp ebgp-requires-policy\n \
     neighbor 127.0.0.2 remote-as 64513\n neighbor 127.0.0.2 passive\n neighbor 127.0.0.2 disable-connected-check\n \
     neighbor 127.0.0.2 ebgp-multihop 255\n address-family ipv6 unicast\n  neighbor 127.0.0.2 activate\n \
     exit-address-family\nexit\nrouter bgp 64512 view green\n bgp router-id 192.0.2.1\n no bgp ebgp-requires-policy\n \
     neighbor 127.0.0.3 remote-as 64514\n neighbor 127.0.0.3 passive\n neighbor 127.0.0.3 disable-connected-check\n \
     neighbor 127.0.0.3 ebgp-multihop 255\n address-family ipv6 unicast\n  neighbor 127.0.0.3 activate\n \
     exit-address-family\nexit\n";

const WITH_RED: &str = "router bgp 64512\n bgp router-id 192.0.2.1\n no bgp ebgp-requires-policy\n \
     neighbor 127.0.0.2 remote-as 64513\n neighbor 127.0.0.2 passive\n neighbor 127.0.0.2 disable-connected-check\n \
     neighbor 127.0.0.2 ebgp-multihop 255\nexit\nrouter bgp 64512 view red\n bgp router-id 192.0.2.1\n \
     no bgp network import-check\nexit\nroute-map TEN permit 10\n set community 64512:10\nexit\n";

fn has_sessions_of_views(_: Source, major: u32) -> bool {
    major >= 8
}

/// Each instance follows its own routes and holds its own prefixes, without a default instance; a VRF that is not here is
/// none at all.
#[test]
fn sessions_of_their_own() {
    let scenario = Scenario {
        applications: &[
            ("Red", "64512:10"),
            ("Green", "64512:10"),
            ("Both", "64512:20"),
            ("Blue", "64512:10"),
        ],
        vrfs: &[("Red", "red"), ("Green", "green"), ("Both", "red green"), ("Blue", "blue")],
        bgpd: BgpdConfiguration::Only(RED_AND_GREEN),
        ..Scenario::default()
    };
    let no_session = |application: &str, vrf: &str| {
        format!(
            "SessionError: no BGP session is established on application {application} and community 64512:10 in vrf {vrf}"
        )
    };
    scenario.play_where(&[Source::Bgpd], has_sessions_of_views, |stage| {
        stage.connect(ONE, &["10.1.0.0/16 64512:10", "10.9.0.0/16 64512:20", "2001:db8:1::/48 64512:20"]);
        stage.connect(TWO, &["10.2.0.0/16 64512:10", "10.3.0.0/16 64512:20"]);
        let both = ("Both", "10.3.0.0/16 10.9.0.0/16 2001:db8:1::/48");
        stage.expect("the start", &[("Red", "10.1.0.0/16"), ("Green", "10.2.0.0/16"), both]);
        stage.announce(TWO, "10.2.0.0/16 64512:20");
        stage.announce(TWO, "10.5.0.0/16 64512:10");
        stage.withdraw(TWO, "10.3.0.0/16");
        let both = ("Both", "10.2.0.0/16 10.9.0.0/16 2001:db8:1::/48");
        stage.expect("changes in one instance", &[("Red", "10.1.0.0/16"), ("Green", "10.5.0.0/16"), both]);
        stage.lose(TWO);
        stage.announce(ONE, "10.4.0.0/16 64512:10");
        stage.withdraw(ONE, "10.9.0.0/16");
        let red = ("Red", "10.1.0.0/16 10.4.0.0/16");
        let held = [red, ("Green", "10.5.0.0/16"), ("Both", "10.2.0.0/16 2001:db8:1::/48")];
        let anew = [red, ("Both", "2001:db8:1::/48")];
        let error = no_session("Green", "green");
        stage.expect_partial("one instance without sessions, changes in another", &held, &anew, &error);
        stage.lose(ONE);
        stage.expect_held("the loss of all sessions", &held, &no_session("Red", "red"));
        stage.connect(TWO, &["10.6.0.0/16 64512:10"]);
        stage.connect(ONE, &["10.1.0.0/16 64512:10"]);
        stage.expect("the return of both", &[("Red", "10.1.0.0/16"), ("Green", "10.6.0.0/16")]);
    });
}

/// Routes of an instance without neighbors, beside the default one; and after its removal they stay for a while.
#[test]
fn beside_the_default_instance() {
    let scenario = Scenario {
        applications: &[("A", "64512:10"), ("Red", "64512:10"), ("Both", "64512:10")],
        vrfs: &[("Red", "red"), ("Both", "red default")],
        stale_path_time: Some(20),
        bgpd: BgpdConfiguration::Only(WITH_RED),
        ..Scenario::default()
    };
    let in_red = |stage: &mut Stage<'_>, line: &str| {
        let lines = format!("router bgp 64512 view red\naddress-family ipv4 unicast\n{line}");
        stage.daemon.bgpd().configure(&lines);
    };
    scenario.play(&[Source::Bgpd], |stage| {
        in_red(stage, "network 10.2.0.0/16 route-map TEN");
        stage.connect(ONE, &["10.1.0.0/16 64512:10"]);
        let both = ("Both", "10.1.0.0/16 10.2.0.0/16");
        stage.expect("the start", &[("A", "10.1.0.0/16"), ("Red", "10.2.0.0/16"), both]);
        in_red(stage, "network 10.3.0.0/16 route-map TEN");
        in_red(stage, "no network 10.2.0.0/16");
        let both = ("Both", "10.1.0.0/16 10.3.0.0/16");
        stage.expect("changes in the VRF", &[("A", "10.1.0.0/16"), ("Red", "10.3.0.0/16"), both]);
    });
    // bgpd 10.3 takes this command for one that removes the default instance.
    scenario.play_where(
        &[Source::Bgpd],
        |_, major| major < 10,
        |stage| {
            in_red(stage, "network 10.2.0.0/16 route-map TEN");
            stage.connect(ONE, &["10.1.0.0/16 64512:10"]);
            let both = ("Both", "10.1.0.0/16 10.2.0.0/16");
            stage.expect("the start", &[("A", "10.1.0.0/16"), ("Red", "10.2.0.0/16"), both]);
            stage.daemon.bgpd().configure("no router bgp 64512 view red");
            let left = [("A", "10.1.0.0/16"), ("Both", "10.1.0.0/16")];
            stage.expect("stale-path-time after its removal", &left);
        },
    );
}
