//! Sessions and engines that come and go.

use bgpcs_testing::Capabilities;

use super::engine::Source;
use super::scenario::Scenario;
use super::stage::Stage;
use super::{ONE, TWO};

const TWO_COMMUNITIES: [(&str, &str); 2] = [("A", "64512:10"), ("B", "64512:20")];

pub const NO_SESSION: &str =
    "SessionError: no BGP session is established on application A and community 64512:10";
const REFUSED: &str = "URLError: [Errno 111] Connection refused on application A and community 64512:10";

#[test]
fn session_loss() {
    let scenario = Scenario { applications: &TWO_COMMUNITIES, ..Scenario::default() };
    scenario.play(&[Source::Bgpd, Source::Gobgp, Source::GobgpAdjIn, Source::ExaBgp], |stage| {
        stage.connect(ONE, &["10.1.0.0/16 64512:10", "2001:db8:1::/48 64512:10", "10.3.0.0/16 64512:20"]);
        stage.connect(TWO, &["10.2.0.0/16 64512:20", "10.3.0.0/16 64512:10"]);
        stage.expect(
            "the start",
            &[("A", "10.1.0.0/16 10.3.0.0/16 2001:db8:1::/48"), ("B", "10.2.0.0/16 10.3.0.0/16")],
        );
        stage.lose(ONE);
        let of_two = [("A", "10.3.0.0/16"), ("B", "10.2.0.0/16")];
        stage.expect("the loss of one", &of_two);
        stage.lose(TWO);
        stage.expect_held("the loss of both", &of_two, NO_SESSION);
        stage.connect(ONE, &["10.1.0.0/16 64512:20"]);
        stage.expect("the return of one", &[("B", "10.1.0.0/16")]);
        stage.connect(TWO, &["2001:db8:2::/48 64512:10"]);
        stage.expect("the return of both", &[("A", "2001:db8:2::/48"), ("B", "10.1.0.0/16")]);
        stage.break_off(ONE);
        stage.expect("a connection that broke", &[("A", "2001:db8:2::/48")]);
    });
}

/// RFC 4724: what a neighbor had announced counts until it has said anew what it has.
#[test]
fn graceful_restart() {
    let scenario = Scenario { applications: &TWO_COMMUNITIES, ..Scenario::default() };
    scenario.play(&Source::CHOOSING, |stage| {
        let capabilities = Capabilities { graceful_restart: Some(120), ..Capabilities::default() };
        stage.connect(TWO, &["10.9.0.0/16 64512:20", "2001:db8:9::/48"]);
        let routes = ["10.1.0.0/16 64512:10", "10.2.0.0/16 64512:10", "2001:db8:1::/48 64512:10"];
        stage.connect_as(ONE, &capabilities, &routes);
        stage.of(ONE).end_of_rib();
        let all = [("A", "10.1.0.0/16 10.2.0.0/16 2001:db8:1::/48"), ("B", "10.9.0.0/16")];
        stage.expect("the start", &all);
        stage.break_off(ONE);
        stage.expect("a connection that broke", &all);
        stage.connect_as(ONE, &capabilities, &["10.1.0.0/16 64512:10", "10.3.0.0/16 64512:10"]);
        stage.expect(
            "the return",
            &[("A", "10.1.0.0/16 10.2.0.0/16 10.3.0.0/16 2001:db8:1::/48"), ("B", "10.9.0.0/16")],
        );
        stage.of(ONE).end_of_rib();
        stage.expect("the end of RIB", &[("A", "10.1.0.0/16 10.3.0.0/16"), ("B", "10.9.0.0/16")]);
    });
}

#[test]
fn restart_of_bgpd() {
    let scenario = Scenario { applications: &TWO_COMMUNITIES, ..Scenario::default() };
    scenario.play(&[Source::Bgpd], |stage| {
        let all = begin(stage);
        stage.daemon.bgpd().kill();
        stage.break_off(ONE);
        stage.break_off(TWO);
        stage.expect_held("the end of bgpd", &all, REFUSED);
        stage.daemon.bgpd().restart();
        stage.expect_held("its start", &all, NO_SESSION);
        stage.connect(ONE, &["10.2.0.0/16 64512:10", "2001:db8:1::/48 64512:20"]);
        stage.expect("a neighbor's return", &[("A", "10.2.0.0/16"), ("B", "2001:db8:1::/48")]);
        stage.connect(TWO, &["10.9.0.0/16 64512:10"]);
        stage.expect("the other's return", &[("A", "10.2.0.0/16 10.9.0.0/16"), ("B", "2001:db8:1::/48")]);
    });
}

/// The engine runs on one node of a pair: on the other one nobody answers, which is no failure once it has answered.
#[test]
fn switch_over() {
    let scenario =
        Scenario { applications: &TWO_COMMUNITIES, high_availability: true, ..Scenario::default() };
    scenario.play(&[Source::Bgpd], |stage| {
        let all = begin(stage);
        stage.daemon.bgpd().kill();
        stage.break_off(ONE);
        stage.break_off(TWO);
        stage.expect_standby("the switch-over to the other node", &all, REFUSED);
        stage.daemon.bgpd().restart();
        stage.connect(ONE, &["10.2.0.0/16 64512:10", "2001:db8:1::/48 64512:20"]);
        stage.connect(TWO, &["10.9.0.0/16 64512:20"]);
        stage.expect(
            "the switch-over to this node",
            &[("A", "10.2.0.0/16"), ("B", "10.9.0.0/16 2001:db8:1::/48")],
        );
    });
}

/// Routes of both neighbors; returns what they bring.
fn begin(stage: &mut Stage<'_>) -> [(&'static str, &'static str); 2] {
    stage.connect(ONE, &["10.1.0.0/16 64512:10", "2001:db8:1::/48 64512:10"]);
    stage.connect(TWO, &["10.9.0.0/16 64512:20"]);
    let all = [("A", "10.1.0.0/16 2001:db8:1::/48"), ("B", "10.9.0.0/16")];
    stage.expect("the start", &all);
    all
}
