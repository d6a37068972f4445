//! Every message says what happened, to what, what was expected or is the case, and what to do; on one line, in lower
//! case, without a final stop.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use bgp_community_services::cli::parser;
use bgp_community_services::collect::convergence::Unconverged;
use bgp_community_services::collect::error::CollectError;
use bgp_community_services::collect::kept::KeptError;
use bgp_community_services::collect::plan::InstanceFault;
use bgp_community_services::collect::services::PrefixLimit;
use bgp_community_services::configuration::ConfigurationError;
use bgp_community_services::drive::ending::RunError;
use bgp_community_services::drive::once::NotWritten;
use bgp_community_services::drive::watch::WatchError;
use bgp_community_services::error_text::{FIX_FILE, with_causes};
use bgp_community_services::instance::Instance;
use bgp_community_services::operator::answer;
use bgp_community_services::operator::error::OperatorError;
use bgp_community_services::operator::preview::choose::PreviewError;
use bgp_community_services::prefix::Family;
use bgp_community_services::publish::change_log::ChangeLogError;
use bgp_community_services::settings::{Action, Settings};
use bgp_community_services::source::bgpd::text::TextError;
use bgp_community_services::source::error::{Shape, SourceError, SourceErrorKind};
use bgp_community_services::source::gobgp;
use bgp_community_services::source::routes_json::ReplyError;
use bgpcs::whole_file::WholeFileError;
use bgpcs::{Community, MaxPrefixes, VrfName};
use bgpcs_testing::form::{hold_every, hold_to_advice, hold_to_form};
use bgpcs_testing::help;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::Value;

use crate::scene::Scene;

#[track_caller]
fn hold_to_names(message: &str, names: &[&str]) {
    for name in names {
        assert!(message.contains(name), "does not say {name}: {message}");
    }
}

