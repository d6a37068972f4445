//! What never becomes a prefix, whatever communities it carries, and what is said of it.

use bgp_community_services::collect::guard::{Guard, Guards};
use bgp_community_services::collect::state::{Outcome, State};
use bgp_community_services::prefix::{Family, Prefix};
use bgpcs::{Application, ModuleConfiguration};
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::sync::{Arc, Mutex};

use crate::scene::{EMPTY, Scene};

fn configuration(change: impl FnOnce(&mut Value)) -> ModuleConfiguration {
    let mut value = json!({"applications": [{"application-name": "any", "bgp-community": ["1:1"]}]});
    change(&mut value);
    serde_json::from_value(value).unwrap()
}

fn against(configuration: &ModuleConfiguration, table: Family, prefix: &str) -> Option<Guard> {
    let Application { application_name, .. } = &configuration.applications[0];
    Guards::of(configuration).of_application(application_name).against(table, prefix.parse().unwrap())
}

#[test]
fn of_each_prefix() {
    use Family::{Ipv4, Ipv6};
    let plain = configuration(|_| {});
    let any_length = configuration(|value| {
        value["shortest-ipv4-prefix"] = json!(0);
        value["shortest-ipv6-prefix"] = json!(0);
    });
    let within = configuration(|value| {
        value["applications"][0]["within"] =
            json!(["10.0.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "2001:db8::/32", "::ffff:192.0.2.0/120"]);
    });
    let cases = [
        (&plain, Ipv4, "0.0.0.0/8", Some(Guard::ThisNetwork)),
        (&plain, Ipv4, "0.0.0.0/32", Some(Guard::ThisNetwork)),
        (&plain, Ipv4, "0.255.0.0/16", Some(Guard::ThisNetwork)),
        (&plain, Ipv4, "1.0.0.0/8", None),
        (&plain, Ipv4, "127.0.0.0/8", Some(Guard::Loopback)),
        (&plain, Ipv4, "127.255.255.255/32", Some(Guard::Loopback)),
        (&plain, Ipv4, "126.0.0.0/8", None),
        (&plain, Ipv4, "169.254.0.0/16", Some(Guard::LinkLocal)),
        (&plain, Ipv4, "169.254.169.254/32", Some(Guard::LinkLocal)),
        (&plain, Ipv4, "169.254.0.0/15", None),
        (&plain, Ipv4, "169.255.0.0/16", None),
        (&plain, Ipv4, "224.0.0.0/4", Some(Guard::Multicast)),
        (&plain, Ipv4, "239.255.255.250/32", Some(Guard::Multicast)),
        (&plain, Ipv4, "223.255.255.0/24", None),
        (&plain, Ipv4, "240.0.0.0/4", Some(Guard::Reserved)),
        (&plain, Ipv4, "255.255.255.255/32", Some(Guard::Reserved)),
        (&any_length, Ipv4, "224.0.0.0/3", Some(Guard::Reserved)),
        (&any_length, Ipv4, "192.0.0.0/2", None),
        (&any_length, Ipv4, "126.0.0.0/7", None),
        // An operator's own.
        (&plain, Ipv4, "10.0.0.0/8", None),
        (&plain, Ipv4, "172.16.0.0/12", None),
        (&plain, Ipv4, "192.168.0.0/16", None),
        (&plain, Ipv4, "100.64.0.0/10", None),
        (&plain, Ipv6, "fc00::/18", None),
        (&plain, Ipv6, "fd12:3456::/48", None),
        (&plain, Ipv6, "64:ff9b::/96", None),
        (&plain, Ipv6, "::/128", Some(Guard::Unspecified)),
        (&plain, Ipv6, "::1/128", Some(Guard::Loopback)),
        (&plain, Ipv6, "::/127", Some(Guard::Ipv4Compatible)),
        (&plain, Ipv6, "::192.0.2.0/120", Some(Guard::Ipv4Compatible)),
        (&plain, Ipv6, "::/95", None),
        (&plain, Ipv6, "fe80::/10", Some(Guard::LinkLocal)),
        (&plain, Ipv6, "febf::/16", Some(Guard::LinkLocal)),
        (&any_length, Ipv6, "fe80::/9", None),
        (&plain, Ipv6, "fec0::/16", None),
        (&plain, Ipv6, "ff00::/8", Some(Guard::Multicast)),
        (&plain, Ipv6, "ff02::1/128", Some(Guard::Multicast)),
        // What maps IPv4 is that in the table of IPv6 only.
        (&plain, Ipv6, "::ffff:10.0.0.0/104", Some(Guard::Ipv4Mapped)),
        (&plain, Ipv6, "::ffff:0:0/96", Some(Guard::Ipv4Mapped)),
        (&any_length, Ipv6, "::ffff:0:0/96", Some(Guard::Ipv4Mapped)),
        (&plain, Ipv6, "::ffff:0:0/95", None),
        // The shortest prefixes.
        (&plain, Ipv4, "0.0.0.0/0", Some(Guard::ShortestIpv4Prefix)),
        (&plain, Ipv4, "0.0.0.0/1", Some(Guard::ShortestIpv4Prefix)),
        (&plain, Ipv4, "128.0.0.0/1", Some(Guard::ShortestIpv4Prefix)),
        (&plain, Ipv4, "10.0.0.0/7", Some(Guard::ShortestIpv4Prefix)),
        (&any_length, Ipv4, "0.0.0.0/0", None),
        (&any_length, Ipv4, "0.0.0.0/1", None),
        (&any_length, Ipv4, "127.0.0.0/9", Some(Guard::Loopback)),
        (&plain, Ipv6, "::/0", Some(Guard::ShortestIpv6Prefix)),
        (&plain, Ipv6, "2000::/15", Some(Guard::ShortestIpv6Prefix)),
        (&plain, Ipv6, "2000::/16", None),
        (&any_length, Ipv6, "::/0", None),
        // Within.
        (&within, Ipv4, "10.0.0.0/8", None),
        (&within, Ipv4, "10.0.0.0/16", None),
        (&within, Ipv4, "10.255.255.255/32", None),
        (&within, Ipv4, "172.31.0.0/16", None),
        (&within, Ipv4, "172.32.0.0/16", Some(Guard::Within)),
        (&within, Ipv4, "172.0.0.0/8", Some(Guard::Within)),
        (&within, Ipv4, "9.0.0.0/8", Some(Guard::Within)),
        (&within, Ipv4, "11.0.0.0/8", Some(Guard::Within)),
        (&within, Ipv4, "192.0.2.7/32", None),
        (&within, Ipv4, "127.0.0.1/32", Some(Guard::Loopback)),
        (&within, Ipv6, "2001:db8:1::/48", None),
        (&within, Ipv6, "2001:db9::/32", Some(Guard::Within)),
    ];
    for (configuration, table, prefix, expected) in cases {
        assert_eq!(against(configuration, table, prefix), expected, "{prefix} in the table of {table}");
    }
}

/// A bgpd whose IPv4 routes with the first community can be changed; others have none.
fn scene() -> (Scene, Arc<Mutex<String>>) {
    let scene = Scene::new();
    let routes = Arc::new(Mutex::new(EMPTY.to_owned()));
    let known = Arc::clone(&routes);
    let answer = move |command: &str| match command.contains("ipv4") && command.contains("12076:5010") {
        true => vty_reply(0, &known.lock().unwrap()),
        false => vty_reply(0, EMPTY),
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(answer)));
    (scene, routes)
}

fn reply(prefixes: &[String]) -> String {
    let routes: Vec<_> = prefixes
        .iter()
        .map(|prefix| format!(r#""{prefix}": [{{"valid": true, "bestpath": true}}]"#))
        .collect();
    format!(r#"{{"routes": {{{}}}}}"#, routes.join(","))
}

fn texts(prefixes: &[&str]) -> Vec<String> {
    prefixes.iter().map(|prefix| (*prefix).to_owned()).collect()
}

fn left_out(state: &State) -> Vec<String> {
    let texts = state.left_out.iter().map(|left_out| {
        let prefixes: Vec<_> = left_out.prefixes.iter().map(Prefix::to_string).collect();
        format!("{} {:?} {}: {}", left_out.application, left_out.guard, left_out.count, prefixes.join(" "))
    });
    texts.collect()
}

#[test]
fn of_a_run() {
    let (scene, routes) = scene();
    *routes.lock().unwrap() = reply(&texts(&[
        "0.0.0.0/1",
        "127.0.0.0/8",
        "127.1.0.0/16",
        "127.2.0.0/16",
        "127.3.0.0/16",
        "127.4.0.0/16",
        "127.5.0.0/16",
        "10.1.0.0/17",
        "10.1.128.0/17",
        "128.0.0.0/1",
        "192.0.2.0/24",
    ]));
    scene.edit("config.json", |config| {
        config["aggregate-prefixes"] = json!(true);
        config["applications"][0]["within"] = json!(["10.0.0.0/8"]);
        // What is left out does not count.
        config["max-prefixes"] = json!(2);
    });
    let (state, _) = scene.ask_bgpd();
    assert_eq!(
        (state.outcome, scene.prefixes().as_str()),
        (Outcome::Failed, " | "),
        "too many to look through"
    );
    scene.edit("config.json", |config| config["max-prefixes"] = json!(11));
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Good, "10.1.0.0/16 | "));
    assert_eq!(
        left_out(&state),
        [
            "ExchangeOnline Loopback 6: 127.0.0.0/8 127.1.0.0/16 127.2.0.0/16 127.3.0.0/16 127.4.0.0/16",
            "ExchangeOnline ShortestIpv4Prefix 2: 0.0.0.0/1 128.0.0.0/1",
            "ExchangeOnline Within 1: 192.0.2.0/24",
        ]
    );
    assert_eq!(scene.json("state/last-run.json")["left-out"][0]["guard"], "loopback");
    let doctor = scene.answer(&["doctor"]);
    for expected in [
        "warn  guard          left out 6 prefixes of ExchangeOnline (loopback addresses): 127.0.0.0/8, 127.1.0.0/16, \
         127.2.0.0/16, 127.3.0.0/16, 127.4.0.0/16 and 1 more",
        "left out 2 prefixes of ExchangeOnline (shorter than shortest-ipv4-prefix 8): 0.0.0.0/1, 128.0.0.0/1",
        "note  guard          left out 1 prefix of ExchangeOnline (outside of within): 192.0.2.0/24",
        "change shortest-ipv4-prefix in the profile",
        "filter them inbound",
    ] {
        assert!(doctor.contains(expected), "{expected}: {doctor}");
    }
    let status = scene.answer(&["status"]);
    assert!(status.contains("Left out") && status.contains("9 prefixes"), "{status}");
    assert!(status.contains("warning prefix-left-out: left out 6 prefixes of ExchangeOnline"), "{status}");
    let status: Value = serde_json::from_str(&scene.answer(&["status", "--json"])).unwrap();
    assert_eq!(status["left-out"][2]["guard"], "within");
    let page = scene.path("page.html");
    scene.answer(&["report", "--html", page.to_str().unwrap()]);
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("Left out") && page.contains("loopback addresses"));
}

/// What an earlier release took goes when there is no answer, too.
#[test]
fn of_what_stays() {
    let (scene, routes) = scene();
    *routes.lock().unwrap() = reply(&texts(&["10.0.0.0/8"]));
    scene.ask_bgpd();
    scene.edit("output.json", |output| {
        output["services"]["ExchangeOnline"] =
            json!([{"ip-prefix": "0.0.0.0/0"}, {"ip-prefix": "10.0.0.0/8"}, {"ip-prefix": "127.0.0.0/8"}]);
    });
    fs::remove_file(scene.path("bgpd.vty")).unwrap();
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Held, "10.0.0.0/8 | "));
    fs::write(scene.path("config.json"), "{").unwrap();
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Held, "10.0.0.0/8 | "));
}

