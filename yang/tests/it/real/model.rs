//! The YANG module says what the Rust of this crate does.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::process::Output;

use bgpcs::{
    Application, ApplicationLeaf, ApplicationName, Community, IpPrefix, LargestLoss, MaxPrefixes,
    ModuleConfiguration, PathSelection, ProfileLeaf, ProfileName, Ranged, RefreshInterval,
    ShortestIpv4Prefix, ShortestIpv6Prefix, StalePathTime, UpdateMode, VrfName, WellKnown,
};
use proptest::prelude::*;
use regex::Regex;
use roxmltree::{Document, Node};

use super::tools::{FOLDER, MODULE, pyang, run};

/// What YIN, the XML form of YANG, says of the module.
struct Model {
    yin: String,
}

impl From<Output> for Model {
    fn from(output: Output) -> Self {
        Self { yin: String::from_utf8(output.stdout).unwrap() }
    }
}

impl Model {
    fn read() -> Self {
        run(pyang().args(["-f", "yin", MODULE])).into()
    }

    fn stub(name: &str) -> Self {
        run(pyang().args(["-f", "yin"]).arg(format!("stubs/{name}.yang"))).into()
    }

    /// A module of the IETF, which pyang brings along.
    fn standard(name: &str) -> Self {
        let modules = pyang().get_program().to_owned();
        let modules = Path::new(&modules).parent().unwrap().join("../share/yang/modules/ietf");
        run(pyang().args(["-f", "yin"]).arg(modules.join(format!("{name}.yang")))).into()
    }

    fn document(&self) -> Document<'_> {
        Document::parse(&self.yin).unwrap()
    }
}

/// The statements of one keyword below a node, in order.
fn statements<'a, 'i>(node: Node<'a, 'i>, keyword: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.descendants().filter(move |found| found.tag_name().name() == keyword)
}

/// The statement of a keyword and name.
#[track_caller]
fn statement<'a, 'i>(document: &'a Document<'i>, keyword: &'static str, name: &str) -> Node<'a, 'i> {
    statements(document.root(), keyword)
        .find(|found| found.attribute("name") == Some(name))
        .unwrap_or_else(|| panic!("no {keyword} {name}"))
}

/// The argument of the only substatement of a keyword, such as `range`'s `value`.
fn argument<'a>(node: Node<'a, '_>, keyword: &'static str) -> Option<&'a str> {
    statements(node, keyword).next()?.attribute("value")
}

/// The patterns below a statement as one matcher per pattern; XSD's patterns match the whole value.
fn patterns(node: Node<'_, '_>) -> Vec<Regex> {
    statements(node, "pattern")
        .map(|pattern| Regex::new(&format!(r"\A(?:{})\z", pattern.attribute("value").unwrap())).unwrap())
        .collect()
}

fn enums<'a>(node: Node<'a, '_>) -> Vec<&'a str> {
    statements(node, "enum").filter_map(|value| value.attribute("name")).collect()
}

/// What the YANG module and the Rust types have to say alike of a leaf.
#[derive(Debug, PartialEq, Eq)]
struct LeafForm {
    kind: String,
    /// Of a number; empty when every number of the type is in range.
    range: String,
    /// Of an enumeration.
    words: Vec<String>,
    default: String,
}

