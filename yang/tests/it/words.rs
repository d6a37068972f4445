//! The texts that the shared types accept and refuse, and what they become in JSON.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use bgpcs::{
    ApplicationLeaf, ApplicationName, AssetId, Community, IpPrefix, LargeCommunity, LargestLoss, MaxPrefixes,
    ModuleConfiguration, PILLAR_KEY, Package, PathSelection, Pillar, PillarDocument, ProfileLeaf,
    ProfileName, Quoted, RefreshInterval, Release, RouteTarget, ShortestIpv4Prefix, ShortestIpv6Prefix,
    StalePathTime, StandardCommunity, VrfName, WellKnown, plain, plain_json,
};
use proptest::prelude::*;
use serde_json::json;

/// Every accepted text is its own canonical text, and every refusal shows the text that it is about.
#[track_caller]
fn check<T>(accepted: &[&str], refused: &[&str])
where
    T: FromStr<Err: Display> + Display,
{
    for text in accepted {
        match text.parse::<T>() {
            Ok(value) => assert_eq!(value.to_string(), *text),
            Err(error) => panic!("{text:?} is refused: {error}"),
        }
    }
    for text in refused {
        match text.parse::<T>() {
            Ok(value) => panic!("{text:?} is accepted as {value}"),
            Err(error) => assert!(text.is_empty() || error.to_string().contains(&Quoted(text).to_string())),
        }
    }
}

#[test]
fn communities_have_one_text_each() {
    check::<Community>(
        &[
            "0:0",
            "65535:65535",
            "12076:5010",
            "64512:30",
            "0:0:0",
            "4294967295:4294967295:4294967295",
            "target:0:4294967295",
            "target:65535:4294967295",
            "target:65536:65535",
            "target:4294967295:0",
            "target:192.0.2.1:77",
            "target:255.255.255.255:65535",
            "no-export",
            "graceful-shutdown",
            "local-AS",
        ],
        &[
            "",
            ":",
            "1",
            "1:",
            ":1",
            "65536:0",
            "0:65536",
            "01:1",
            "1:01",
            "+1:1",
            "-1:1",
            "1: 1",
            " 1:1",
            "1:1 ",
            "1:1\n",
            "0x1:1",
            "1:1:",
            "::",
            "1::1",
            "4294967296:0:0",
            "0:0:4294967296",
            "1:1:1:1",
            "target:",
            "target:1",
            "target:1:",
            "target:4294967296:1",
            "target:65536:65536",
            "target:65535:4294967296",
            "target:1:1:1",
            "target:192.0.2:1",
            "target:192.0.2.256:1",
            "target:192.0.2.01:1",
            "target:192.0.2.1:65536",
            "target:::1:1",
            "Target:1:1",
            "soo:1:1",
            "no_export",
            "No-Export",
            "local-as",
            "NO_EXPORT",
            "١:١",
        ],
    );
}

#[test]
fn communities_carry_the_numbers_of_their_text() {
    let cases = [
        ("12076:5010", Community::Standard(StandardCommunity { high: 12076, low: 5010 })),
        ("64496:1:2", Community::Large(LargeCommunity { global: 64496, first: 1, second: 2 })),
        ("target:65535:65536", Community::RouteTarget(RouteTarget::As2(65535, 65536))),
        ("target:65536:65535", Community::RouteTarget(RouteTarget::As4(65536, 65535))),
        ("target:192.0.2.1:7", Community::RouteTarget(RouteTarget::Ipv4(Ipv4Addr::new(192, 0, 2, 1), 7))),
    ];
    for (text, community) in cases {
        assert_eq!(text.parse(), Ok(community));
    }
    let values = [
        ("12076:5010", Some((12076, 5010))),
        ("internet", Some((0, 0))),
        ("blackhole", Some((65535, 666))),
        ("no-export", Some((65535, 65281))),
        ("local-AS", Some((65535, 65283))),
        ("no-peer", Some((65535, 65284))),
        ("1:2:3", None),
        ("target:1:2", None),
    ];
    for (text, value) in values {
        let community: Community = text.parse().unwrap();
        assert_eq!(community.standard().map(|standard| (standard.high, standard.low)), value, "{text}");
    }
}

#[test]
fn well_known_communities_are_in_the_order_of_their_values_and_all_parse() {
    let all: Vec<WellKnown> = WellKnown::all().collect();
    assert!(all.is_sorted_by_key(WellKnown::value));
    for known in all {
        assert_eq!(known.name().parse(), Ok(Community::WellKnown(known)));
        assert!(known.defined_by().starts_with("RFC ") || known.defined_by().starts_with("draft-"));
    }
}

