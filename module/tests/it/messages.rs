//! Every message says what happened, to what, what was expected or is the case, and what to do; on one line, in lower
//! case, without a final stop.

mod command_line;
mod errors;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use bgp_community_services::operator::answer;
use bgp_community_services::settings::{Action, Settings};
use bgpcs_testing::form::{hold_to_advice, hold_to_form};
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::Value;

use crate::scene::Scene;

#[track_caller]
fn hold_to_names(message: &str, names: &[&str]) {
    for name in names {
        assert!(message.contains(name), "does not say {name}: {message}");
    }
}

/// An output file whose prefixes the next run takes away.
const OUTPUT: &str = r#"{"services": {"ExchangeOnline": [{"ip-prefix": "10.0.0.0/8"}]}}"#;

/// What a bgpd says that has a session and no routes.
fn without_routes(command: &str) -> Vec<u8> {
    let seed = match command {
        command if command.contains("summary") => "summary",
        command if command.contains("neighbors") => "neighbors",
        _ => return vty_reply(0, ""),
    };
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/sessions");
    vty_reply(0, &fs::read_to_string(seeds.join(seed).with_extension("json")).unwrap())
}

/// What is said on standard error of whatever goes wrong beside the query.
#[test]
fn of_the_files() {
    type Setting = fn(&Scene);
    let cases: [(Setting, &[&str]); 6] = [
        (|_| {}, &["; see how to fix it with: bgp-community-services doctor"]),
        (
            |scene| fs::write(scene.path("state"), "").unwrap(),
            &["cannot use ", "state: ", "the next run will not know of this one"],
        ),
        (
            |scene| fs::create_dir_all(scene.path("state/history.jsonl")).unwrap(),
            &["history.jsonl", "missing in the history"],
        ),
        (
            |scene| {
                fs::create_dir_all(scene.path("state/changes.jsonl")).unwrap();
                fs::write(scene.path("output.json"), OUTPUT).unwrap();
            },
            &["changes.jsonl", "what changed is not recorded"],
        ),
        (
            |scene| {
                fs::create_dir_all(scene.path("state/routes.json")).unwrap();
                stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(without_routes)));
            },
            &["routes.json", "the next run will query all routes"],
        ),
        (
            |scene| fs::create_dir(scene.path("output.json")).unwrap(),
            &["SSR keeps its current prefixes", "output.json"],
        ),
    ];
    for (set, names) in cases {
        let scene = Scene::new();
        set(&scene);
        let said = String::from_utf8(scene.command(&[]).output().unwrap().stderr).unwrap();
        said.lines().for_each(hold_to_advice);
        hold_to_names(&said, names);
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
            &["community 1 is not one of", "on application A and community 1"],
        ),
        (
            Box::new(configuration(r#"{"applications": "ExchangeOnline"}"#)),
            &["config.json", "expected a list at line 1 column 33"],
        ),
        (
            Box::new(configuration(r#"{"applications": ["ExchangeOnline"]}"#)),
            &["config.json", "expected an object with application-name and bgp-community"],
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
            Box::new(answers(1, "{\n  \"warning\":\"Default BGP instance not found\"\n}\n")),
            &[
                "AttributeError: 'NoneType'",
                "bgpd said: Default BGP instance not found",
                "expected an object routes",
            ],
        ),
        (
            Box::new(answers(1, "% Community malformed: 12076:5010\n")),
            &["AttributeError: 'str'", "bgpd said: % Community malformed: 12076:5010"],
        ),
        (
            Box::new(answers(1, "")),
            &["AttributeError: ", "community 12076:5010", "to bgpd at", "the reply is not JSON"],
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
        let message = [vec![failure.text], failure.causes].concat().join("; because: ");
        hold_to_form(&message);
        hold_to_names(&message, names);
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
            hold_to_form(check["name"].as_str().unwrap());
            if check["health"] != "healthy" {
                seen += 1;
                hold_to_form(check["mend"].as_str().unwrap_or_else(|| panic!("nothing to do: {check}")));
            }
        }
    }
    assert!(seen > 5, "only {seen} checks were not well");
}