/// As the Rust types have it.
fn form(leaf: ProfileLeaf) -> LeafForm {
    fn number<const MIN: u32, const MAX: u32, const DEFAULT: u32>(
        default: Ranged<MIN, MAX, DEFAULT>,
    ) -> LeafForm {
        let range = if (MIN, MAX) == (0, u32::MAX) { String::new() } else { format!("{MIN}..{MAX}") };
        let kind = if MAX <= u8::MAX.into() { "uint8" } else { "uint32" };
        LeafForm { kind: kind.into(), range, words: Vec::new(), default: default.to_string() }
    }
    fn enumeration<T: Display>(values: &[T], default: T) -> LeafForm {
        let words = values.iter().map(T::to_string).collect();
        LeafForm { kind: "enumeration".into(), range: String::new(), words, default: default.to_string() }
    }
    match leaf {
        ProfileLeaf::RefreshInterval => number(RefreshInterval::default()),
        ProfileLeaf::StalePathTime => number(StalePathTime::default()),
        ProfileLeaf::MaxPrefixes => number(MaxPrefixes::default()),
        ProfileLeaf::ShortestIpv4Prefix => number(ShortestIpv4Prefix::default()),
        ProfileLeaf::ShortestIpv6Prefix => number(ShortestIpv6Prefix::default()),
        ProfileLeaf::LargestLoss => number(LargestLoss::default()),
        ProfileLeaf::PathSelection => enumeration(PathSelection::ALL, PathSelection::default()),
        ProfileLeaf::UpdateMode => enumeration(UpdateMode::ALL, UpdateMode::default()),
        ProfileLeaf::AggregatePrefixes => LeafForm {
            kind: "boolean".into(),
            range: String::new(),
            words: Vec::new(),
            default: smallest().aggregate_prefixes.to_string(),
        },
    }
}

/// The key of a leaf in `config.json`.
fn key(leaf: ProfileLeaf) -> &'static str {
    match leaf {
        // As SSR calls it.
        ProfileLeaf::RefreshInterval => "duration",
        ProfileLeaf::PathSelection
        | ProfileLeaf::StalePathTime
        | ProfileLeaf::MaxPrefixes
        | ProfileLeaf::AggregatePrefixes
        | ProfileLeaf::UpdateMode
        | ProfileLeaf::ShortestIpv4Prefix
        | ProfileLeaf::ShortestIpv6Prefix
        | ProfileLeaf::LargestLoss => leaf.name(),
    }
}

