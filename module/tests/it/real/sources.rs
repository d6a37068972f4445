//! What the kinds of replies have in common.

use std::sync::Arc;

use bgp_community_services::collect::state::Outcome;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use bgpcs_testing::{Bgpd, ExaBgp, Peer, show};
use serde_json::json;

use crate::scene::Scene;

const ONE: Peer = Peer(1);
const TWO: Peer = Peer(2);

/// bgpd's own replies by each way: as text over its socket, as JSON over its socket when the text is of an unknown form,
/// and as JSON over HTTP.
#[test]
fn all_ways_lead_to_the_same_file() {
    let bgpd = Bgpd::start(&[ONE, TWO]);
    let of_one = [
        "10.1.0.0/16 community [ 12076:5010 ]",
        "10.2.0.0/16",
        "223.255.255.255/32 community [ 12076:5010 ]",
        "2001:db8:1234:5678:9abc:def0:1234:5678/128 community [ 12076:5020 ]",
        "2001:db8:1::/48 large-community [ 64512:1:2 ]",
    ];
    let of_two = ["10.2.0.0/16 community [ 12076:5010 12076:5020 ] as-path [ 64514 1 2 ]", "10.1.0.0/16"];
    let _speakers = [ExaBgp::start(ONE, &bgpd, &of_one), ExaBgp::start(TWO, &bgpd, &of_two)];
    bgpd.await_prefixes(ONE, of_one.len() as u64);
    bgpd.await_prefixes(TWO, of_two.len() as u64);
    for path_selection in ["any", "best"] {
        let scene = Scene::new();
        scene.edit("config.json", |config| {
            config["path-selection"] = json!(path_selection);
            config["applications"][1]["bgp-community"] = json!(["12076:5020", "64512:1:2"]);
        });
        let asked = bgpd.socket();
        let reworded = move |command: &str| {
            let reply = show(&asked, command);
            vty_reply(0, &if command.ends_with("json") { reply } else { reply.replace("*>", "*best ") })
        };
        stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(reworded)));
        let asked = bgpd.socket();
        let over_http = move |request: &str| {
            let path: Vec<&str> = request.split(' ').nth(1).unwrap().split('/').collect();
            let kind = if path[3].matches(':').count() == 2 { "large-community" } else { "community" };
            let reply = show(&asked, &format!("show bgp {} unicast {kind} {} json", path[2], path[3]));
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{reply}", reply.len()).into_bytes()
        };
        let url = stand_in::http(Answer::Made(Arc::new(over_http)));
        let bgpd_socket = bgpd.socket().into_os_string().into_string().unwrap();
        let [text, json, http] = [
            scene.run(&["--source", "bgpd", "--bgpd-socket", &bgpd_socket]),
            scene.ask_bgpd(),
            scene.run(&["--source", "routing-manager", "--routing-manager-url", &url]),
        ];
        assert!(text.1.contains("223.255.255.255/32") && text.1.contains("5678/128"), "{}", text.1);
        assert_eq!(text.1.contains("10.2.0.0/16"), path_selection == "any");
        assert_eq!((text.0.outcome, &text.1), (Outcome::Good, &json.1), "{path_selection}: text and JSON");
        assert_eq!((http.0.outcome, &text.1), (Outcome::Good, &http.1), "{path_selection}: bgpd and HTTP");
    }
}
