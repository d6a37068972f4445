//! Every message says what happened, to what, what was expected or is the case, and what to do; on one line, in lower
//! case, without a final stop.

#![allow(clippy::unwrap_used, reason = "a failure to set the scene fails the test")]

mod scene;
mod stand_in;

use std::fs;

use bgp_community_services::error::with_causes;
use bgp_community_services::operator::answer;
use bgp_community_services::settings::{Action, Settings};
use scene::Scene;
use serde_json::Value;
use stand_in::{Answer, vty_reply};

/// The start of the messages whose words the plugin's documentation fixed.
const DOCUMENTED: [&str; 7] = [
    "URLError: ",
    "HTTPError: ",
    "AttributeError: ",
    "ConfigurationError: ",
    "SessionError: ",
    "PrefixLimitError: ",
    "bgpd at ",
];

fn hold_to_form(message: &str, names: &[&str]) {
    let first = message.chars().next().unwrap_or('A');
    let begins = !first.is_uppercase() || DOCUMENTED.iter().any(|start| message.starts_with(start));
    assert!(begins, "begins in upper case: {message}");
    assert!(
        !message.ends_with('.') && !message.contains('\n'),
        "more than a line or a final stop: {message}"
    );
    for name in names {
        assert!(message.contains(name), "does not say {name}: {message}");
    }
}

/// What makes a run fail, and what the message has to name of it.
#[test]
fn of_a_run() {
    let configuration =
        |text: &'static str| move |scene: &Scene| fs::write(scene.path("config.json"), text).unwrap();
    let answers = |status, text: &'static str| {
        move |scene: &Scene| stand_in::vty(&scene.path("bgpd.vty"), Answer::Bytes(vty_reply(status, text)))
    };
    let many = "BGP table version is 1, local router ID is 192.0.2.1, vrf id 0\n   Network          Next Hop            Path\n\
        *> 10.0.0.0/8       192.0.2.2            64513 i\n\nDisplayed  1 routes and 1 total paths\n";
    type Setting = Box<dyn Fn(&Scene)>;
    let cases: Vec<(Setting, &[&str])> = vec![
        (Box::new(configuration("{")), &["config.json", "apply the Salt state"]),
        (
            Box::new(|scene| fs::remove_file(scene.path("config.json")).unwrap()),
            &["config.json", "assign a profile"],
        ),
        (
            Box::new(configuration(
                r#"{"applications": [{"application-name": "A", "bgp-community": ["1"]}]}"#,
            )),
            &["community 1 is not one of", "line 1"],
        ),
        (
            Box::new(|_| {}),
            &[
                "URLError: [Errno 2]",
                "application ExchangeOnline",
                "community 12076:5010",
                "connect to bgpd at",
            ],
        ),
        (
            Box::new(answers(1, "")),
            &["AttributeError: ", "community 12076:5010", "asked bgpd at", "the reply is not JSON"],
        ),
        (
            Box::new(move |scene| {
                scene.edit("config.json", |value| value["max-prefixes"] = 0.into());
                answers(0, many)(scene);
            }),
            &["PrefixLimitError: ", "max-prefixes 0", "application ExchangeOnline", "community 12076:5010"],
        ),
    ];
    for (set, names) in cases {
        let scene = Scene::new();
        set(&scene);
        let (state, _) = scene.ask_bgpd();
        let failure = state.error.unwrap();
        hold_to_form(&failure.text, &[]);
        hold_to_form(&[vec![failure.text.clone()], failure.causes].concat().join("; because: "), names);
    }
}

/// Whatever is not well in any of the operators' scenarios is followed by what to do.
#[test]
fn of_every_check() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/operator");
    let mut seen = 0;
    for scenario in fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path().join("files")) {
        let path = |name: &str| scenario.join(name).into_os_string().into_string().unwrap();
        let words = [
            ["module", "doctor"],
            ["--json", "--source"],
            ["bgpd", "--config"],
            [&path("config.json"), "--output"],
            [&path("output.json"), "--state-dir"],
            [&path("state"), "--root"],
            [&path("root"), "--bgpd-socket"],
        ];
        let settings =
            Settings::from_words(words.as_flattened().iter().copied().chain([path("bgpd.vty").as_str()]))
                .unwrap();
        let Action::Answer(request) = &settings.action else { panic!("not for an operator") };
        let checks: Value =
            serde_json::from_str(&answer(&settings, request, 1_800_000_000, false).unwrap().text).unwrap();
        for check in checks["checks"].as_array().unwrap() {
            hold_to_form(check["name"].as_str().unwrap(), &[]);
            if check["health"] != "healthy" {
                seen += 1;
                hold_to_form(check["mend"].as_str().unwrap_or_else(|| panic!("nothing to do: {check}")), &[]);
            }
        }
    }
    assert!(seen > 10, "only {seen} checks were not well");
}

/// What is wrong with a command line says what was given and what is expected.
#[test]
fn of_the_command_line() {
    for (words, names) in [
        (
            &["--routing-manager-url", "ftp://x/{family}/{community}"][..],
            &["ftp://x", "expected a form like http://"][..],
        ),
        (
            &["--routing-manager-url", "http://127.0.0.1/"],
            &["http://127.0.0.1/", "placeholders {family} and {community}"],
        ),
        (&["--source", "zebra"], &["zebra", "auto, bgpd, routing-manager"]),
        (&["show", "--format", "xml"], &["xml", "table, json, csv, pcli"]),
        (&["explain"], &["<COMMUNITY|PREFIX>", "--help"]),
        (&["report"], &["--html <FILE>", "--help"]),
    ] {
        let error = Settings::from_words([&["module"], words].concat()).unwrap_err().to_string();
        for name in names {
            assert!(error.contains(name), "does not say {name}: {error}");
        }
    }
    let settings = Settings::from_words(["module", "explain", "1:99999"]).unwrap();
    let Action::Answer(request) = &settings.action else { panic!("not for an operator") };
    let error = answer(&settings, request, 0, false).unwrap_err();
    hold_to_form(
        &with_causes(&error),
        &["1:99999", "expected a prefix, an address, or a community", "AA:NN"],
    );
}
