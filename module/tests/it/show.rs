//! What `show` asks the routing engine for: as little as tells which of several communities selected a prefix.

use std::fs;
use std::sync::{Arc, Mutex};

use bgp_community_services::operator::answer;
use bgp_community_services::settings::Action;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::{Value, json};

use crate::scene::Scene;

/// What bgpd shows of a prefix, by its community.
fn destination(prefix: &str, community: &str) -> String {
    json!({"prefix": prefix, "paths": [
        {"valid": true, "bestpath": {"overall": true}, "community": {"string": community}}
    ]})
    .to_string()
}

const SETS: &str = "Address Refcnt Community\n[0x1] (2) 12076:5010 12076:5020\n";

/// For each case: the words after `show`, the communities that are printed, and the commands that select routes.
#[test]
fn asks_for_what_is_not_known() {
    for (words, expected, asked) in [
        (&["10.1.2.3"][..], &["12076:5010"][..], &["show bgp ipv4 unicast 10.1.0.0/16 json"][..]),
        // It was aggregated, so that the table does not have it; 5030 is on no route.
        (
            &["10.8.0.0"],
            &["12076:5020"],
            &[
                "show bgp ipv4 unicast 10.8.0.0/15 json",
                "show bgp ipv4 unicast community 12076:5010",
                "show bgp ipv4 unicast community 12076:5020",
            ],
        ),
        // An application without the address, or with one community, needs no answer.
        (&["192.0.2.1"], &[], &[]),
        (&["One"], &["12076:5040"], &[]),
    ] {
        let scene = Scene::new();
        scene.edit("config.json", |config| {
            config["applications"] = json!([
                {"application-name": "Several", "bgp-community": ["12076:5010", "12076:5020", "12076:5030"]},
                {"application-name": "One", "bgp-community": ["12076:5040"]},
            ]);
        });
        let services = json!({"Several": [{"ip-prefix": "10.1.0.0/16"}, {"ip-prefix": "10.8.0.0/15"}],
            "One": [{"ip-prefix": "172.16.0.0/12"}]});
        fs::write(scene.path("output.json"), json!({"error": "", "services": services}).to_string()).unwrap();
        let commands = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&commands);
        let reply = move |command: &str| {
            heard.lock().unwrap().push(command.to_owned());
            let table = |prefix: &str| {
                format!(
                    "BGP table version is 1, local router ID is 192.0.2.1\n   Network          Next Hop\n\
                     *> {prefix}      192.0.2.2\n\nDisplayed  1 routes and 1 total paths\n"
                )
            };
            let text = match command {
                "show bgp ipv4 unicast 10.1.0.0/16 json" => destination("10.1.0.0/16", "12076:5010"),
                "show bgp community-info" => SETS.to_owned(),
                "show bgp ipv4 unicast community 12076:5010" => table("10.1.0.0/16"),
                "show bgp ipv4 unicast community 12076:5020" => table("10.8.0.0/16"),
                _ if command.contains(" community ") => String::new(),
                _ if command.ends_with("summary json") => r#"{"tableVersion": 1}"#.to_owned(),
                _ => "{}".to_owned(),
            };
            vty_reply(0, &text)
        };
        stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(reply)));
        let socket = scene.path("bgpd.vty").display().to_string();
        let options = [&["show"], words, &["--json", "--source", "bgpd", "--bgpd-socket", &socket]].concat();
        let settings = scene.settings(&options);
        let Action::Answer(request) = &settings.action else { panic!("{words:?}") };
        let printed = answer(&settings, request, 1_800_000_000, false);
        let printed: Value = serde_json::from_str(&printed.unwrap().text).unwrap();
        let rows = printed["prefixes"].as_array().unwrap().iter();
        let communities: Vec<&str> = rows
            .flat_map(|row| row["bgp-community"].as_array().unwrap())
            .map(|one| one.as_str().unwrap())
            .collect();
        assert_eq!(communities, expected, "{words:?}: {printed:#}");
        let commands = commands.lock().unwrap();
        let of_routes = commands.iter().filter(|command| command.starts_with("show bgp ipv4 unicast "));
        let of_routes: Vec<&String> = of_routes.filter(|command| !command.contains("summary")).collect();
        assert_eq!(of_routes, asked, "{words:?}: {printed:#}");
    }
}