/// A prefix of any length, most of them near the blocks that are never taken.
fn net() -> impl Strategy<Value = IpNet> {
    let ipv4 = (
        prop_oneof![Just(0_u32), Just(126 << 24), Just(0xa9fe_0000), Just(0xe000_0000), any::<u32>()],
        any::<u32>(),
        0..=32_u8,
    )
        .prop_map(|(base, noise, length)| {
            IpNet::V4(Ipv4Net::new((base ^ (noise >> 7)).into(), length).unwrap().trunc())
        });
    let ipv6 = (
        prop_oneof![
            Just(0_u128),
            Just(0xffff_u128 << 32),
            Just(0xfe80 << 112),
            Just(0xff << 120),
            any::<u128>()
        ],
        any::<u128>(),
        0..=128_u8,
    )
        .prop_map(|(base, noise, length)| {
            IpNet::V6(Ipv6Net::new((base ^ (noise >> 96)).into(), length).unwrap().trunc())
        });
    prop_oneof![ipv4, ipv6]
}

/// Whether all addresses are such as no packet may be forwarded to, by the standard library's words.
fn is_never_to_be_taken(net: IpNet) -> bool {
    let never = |address: std::net::IpAddr| match address {
        std::net::IpAddr::V4(v4) => {
            v4.octets()[0] == 0 || v4.is_loopback() || v4.is_link_local() || v4.octets()[0] >= 224
        }
        std::net::IpAddr::V6(v6) => {
            v6.is_unspecified() || v6.is_loopback() || v6.is_multicast() || v6.is_unicast_link_local()
        }
    };
    // Each block is contiguous, and between any two of them that do not touch there are others.
    let [first, last] = [net.network(), net.broadcast()];
    let is_one_block = match (first, last) {
        (std::net::IpAddr::V4(first), std::net::IpAddr::V4(last)) => {
            first.octets()[0] == last.octets()[0] || first.octets()[0] >= 224
        }
        (std::net::IpAddr::V6(first), std::net::IpAddr::V6(last)) => {
            first.segments()[0] >> 8 == last.segments()[0] >> 8
        }
        _ => false,
    };
    never(first) && never(last) && is_one_block
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_inside_what_is_never_taken(net in net(), shortest in 0..=32_u32) {
        let configuration = configuration(|value| {
            value["shortest-ipv4-prefix"] = json!(shortest);
            value["shortest-ipv6-prefix"] = json!(shortest);
        });
        let prefix = Prefix::from(net);
        let table = if matches!(net, IpNet::V4(_)) { Family::Ipv4 } else { Family::Ipv6 };
        let guards = Guards::of(&configuration);
        let found = guards.of_application(&configuration.applications[0].application_name).against(table, prefix);
        if is_never_to_be_taken(net) {
            prop_assert!(found.is_some_and(|guard| guard.leaf().is_none()), "{net} is taken: {found:?}");
        }
        if found.is_none() {
            prop_assert!(u32::from(net.prefix_len()) >= shortest);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Through a whole run: what is in the output file is neither never to be taken nor outside.
    #[test]
    fn nothing_of_it_in_the_output_file(
        nets in proptest::collection::vec(net(), 0..40),
        aggregate: bool,
        within: bool,
    ) {
        let (scene, routes) = scene();
        let ipv4 = nets.iter().filter(|net| matches!(net, IpNet::V4(_)));
        *routes.lock().unwrap() = reply(&ipv4.map(IpNet::to_string).collect::<Vec<_>>());
        scene.edit("config.json", |config| {
            config["aggregate-prefixes"] = json!(aggregate);
            config["shortest-ipv4-prefix"] = json!(0);
            if within {
                config["applications"][0]["within"] = json!(["0.0.0.0/1", "127.0.0.0/8"]);
            }
        });
        let (state, _) = scene.ask_bgpd();
        prop_assert_eq!(state.outcome, Outcome::Good);
        let output = scene.prefixes();
        let written = output.split([' ', '|']).filter(|text| !text.is_empty());
        for net in written.map(|text| text.parse::<IpNet>().unwrap()) {
            prop_assert!(!is_never_to_be_taken(net), "{} is taken", net);
            prop_assert!(!within || "0.0.0.0/1".parse::<IpNet>().unwrap().contains(&net), "{} is outside", net);
        }
    }
}

/// What was merged is shorter than anything that a guard admits, and lies in none of `within` alone.
#[test]
fn merged_prefixes_stay_without_an_answer() {
    let (scene, routes) = scene();
    *routes.lock().unwrap() = reply(&texts(&["10.1.0.0/17", "10.1.128.0/17"]));
    scene.edit("config.json", |config| {
        config["aggregate-prefixes"] = json!(true);
        config["shortest-ipv4-prefix"] = json!(17);
        config["applications"][0]["within"] = json!(["10.1.0.0/17", "10.1.128.0/17"]);
    });
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Good, "10.1.0.0/16 | "));
    fs::remove_file(scene.path("bgpd.vty")).unwrap();
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, scene.prefixes().as_str()), (Outcome::Held, "10.1.0.0/16 | "));
    // A leaf that was changed counts at once.
    scene.edit("config.json", |config| config["applications"][0]["within"] = json!(["192.0.2.0/24"]));
    assert_eq!((scene.ask_bgpd().0.outcome, scene.prefixes().as_str()), (Outcome::Held, " | "));
}