#[test]
fn names_and_asset_ids_are_what_they_may_be() {
    let (longest, too_long) = ("a".repeat(63), "a".repeat(64));
    check::<ProfileName>(
        &["O365", "a", "7", "a-b_c", &longest],
        &["", "-a", "a-", "_a", "a_", "a b", "a.b", "ä", "a\n", &too_long],
    );
    check::<ApplicationName>(&["ExchangeOnline", " ", "\n", "{{ 7*7 }}", "größer", "\"'#: "], &[""]);
    let (longest, too_long) = ("a".repeat(VrfName::MAX_LENGTH), "a".repeat(VrfName::MAX_LENGTH + 1));
    check::<VrfName>(
        &["a", "7", "All", "alla", "al", "a-b_c", &longest],
        &["", "all", "-a", "_a", "a.b", &too_long],
    );
    let (longest, too_long) = ("ä".repeat(AssetId::MAX_LENGTH / 2), "a".repeat(AssetId::MAX_LENGTH + 1));
    check::<AssetId>(
        &["router1-node1", "Node 1.Site-A", "a..b", "init", "top", "{{ 7*7 }}", "-a", "~", &longest],
        &["", ".", "..", ".hidden", "../x", "a/b", "/etc/passwd", "a\0", "a\nb", "a\u{85}", &too_long],
    );
    assert_eq!("a.b".parse::<AssetId>().unwrap().file_name(), "a.b.sls");
}

#[test]
fn numbers_keep_their_range_and_have_their_default() {
    check::<RefreshInterval>(&["10", "60", "3600"], &["9", "3601", "", "-10", "1e1", "10.0", "99999999999"]);
    check::<StalePathTime>(&["0", "86400"], &["86401", "-1"]);
    check::<MaxPrefixes>(&["0", "4294967295"], &["4294967296", "-1"]);
    check::<ShortestIpv4Prefix>(&["0", "8", "32"], &["33", "-1"]);
    check::<ShortestIpv6Prefix>(&["0", "16", "128"], &["129"]);
    check::<LargestLoss>(&["1", "100"], &["0", "101", "50%"]);
    check::<PathSelection>(&["any", "best"], &["", "Any", "all", "any "]);
    assert_eq!(RefreshInterval::new(9), None);
    assert_eq!(RefreshInterval::new(10).map(|interval| interval.get()), Some(10));
    assert_eq!(PathSelection::default(), PathSelection::Any);
}