/// A configuration with nothing but defaults.
fn smallest() -> ModuleConfiguration {
    serde_json::from_str(r#"{"applications": []}"#).unwrap()
}

/// The names of the leaves and lists directly below a list, in the module's order.
fn names_below(document: &Document<'_>, list: &str) -> Vec<String> {
    statement(document, "list", list)
        .children()
        .filter(|child| ["leaf", "leaf-list", "list"].contains(&child.tag_name().name()))
        .filter_map(|child| child.attribute("name").map(str::to_owned))
        .collect()
}

#[test]
fn leaves_have_the_types_ranges_and_defaults_of_the_rust() {
    let model = Model::read();
    let document = model.document();
    for leaf in ProfileLeaf::ALL {
        let node = statement(&document, "leaf", leaf.name());
        let described = LeafForm {
            kind: statements(node, "type").next().unwrap().attribute("name").unwrap().to_owned(),
            range: argument(node, "range").unwrap_or_default().to_owned(),
            words: enums(node).into_iter().map(str::to_owned).collect(),
            default: argument(node, "default").unwrap().to_owned(),
        };
        assert_eq!(described, form(*leaf), "{}", leaf.name());
    }
}

#[test]
fn a_profile_has_the_same_leaves_in_every_place() {
    let model = Model::read();
    let document = model.document();
    let leaves = || ProfileLeaf::ALL.iter().map(|leaf| leaf.name());
    let expected: Vec<&str> = ["name", "application"].into_iter().chain(leaves()).collect();
    assert_eq!(names_below(&document, "bgp-community-services-profile"), expected, "the YANG module");

    let keys = |json: serde_json::Value| json.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let expected = ProfileLeaf::ALL.iter().map(|leaf| key(*leaf)).chain(["applications"]);
    let fullest = ModuleConfiguration {
        shortest_ipv4_prefix: ShortestIpv4Prefix::new(0).unwrap(),
        shortest_ipv6_prefix: ShortestIpv6Prefix::new(0).unwrap(),
        largest_loss: LargestLoss::new(50).unwrap(),
        ..smallest()
    };
    let written = keys(serde_json::to_value(fullest).unwrap());
    assert_eq!(written, expected.map(str::to_owned).collect(), "config.json");

    let application = Application {
        description: "text".into(),
        vrf: vec!["blue".parse().unwrap()],
        within: vec!["::/0".parse().unwrap()],
        ..Application::new("a".parse().unwrap(), Vec::new())
    };
    let expected = ApplicationLeaf::ALL.iter().map(|leaf| leaf.name());
    let expected: Vec<&str> = ["application-name", "bgp-community"].into_iter().chain(expected).collect();
    assert_eq!(names_below(&document, "application"), expected, "the YANG module");
    let written = keys(serde_json::to_value(application).unwrap());
    assert_eq!(written, expected.into_iter().map(str::to_owned).collect(), "config.json");

    let instance = fs::read_to_string(Path::new(FOLDER).join("instances/good/every-leaf.xml")).unwrap();
    for leaf in leaves().chain(ApplicationLeaf::ALL.iter().map(|leaf| leaf.name())) {
        assert!(instance.contains(&format!("<{leaf}>")), "no instance document has the leaf {leaf}");
    }
}

#[test]
fn names_are_restricted_as_in_the_rust() {
    let model = Model::read();
    let document = model.document();
    let name = statement(&document, "leaf", "application-name");
    assert_eq!(argument(name, "length"), Some("1..max"));
    assert!(patterns(name).is_empty());
    assert!("".parse::<ApplicationName>().is_err() && "\u{1}".parse::<ApplicationName>().is_ok());

    let stub = Model::stub("t128-extensions");
    let document = stub.document();
    let name_id = patterns(statement(&document, "typedef", "name-id"));
    proptest!(ProptestConfig::with_cases(2000), |(text in "[a-zA-Z0-9_-]{0,66}|[a-b_-]{0,3}|[ -~]{0,4}|\\PC{0,3}")| {
        let accepted = text.len() <= 63 && name_id.iter().all(|pattern| pattern.is_match(&text));
        prop_assert_eq!(accepted, text.parse::<ProfileName>().is_ok(), "{:?}", text);
    });
}

#[test]
fn vrfs_and_prefixes_are_restricted_as_in_the_rust() {
    let model = Model::read();
    let document = model.document();
    let vrf_name = patterns(statement(&document, "typedef", "vrf-name"));
    assert_eq!(vrf_name.len(), 2);
    proptest!(ProptestConfig::with_cases(2000), |(text in "[A-Za-z0-9_-]{0,17}|[al_A]{0,4}|\\PC{0,3}")| {
        let accepted = vrf_name.iter().all(|pattern| pattern.is_match(&text));
        prop_assert_eq!(accepted, text.parse::<VrfName>().is_ok(), "{:?}", text);
    });

    let within = statement(&document, "leaf-list", "within");
    assert_eq!(argument(within, "ordered-by"), Some("user"));
    assert_eq!(statements(within, "type").next().unwrap().attribute("name"), Some("inet:ip-prefix"));
    let standard = Model::standard("ietf-inet-types");
    let document = standard.document();
    let [v4, v6] = ["ipv4-prefix", "ipv6-prefix"].map(|name| patterns(statement(&document, "typedef", name)));
    let address = prop_oneof![
        any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from_bits(bits).to_string()),
        any::<u128>().prop_map(|bits| std::net::Ipv6Addr::from_bits(bits).to_string()),
        "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
        "[0-9a-f]{0,4}(::|:[0-9a-f]{1,4}){0,4}",
    ];
    let text =
        (address, "/?", "[0-9]{0,3}|12[0-9]").prop_map(|(address, slash, length)| address + &slash + &length);
    proptest!(ProptestConfig::with_cases(4000), |(text in text)| {
        let accepted = [&v4, &v6].iter().any(|all| all.iter().all(|pattern| pattern.is_match(&text)));
        // The pattern of the standard accepts leading zeros in an IPv6 prefix's length, and takes two `::` for one.
        let odd = text.contains("::") && text.matches("::").count() > 1
            || text.split_once('/').is_some_and(|(_, length)| length.len() > 1 && length.starts_with('0'));
        prop_assert!(odd || accepted == text.parse::<IpPrefix>().is_ok(), "{:?}", text);
    });
}

/// Whether the module's `community`, a union of patterns and an enumeration, accepts a text.
struct YangCommunity {
    patterns: Vec<Regex>,
    names: Vec<String>,
}