/// Every kind of error, with all that stands behind it.
#[test]
fn of_every_error() {
    let refused = || io::Error::from_raw_os_error(13);
    let path = || PathBuf::from("state");
    let unwritten = || WholeFileError::Write { path: path(), source: refused() };
    let application = || "Exchange Online".parse().unwrap();
    let community = || "12076:5010".parse().unwrap();
    let of_source = |kind| SourceError::new(kind, "query to bgpd at bgpd.vty", Some("no reply".into()));
    let malformed = || serde_json::from_str::<bgpcs::ModuleConfiguration>("[]").unwrap_err();
    // As standard error has it.
    let of_run = |error: RunError| {
        format!("{}; see how to fix it with: bgp-community-services doctor", with_causes(&error))
    };
    let by_source = |error| CollectError::Source {
        application: application(),
        community: community(),
        instance: Instance::Default,
        source: Arc::new(error),
    };
    hold_every!(hold_to_advice, RunError, of_run, {
        RunError::Configuration(_) =>
            RunError::Configuration(ConfigurationError::Unreadable { path: path(), source: refused() }),
        RunError::Collect(_) => by_source(of_source(SourceErrorKind::TimedOut)).into(),
    });
    hold_every!(hold_to_advice, CollectError, |error: CollectError| of_run(error.into()), {
        CollectError::Source { .. } => by_source(of_source(SourceErrorKind::TimedOut)),
        CollectError::Selection { .. } => CollectError::Selection {
            source_name: "BaGPipe-BGP at http://127.0.0.1:8082/looking-glass".into(),
            application: application(),
            community: community(),
            instance: Instance::Default,
        },
        CollectError::Instance { .. } => CollectError::Instance {
            source_name: "ExaBGP".into(),
            fault: InstanceFault::NoVrfs,
            application: application(),
            community: community(),
            instance: "red".parse::<VrfName>().unwrap().into(),
        },
        CollectError::Unconverged { .. } => CollectError::Unconverged {
            reason: Unconverged::NoSession,
            application: application(),
            community: community(),
            instance: "red".parse::<VrfName>().unwrap().into(),
        },
        CollectError::TooManyPrefixes { .. } => CollectError::TooManyPrefixes {
            found: 11,
            limit: PrefixLimit(MaxPrefixes::default()),
            application: application(),
            community: community(),
            instance: Instance::Default,
        },
    });
    let of_application =
        |error: KeptError| format!("{error}; see how to fix it with: bgp-community-services doctor");
    hold_every!(hold_to_advice, KeptError, of_application, {
        KeptError::Loss { .. } => KeptError::Loss {
            largest: "50".parse().unwrap(),
            until: 1_800_000_000,
            application: application(),
            community: community(),
        },
        KeptError::NotUnderstood { .. } => KeptError::NotUnderstood {
            reason: "this release does not know color".into(),
            application: application(),
            community: "color:0:7".into(),
        },
    });
    hold_every!(hold_to_advice, ConfigurationError, |error: ConfigurationError| error.to_string(), {
        ConfigurationError::Unreadable { .. } => ConfigurationError::Unreadable { path: path(), source: refused() },
        ConfigurationError::NotAllowed { .. } => ConfigurationError::NotAllowed { path: path(), source: refused() },
        ConfigurationError::TooLong { .. } => ConfigurationError::TooLong { path: path(), source: refused() },
        ConfigurationError::Malformed { .. } => ConfigurationError::Malformed { path: path(), source: malformed() },
    });
    hold_every!(hold_to_advice, SourceErrorKind, |kind| of_run(by_source(of_source(kind)).into()), {
        SourceErrorKind::System(..) => SourceErrorKind::System(Some(111), "Connection refused".into()),
        SourceErrorKind::Distrusted(_) => SourceErrorKind::Distrusted(
            "127.0.0.1:31517 is held by user nobody (65534), expected root; end that program".into()
        ),
        SourceErrorKind::TimedOut => SourceErrorKind::TimedOut,
        SourceErrorKind::ClosedEarly => SourceErrorKind::ClosedEarly,
        SourceErrorKind::TooLong(_) => SourceErrorKind::TooLong(1 << 20),
        SourceErrorKind::Refused(_) => SourceErrorKind::Refused("unknown address family".into()),
        SourceErrorKind::Status(_) => SourceErrorKind::Status(502),
        SourceErrorKind::Shape(_) => SourceErrorKind::Shape(Shape::Nothing),
    });
    let of_reply = |error: ReplyError| {
        let shape = error.shape().unwrap_or(Shape::Text);
        of_run(by_source(SourceError::shape(shape, "query to bgpd at bgpd.vty", error)).into())
    };
    hold_every!(hold_to_advice, ReplyError, of_reply, {
        ReplyError::Io(_) => ReplyError::Io(refused()),
        ReplyError::Syntax(_) => ReplyError::Syntax(malformed()),
        ReplyError::Listing(_) => ReplyError::Listing(malformed()),
        ReplyError::Shape { .. } => ReplyError::Shape { expected: "an object routes", got: Shape::Array },
    });
    hold_every!(hold_to_form, TextError, |error| with_causes(&error), {
        TextError::Io(_) => TextError::Io(refused()),
        TextError::Unknown => TextError::Unknown,
    });
    hold_every!(hold_to_form, gobgp::rib::RibError, |error| with_causes(&error), {
        gobgp::rib::RibError::Reply(_) => gobgp::rib::RibError::Reply(ReplyError::Io(refused())),
        gobgp::rib::RibError::Refused(_) =>
            gobgp::rib::RibError::Refused("context deadline exceeded".into()),
    });
    hold_every!(hold_to_form, Unconverged, |reason: Unconverged| reason.to_string(), {
        Unconverged::NoSession => Unconverged::NoSession,
        Unconverged::FamilyDown(_) => Unconverged::FamilyDown(Family::Ipv4),
        Unconverged::Starting(_) => Unconverged::Starting(Family::Ipv6),
        Unconverged::Removed => Unconverged::Removed,
    });
    hold_every!(hold_to_advice, WatchError, |error| with_causes(&error), {
        WatchError::Signals(_) => WatchError::Signals(refused()),
        WatchError::StateDirectory(..) => WatchError::StateDirectory(path(), refused()),
        WatchError::NotWritten(_) => WatchError::NotWritten(NotWritten::from(unwritten())),
    });
    let of_log =
        |error: ChangeLogError| format!("{}; what changed is not recorded; {FIX_FILE}", with_causes(&error));
    hold_every!(hold_to_advice, ChangeLogError, of_log, {
        ChangeLogError::Unusable { .. } => ChangeLogError::Unusable { path: path(), source: refused() },
        ChangeLogError::Full(_) => ChangeLogError::Full(unwritten()),
    });
    hold_every!(hold_to_advice, OperatorError, |error| with_causes(&error), {
        OperatorError::NotWritten(_) => OperatorError::NotWritten(unwritten()),
        OperatorError::Changes(_) =>
            OperatorError::Changes(ChangeLogError::Unusable { path: path(), source: refused() }),
        OperatorError::NotAllowed { .. } => OperatorError::NotAllowed { path: path(), source: refused() },
        OperatorError::Output(_) => OperatorError::Output(refused()),
        OperatorError::Address { .. } => OperatorError::Address { text: "1.2.3.400".into() },
        OperatorError::Community(_) =>
            OperatorError::Community("1:99999".parse::<Community>().unwrap_err()),
        OperatorError::Application { .. } => OperatorError::Application {
            text: "Exchange".into(),
            near: " (did you mean ExchangeOnline?)".into(),
        },
        OperatorError::NoAnswer { .. } => OperatorError::NoAnswer {
            source_name: "bgpd at bgpd.vty".into(),
            cause: of_source(SourceErrorKind::TimedOut).into(),
        },
        OperatorError::CannotList { .. } => OperatorError::CannotList { source_name: "ExaBGP".into() },
        OperatorError::CannotPreview { .. } => OperatorError::CannotPreview { source_name: "ExaBGP".into() },
        OperatorError::NoPreview { .. } => OperatorError::NoPreview {
            source_name: "bgpd at bgpd.vty".into(),
            cause: by_source(of_source(SourceErrorKind::TimedOut)).into(),
        },
        OperatorError::Preview(_) => OperatorError::Preview(PreviewError::NoFile {
            wanted: "O356".into(),
            presets: "O365".into(),
        }),
    });
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
        (
            &["changes", "--since", "yesterday"],
            &["yesterday", "expected a span like 24h", "2026-11-25T09:00:00Z"],
        ),
        (&["explain"], &["<APPLICATION|COMMUNITY|PREFIX>", "--help"]),
        (&["stauts"], &["stauts", "similar subcommands exist: 'state', 'status'"]),
        (&["status", "--detial"], &["--detial", "a similar argument exists: '--detail'"]),
        (&["status", "--timeout", "0"], &["0", "1..=240"]),
        (&["status", "--loss", "100"], &["100", "1..=99"]),
        (
            &["status", "--metrics-file", "x"],
            &["--metrics-file does nothing for the command status", "--help"],
        ),
        (&["--metrics-file", "x", "show"], &["--metrics-file does nothing for the command show"]),
        (&["exabgp", "--source", "bgpd"], &["--source does nothing for the command exabgp"]),
        (&["show", "--loss", "10"], &["--loss"]),
        (&["watch", "--timeout", "10"], &["--timeout"]),
        (&["report"], &["--html <FILE>", "--help"]),
    ] {
        let error = Settings::from_words([&["module"], words].concat()).unwrap_err().to_string();
        for name in names {
            assert!(error.contains(name), "does not say {name}: {error}");
        }
    }
}

