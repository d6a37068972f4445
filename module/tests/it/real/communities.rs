//! What is on the routes of a real bgpd, and what a profile of it would bring.

use std::fs;

use bgp_community_services::source::CarriedCommunities;
use bgp_community_services::source::bgpd::communities::read_carried;
use bgpcs::Community;
use bgpcs_testing::{Bgpd, Capabilities, Peer, Session, eventually};
use serde_json::{Value, json};

use crate::scene::Scene;

const ROUTES: [&str; 5] = [
    "198.51.100.0/26 12076:5010",
    "198.51.100.64/26 12076:5010",
    "203.0.113.0/25 12076:5020 65535:65281",
    "203.0.113.128/25 64512:77",
    "192.0.2.0/25 64512:1:2",
];

#[test]
fn from_what_is_out_there_to_a_profile() {
    let bgpd = Bgpd::start(&[Peer(1)]);
    let mut session = Session::connect(Peer(1), bgpd.port, &Capabilities::default());
    ROUTES.iter().for_each(|route| session.announce(route));
    session.end_of_rib();
    let scene = Scene::new();
    scene.edit("config.json", |config| {
        config["applications"] = json!([{"application-name": "Mail", "bgp-community": ["12076:5010"]}]);
    });
    let socket = bgpd.socket().to_str().unwrap().to_owned();
    let answer =
        |words: &[&str]| scene.answer(&[words, &["--source", "bgpd", "--bgpd-socket", &socket]].concat());
    eventually("all routes are there", || answer(&["communities"]).contains("5 communities"));

    let listed: Value = serde_json::from_str(&answer(&["communities", "--count", "--json"])).unwrap();
    let of = |text: &str| {
        let all = listed["communities"].as_array().unwrap();
        all.iter().find(|one| one["community"] == text).unwrap_or_else(|| panic!("{text}: {listed}")).clone()
    };
    let mail = of("12076:5010");
    assert_eq!(
        (&mail["applications"], &mail["ipv4"], &mail["ipv6"]),
        (&json!(["Mail"]), &json!(2), &json!(0))
    );
    assert_eq!(mail["neighbors"], json!([Peer(1).address().to_string()]));
    assert!(mail["meaning"].as_str().unwrap().starts_with("ExchangeOnline (preset O365)"), "{mail}");
    assert!(of("65535:65281")["meaning"].as_str().unwrap().contains("RFC 1997"));
    assert_eq!(of("64512:77").get("meaning"), None);
    assert_eq!(of("64512:1:2")["ipv4"], 1);
    assert!(answer(&["communities"]).contains("route targets"));
    assert!(!answer(&["communities", "--unlisted"]).contains("12076:5010"));

    let profile = answer(&["communities", "--suggest"]);
    for expected in ["ExchangeOnline", "SharePointOnline", "application       64512:77", "64512:1:2"] {
        assert!(profile.contains(expected), "{expected}: {profile}");
    }
    assert!(!profile.contains("65281") && !profile.contains("no-export"), "{profile}");

    fs::write(scene.path("profile"), &profile).unwrap();
    let path = scene.path("profile").to_str().unwrap().to_owned();
    let before = fs::read_dir(scene.path("")).unwrap().count();
    let preview = |profile: &str| -> Value {
        serde_json::from_str(&answer(&["preview", "--profile", profile, "--json"])).unwrap()
    };
    let gained = |preview: &Value| -> usize {
        let applications = preview["applications"].as_array().unwrap();
        applications.iter().map(|one| one["gained"].as_array().unwrap().len()).sum()
    };
    assert_eq!(gained(&preview(&path)), 5, "{}", preview(&path));
    assert_eq!(fs::read_dir(scene.path("")).unwrap().count(), before, "nothing is written");

    // What is in force is compared with.
    scene.run(&["--source", "bgpd", "--bgpd-socket", &socket]);
    let of_preset = preview("O365");
    let names = |one: &Value| one["application-name"].as_str().unwrap().to_owned();
    let applications = of_preset["applications"].as_array().unwrap();
    let mail = applications.iter().find(|one| names(one) == "Mail").unwrap();
    assert_eq!((&mail["in-force"], mail["lost"].as_array().unwrap().len()), (&json!(2), 2));
    let exchange = applications.iter().find(|one| names(one) == "ExchangeOnline").unwrap();
    assert_eq!(exchange["gained"], json!(["198.51.100.0/26", "198.51.100.64/26"]));
    let text = answer(&["preview", "--profile", "O365"]);
    assert!(text.contains("nothing was written") && text.contains("  - 198.51.100.0/26"), "{text}");
}

/// What bgpd lists, with texts that are no community, or may be the alias of another one.
#[test]
fn texts_that_do_not_tell_a_community() {
    let reply = "Address Refcnt Community\n[0x1] (2) 64512:1 no-export\n[0x2] (1) my-alias 64512:9\n";
    let alias: Community = "64512:9".parse().unwrap();
    let mut carried = CarriedCommunities::default();
    read_carried(reply.as_bytes(), |community| *community == alias, &mut carried).unwrap();
    let listed: Vec<String> = carried.communities.iter().map(ToString::to_string).collect();
    let unclear: Vec<&str> = carried.unclear.iter().map(String::as_str).collect();
    assert_eq!(
        (listed, unclear),
        (vec!["64512:1".to_owned(), "65535:65281".to_owned()], vec!["64512:9", "my-alias"])
    );
    let error = read_carried(&b"Address Refcnt Community\nwhatever\n"[..], |_| false, &mut carried);
    assert!(error.is_err());
}