impl YangCommunity {
    fn read() -> Self {
        let model = Model::read();
        let document = model.document();
        let members: Vec<Node<'_, '_>> = statements(statement(&document, "typedef", "community"), "type")
            .filter_map(|member| member.attribute("name"))
            .filter(|member| *member != "union")
            .map(|member| statement(&document, "typedef", member))
            .collect();
        let patterns: Vec<Regex> = members.iter().flat_map(|member| patterns(*member)).collect();
        let names = members.iter().flat_map(|member| enums(*member)).map(str::to_owned).collect();
        assert_eq!(patterns.len(), members.len() - 1, "one pattern for each member but the enumeration");
        Self { patterns, names }
    }

    fn accepts(&self, text: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.is_match(text))
            || self.names.iter().any(|name| name == text)
    }
}

/// Numbers at and around every bound of the text forms.
fn numbers() -> impl Strategy<Value = String> {
    let bounds =
        [0u64, 9, 10, 99, 255, 256, 999, 9999, 10_000, 65_535, 65_536, 99_999, 1 << 32, 9_999_999_999];
    let near = (prop::sample::select(bounds.to_vec()), -2i64..=2)
        .prop_map(|(bound, offset)| bound.saturating_add_signed(offset).to_string());
    let digits =
        prop_oneof!["[0-9]{1,11}", "(4294967|429496|65|655|6553)[0-9]{0,4}", "25[0-9]", "[+-]?0?[0-9]?"];
    prop_oneof![
        any::<u16>().prop_map(|n| n.to_string()),
        any::<u32>().prop_map(|n| n.to_string()),
        near,
        digits
    ]
}

/// Texts that are communities or nearly so.
fn near_communities() -> impl Strategy<Value = String> {
    let parts = || prop::collection::vec(numbers(), 1..5).prop_map(|parts| parts.join(":"));
    let address = prop::collection::vec(numbers(), 3..6).prop_map(|octets| octets.join("."));
    let target = prop_oneof![
        (numbers(), numbers()).prop_map(|(asn, number)| format!("target:{asn}:{number}")),
        (address, numbers()).prop_map(|(address, number)| format!("target:{address}:{number}")),
        parts().prop_map(|parts| format!("target:{parts}")),
    ];
    let names: Vec<String> = WellKnown::all().map(|known| known.name().to_owned()).collect();
    let name = (prop::sample::select(names), "[ \\nA-Za-z:-]?").prop_map(|(name, more)| name + &more);
    let framed =
        ("[ \\n+]?", parts(), "[ \\n:]?").prop_map(|(before, parts, after)| before + &parts + &after);
    prop_oneof![4 => parts(), 4 => target, 1 => name, 1 => framed, 1 => "\\PC{0,8}"]
}

#[test]
fn the_yang_accepts_exactly_the_communities_that_the_rust_accepts() {
    let yang = YangCommunity::read();
    proptest!(ProptestConfig::with_cases(20_000), |(text in near_communities())| {
        prop_assert_eq!(yang.accepts(&text), text.parse::<Community>().is_ok(), "{:?}", text);
    });
}

#[test]
fn well_known_names_are_described_with_their_numbers() {
    let model = Model::read();
    let document = model.document();
    let described: Vec<(String, String, String)> =
        statements(statement(&document, "typedef", "well-known-community"), "enum")
            .map(|value| {
                let text = |keyword| {
                    let found = statements(value, keyword).next().unwrap();
                    found
                        .descendants()
                        .find_map(|node| node.text().filter(|text| !text.trim().is_empty()))
                        .unwrap()
                };
                let number = text("description").split_once(',').unwrap().0.trim().to_owned();
                let document = text("reference").split(':').next().unwrap().trim().to_owned();
                (value.attribute("name").unwrap().to_owned(), number, document)
            })
            .collect();
    let expected: Vec<(String, String, String)> = WellKnown::all()
        .map(|known| (known.name().to_owned(), known.value().to_string(), known.defined_by().to_owned()))
        .collect();
    assert_eq!(described, expected);
}
