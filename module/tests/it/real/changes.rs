//! Every change of routes that matters is seen, although the module asks for routes only when there is a sign of one.

use std::fs;

use bgp_community_services::collect::state::{Outcome, State};
use bgp_community_services::drive::once::run;
use bgpcs_testing::{Bgpd, ExaBgp, Peer, eventually};
use serde_json::json;

use crate::scene::Scene;

const ONE: Peer = Peer(1);
const TWO: Peer = Peer(2);

/// A module, and the bgpd that it asks.
struct Router {
    scene: Scene,
    bgpd: Bgpd,
}

impl Router {
    fn new() -> Self {
        Self { scene: Scene::new(), bgpd: Bgpd::start(&[ONE, TWO]) }
    }

    fn run(&self) -> State {
        let socket = self.bgpd.socket().into_os_string().into_string().unwrap();
        run(&self.scene.settings(&["--bgpd-socket", &socket])).unwrap()
    }

    /// Whether a run now is a full refresh.
    fn refreshes(&self) -> bool {
        // A refresh is known by its time; an earlier one can have been in the same second.
        self.scene.edit("state/last-run.json", |state| {
            state["last-good"]["looked"] = json!(state["last-good"]["looked"].as_u64().unwrap() - 1);
        });
        let before = self.refreshed();
        self.run();
        self.refreshed() != before
    }

    fn refreshed(&self) -> u64 {
        self.scene.json("state/last-run.json")["last-good"]["looked"].as_u64().unwrap()
    }

    /// Runs the module until the output file has these prefixes, then makes sure that it stays at rest.
    #[track_caller]
    fn await_prefixes(&self, change: &str, expected: &str) {
        eventually(&format!("after {change}: {expected}"), || {
            self.run();
            self.scene.prefixes() == expected
        });
        eventually(&format!("rest after {change}"), || !self.refreshes());
        assert_eq!(self.scene.prefixes(), expected, "{change}");
    }
}

#[test]
fn changes_of_routes() {
    let router = Router::new();
    let first = ["10.1.0.0/16 community [ 12076:5010 ]", "10.2.0.0/16", "2001:db8:1::/48"];
    let mut one = ExaBgp::start(ONE, &router.bgpd, &first);
    let mut two = ExaBgp::start(TWO, &router.bgpd, &["10.3.0.0/16"]);
    router.bgpd.await_prefixes(ONE, 3);
    router.bgpd.await_prefixes(TWO, 1);
    router.await_prefixes("the start", "10.1.0.0/16 | ");

    one.announce(ONE, "10.2.0.0/16 community [ 12076:5010 ]");
    router.await_prefixes("a community added to the best path", "10.1.0.0/16 10.2.0.0/16 | ");

    one.announce(ONE, "10.2.0.0/16 community [ 12076:5020 ]");
    router.await_prefixes("a community changed on the best path", "10.1.0.0/16 | 10.2.0.0/16");

    two.announce(TWO, "10.2.0.0/16 as-path [ 64514 1 2 ] community [ 12076:5010 ]");
    router.await_prefixes("a path that is not the best", "10.1.0.0/16 10.2.0.0/16 | 10.2.0.0/16");

    two.announce(TWO, "10.2.0.0/16 as-path [ 64514 1 2 ] community [ 12076:5020 ]");
    router.await_prefixes("its community changed", "10.1.0.0/16 | 10.2.0.0/16");

    one.announce(ONE, "10.2.0.0/16");
    router.await_prefixes("the best path without the community", "10.1.0.0/16 | 10.2.0.0/16");

    two.withdraw(TWO, "10.2.0.0/16");
    router.await_prefixes("the withdrawal of a path that is not the best", "10.1.0.0/16 | ");

    one.announce(ONE, "2001:db8:1::/48 community [ 12076:5020 ]");
    router.await_prefixes("a change of IPv6 only", "10.1.0.0/16 | 2001:db8:1::/48");

    one.withdraw(ONE, "10.1.0.0/16");
    router.await_prefixes("a withdrawal", " | 2001:db8:1::/48");

    router.scene.edit("config.json", |config| {
        config["applications"][0]["bgp-community"] = json!(["12076:5020"]);
    });
    router.await_prefixes("another configuration", "2001:db8:1::/48 | 2001:db8:1::/48");

    fs::write(router.scene.path("output.json"), "{}").unwrap();
    router.await_prefixes("another output file", "2001:db8:1::/48 | 2001:db8:1::/48");

    drop(one);
    router.await_prefixes("a session's end", " | ");
}

/// One full refresh is due at times even if there is no sign of a change.
#[test]
fn a_full_refresh_is_due() {
    let router = Router::new();
    let _one = ExaBgp::start(ONE, &router.bgpd, &["10.1.0.0/16 community [ 12076:5010 ]"]);
    router.bgpd.await_prefixes(ONE, 1);
    router.await_prefixes("the start", "10.1.0.0/16 | ");
    for (age, is_due) in [(570, false), (601, true)] {
        router.scene.edit("state/last-run.json", |state| {
            let started = state["started"].as_u64().unwrap();
            state["last-good"]["looked"] = json!(started - age);
        });
        let before = router.refreshed();
        router.run();
        assert_eq!(router.refreshed() != before, is_due, "{age} s after the last refresh");
    }
}

#[test]
fn loss_and_return_of_sessions() {
    let mut router = Router::new();
    let routes = ["10.1.0.0/16 community [ 12076:5010 ]", "10.2.0.0/16 community [ 12076:5010 ]"];
    let one = ExaBgp::start(ONE, &router.bgpd, &routes);
    router.bgpd.await_prefixes(ONE, 2);
    router.await_prefixes("the start", "10.1.0.0/16 10.2.0.0/16 | ");

    drop(one);
    let place = "on application ExchangeOnline and community 12076:5010";
    eventually("the last session's loss is reported", || router.run().outcome == Outcome::Held);
    let none = format!("SessionError: no BGP session is established {place}");
    assert_eq!(router.scene.json("output.json")["error"], none);
    assert_eq!(router.scene.prefixes(), "10.1.0.0/16 10.2.0.0/16 | ");

    router.bgpd.kill();
    let state = router.run();
    assert_eq!(state.outcome, Outcome::Held);
    let refused = format!("URLError: [Errno 111] Connection refused {place}");
    assert_eq!(router.scene.json("output.json")["error"], refused, "its socket stays");

    router.bgpd.restart();
    assert_eq!(router.run().outcome, Outcome::Held, "no session yet");
    let mut one = ExaBgp::start(ONE, &router.bgpd, &routes[..1]);
    let starting =
        format!("SessionError: BGP has just started, no neighbor has sent all its ipv4 routes yet {place}");
    let mut messages = 0;
    eventually("a neighbor that goes on sending is not believed", || {
        messages += 1;
        one.announce(ONE, &format!("10.9.0.0/16 med {messages}"));
        router.run().error.is_some_and(|error| error.text == starting)
    });
    assert_eq!(router.scene.prefixes(), "10.1.0.0/16 10.2.0.0/16 | ");
    router.await_prefixes("the neighbor fell silent", "10.1.0.0/16 | ");

    router.scene.edit("config.json", |config| config["stale-path-time"] = json!(0));
    router.await_prefixes("no time to hold", "10.1.0.0/16 | ");
    drop(one);
    eventually("without a session and without holding", || router.run().outcome == Outcome::Failed);
    assert_eq!(router.scene.prefixes(), " | ");
}