/// What is wrong with a word that selects prefixes is said of it: an address, a community or the name of an application.
#[test]
fn of_a_mistyped_subject() {
    let scene = Scene::new();
    for (words, names) in [
        (["explain", "1:99999"], &["community 1:99999 is not one of", "AA:NN"][..]),
        (["show", "1:99999"], &["community 1:99999 is not one of", "AA:NN"]),
        (["show", "1.2.3.400"], &["1.2.3.400 is no address", "expected a form like 192.0.2.1"]),
        (["show", "10.0.0.0/33"], &["10.0.0.0/33 is no address and no prefix"]),
        (["explain", "2001:db8::12345"], &["2001:db8::12345 is no address"]),
        (["explain", "ExchangOnline"], &["ExchangOnline", "did you mean ExchangeOnline?"]),
        (["explain", "Nothing"], &["no application is called Nothing; list the applications"]),
    ] {
        let error = with_causes(&scene.try_to_answer(&words).unwrap_err());
        hold_to_advice(&error);
        hold_to_names(&error, names);
    }
    // What show cannot find it shows, as a table without rows.
    hold_to_names(&scene.answer(&["show", "exchangeonlin"]), &["did you mean ExchangeOnline?"]);
}

#[test]
fn of_help() {
    let help_of = |words: &[&str]| {
        let output = Scene::new().command(words).arg("--help").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let parse = |line: &[&str]| {
        Settings::from_words(line.iter().copied()).map(drop).map_err(|error| error.to_string())
    };
    help::hold_to_form(parser(), &help_of, &parse);
}
