//! Of what is typed: options, and words that select prefixes.

use bgp_community_services::error_text::with_causes;
use bgp_community_services::settings::Settings;
use bgp_community_services_cli::parser;
use bgpcs_testing::form::hold_to_advice;
use bgpcs_testing::help;

use super::hold_to_names;
use crate::scene::Scene;

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