#[test]
fn prefixes_have_their_canonical_text() {
    check::<IpPrefix>(
        &["0.0.0.0/0", "192.0.2.0/24", "192.0.2.1/32", "::/0", "2001:db8::/32", "::1/128"],
        &["", "192.0.2.0", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/08", "192.0.2/24", "::/129", "/8", "0/0"],
    );
    for (text, canonical) in [
        ("192.0.2.77/24", "192.0.2.0/24"),
        ("255.255.255.255/0", "0.0.0.0/0"),
        ("2001:DB8::1/32", "2001:db8::/32"),
    ] {
        assert_eq!(text.parse::<IpPrefix>().unwrap().to_string(), canonical);
    }
    assert_eq!(IpPrefix::new(Ipv4Addr::LOCALHOST.into(), 33), None);
    for (address, alone) in [("10.1.2.3", "10.1.2.3/32"), ("2001:db8::1", "2001:db8::1/128")] {
        assert_eq!(IpPrefix::from(address.parse::<IpAddr>().unwrap()).to_string(), alone);
    }
}

#[test]
fn a_release_knows_the_leaves_of_its_own_yang_and_of_those_before() {
    let release = |text: &str| text.parse::<Release>().unwrap();
    check::<Release>(&["3.0.2", "4.1.0"], &["", "4", "4.1", "4.1.0.0", "4.1.x", "04.1.0", "4.1.0-1"]);
    for (leaf, first) in [(ProfileLeaf::RefreshInterval, "4.1.0"), (ProfileLeaf::LargestLoss, "5.0.0")] {
        assert!(leaf.is_known_to(release(first)) && leaf.is_known_to(release("10.0.0")));
        assert!(!leaf.is_known_to(release("3.0.2")));
    }
    assert!(!ProfileLeaf::LargestLoss.is_known_to(release("4.1.0")));
    assert!(
        !ApplicationLeaf::Vrf.is_known_to(release("4.2.0"))
            && ApplicationLeaf::Vrf.is_known_to(release("5.0.0"))
    );
}

#[test]
fn texts_from_outside_stay_on_one_line() {
    let cases = [
        ("ExchangeOnline", "ExchangeOnline"),
        ("12076:5010", "12076:5010"),
        ("/etc/größe.json", "/etc/größe.json"),
        ("", r#""""#),
        ("a b", r#""a b""#),
        ("a\nERROR: b", r#""a\nERROR: b""#),
        ("\"x\" \u{1b}[2J\u{202e}", r#""\"x\" \u{1b}[2J\u{202e}""#),
    ];
    for (text, shown) in cases {
        assert_eq!(Quoted(text).to_string(), shown);
    }
}

#[test]
fn no_character_from_outside_is_obeyed() {
    let obeyed = "\0\t\n\r\u{1b}\u{7f}\u{85}\u{9b}\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}";
    assert_eq!(plain(&format!("a{obeyed}ä")), format!("a{}ä", "\u{fffd}".repeat(obeyed.chars().count())));
    let json = serde_json::to_string(obeyed).unwrap();
    let escaped = plain_json(&json);
    assert!(escaped.is_ascii() && escaped.chars().all(|c| !c.is_control()), "{escaped}");
    assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), obeyed);
    let quoted = Quoted(obeyed).to_string();
    assert!(quoted.is_ascii() && quoted.chars().all(|c| !c.is_control()), "{quoted}");
}

/// The pillar of the seed's example, as the documents of both halves show it.
fn pillar() -> serde_json::Value {
    json!({
        "bgp-community-services": {
            "router": "router1",
            "node": "node1",
            "profile": "O365",
            "package": {"name": "128T-bgp-community-services-router", "version": Package::router().version},
            "config": {
                "applications": [
                    {"application-name": "ExchangeOnline", "bgp-community": ["12076:5010", "no-export"]},
                    {"application-name": "{{ 7*7 }}\n\"größer\"", "bgp-community": ["64512:30"]},
                ],
                "duration": 60,
                "path-selection": "any",
                "stale-path-time": 300,
                "max-prefixes": 100000,
                "aggregate-prefixes": false,
                "update-mode": "poll",
            },
        },
    })
}

#[test]
fn the_pillar_is_the_documented_json_and_comes_back_the_same() {
    let document: PillarDocument = serde_json::from_value(pillar()).unwrap();
    assert_eq!(serde_json::to_value(&document).unwrap(), pillar());
    assert_eq!(pillar().as_object().unwrap().keys().collect::<Vec<_>>(), [PILLAR_KEY]);
    assert_eq!(document.pillar.package, Package::router());
    let from_text: PillarDocument = serde_json::from_str(&pillar().to_string()).unwrap();
    assert_eq!(from_text, document);
}

#[test]
fn a_configuration_of_another_version_is_read_with_defaults() {
    let read = |text| serde_json::from_str::<ModuleConfiguration>(text);
    let defaults: ModuleConfiguration = serde_json::from_value(json!({
        "applications": [], "duration": 60, "path-selection": "any", "stale-path-time": 300, "max-prefixes": 100000,
        "aggregate-prefixes": false, "update-mode": "poll", "shortest-ipv4-prefix": 8, "shortest-ipv6-prefix": 16,
        "largest-loss": 100,
    }))
    .unwrap();
    assert_eq!(read(r#"{"applications": [], "of-a-later-version": {"x": 1}}"#).unwrap(), defaults);
    for (text, named) in [
        ("{}", "applications"),
        (r#"{"applications": [], "duration": 9}"#, "integer `9`, expected a whole number from 10 to 3600"),
        (r#"{"applications": [], "path-selection": "all"}"#, "all is not one of: any, best"),
        (r#"{"applications": [{"application-name": "", "bgp-community": []}]}"#, "application-name is empty"),
        (r#"{"applications": [{"application-name": "a", "bgp-community": [3870750]}]}"#, "string"),
        (
            r#"{"applications": [{"application-name": "a", "bgp-community": ["1:99999"]}]}"#,
            "community 1:99999",
        ),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(named), "{text}: {error}");
    }
    assert!(serde_json::from_value::<Pillar>(json!({"router": "r"})).is_err());
}

proptest! {
    #[test]
    fn any_text_is_refused_or_its_own_canonical_text(text in r"\PC{0,12}|(target:)?[0-9:.]{1,24}") {
        if let Ok(community) = text.parse::<Community>() {
            prop_assert_eq!(community.to_string(), text.as_str());
        }
        if let Ok(id) = text.parse::<AssetId>() {
            let mut components = std::path::Path::new(&id.file_name()).components().count();
            components += usize::from(id.file_name().starts_with('.'));
            prop_assert_eq!(components, 1);
        }
    }

    #[test]
    fn any_community_is_read_from_its_text(high: u16, low: u16, global: u32, first: u32, second: u32, kind in 0..5) {
        let community = match kind {
            0 => Community::Standard(StandardCommunity { high, low }),
            1 => Community::Large(LargeCommunity { global, first, second }),
            2 => Community::RouteTarget(RouteTarget::As2(high, first)),
            3 => Community::RouteTarget(RouteTarget::As4(global.max(65536), low)),
            _ => Community::RouteTarget(RouteTarget::Ipv4(Ipv4Addr::from(global), low)),
        };
        prop_assert_eq!(community.to_string().parse(), Ok(community));
    }
}
