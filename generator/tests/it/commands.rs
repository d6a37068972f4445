//! What the commands print: each expected output is a file in `tests/commands`, and `BLESS=1` writes what came out.

use std::fs;
use std::path::Path;

use bgpcs_configuration::preset;
use clap::Parser;
use generate_pillar_cli::{self as cli, Arguments};
use serde_json::Value;

use bgpcs_testing::help;

use crate::conductor::{Conductor, Outcome, outcome};
use crate::golden;

#[test]
fn each_command_prints_what_is_expected() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policies = "tests/data/finding-policies/config.pcli";
    let errors = "tests/data/errors/config.json";
    let cases: &[(&str, &[&str])] = &[
        ("explain-well-known", &["explain-community", "65535:65281"]),
        ("explain-two-names", &["explain-community", "local-AS"]),
        ("explain-standard", &["explain-community", "12076:5010"]),
        ("explain-large", &["explain-community", "64496:1:2"]),
        ("explain-route-target", &["explain-community", "target:64512:77"]),
        ("explain-nonsense", &["explain-community", "12076"]),
        ("preset-list", &["preset", "list"]),
        ("preset-json", &["preset", "show", "Azure-US", "--format", "json"]),
        (
            "preset-services",
            &[
                "preset",
                "show",
                "O365",
                "--services",
                "--tenant",
                "lan",
                "--service-policy",
                "prefer-expressroute",
            ],
        ),
        (
            "services",
            &[
                "services",
                "--profile",
                "P",
                "--tenant",
                "lan",
                "--tenant",
                "guest net",
                "--access-policy",
                "deny",
                "--format",
                "flat",
                "--config",
                "tests/data/odd-names/config.pcli",
            ],
        ),
        (
            "services-json",
            &[
                "services",
                "--profile",
                "P",
                "--format",
                "json",
                "--config",
                "tests/data/odd-names/config.pcli",
            ],
        ),
        ("services-unknown", &["services", "--profile", "Q", "--config", "tests/data/odd-names/config.pcli"]),
        ("preset-unknown", &["preset", "show", "O366"]),
        ("check", &["check", "--config", policies]),
        ("check-summary", &["check", "--summary", "--config", errors]),
        (
            "check-for",
            &["check", "--for", "4.1.0", "--config", "tests/data/finding-applications/config.pcli"],
        ),
        ("check-for-nonsense", &["check", "--for", "4.1"]),
        ("check-unreadable", &["check", "--config", "../yang/configuration/presets/O365.json"]),
        ("help", &["--help"]),
        ("help-changes", &["changes", "-h"]),
        ("help-check", &["check", "-h"]),
        ("help-preset", &["preset", "show", "-h"]),
        ("help-purge", &["purge", "-h"]),
        ("help-services", &["services", "-h"]),
        ("help-status", &["status", "-h"]),
        ("help-top-file", &["top-file", "-h"]),
        ("help-where", &["where", "-h"]),
    ];
    for (name, arguments) in cases {
        let conductor = Conductor::new();
        let Outcome { status, stdout, stderr } =
            outcome(conductor.command().current_dir(crate_dir).args(*arguments));
        let printed = format!("{stdout}--- standard error\n{stderr}--- exit status {status}\n");
        golden::expect(name, &printed);
        assert_eq!((conductor.files().len(), conductor.log().as_str()), (0, ""), "{name} touched something");
    }
}

#[test]
fn the_o365_preset_is_the_documented_profile() {
    let show =
        |format| outcome(Conductor::new().command().args(["preset", "show", "O365", "--format", format]));
    let indented = include_str!("../data/o365/snippets.pcli");
    assert!(indented.starts_with(&show("pcli").stdout));
    let flat = include_str!("../data/o365/flat.pcli");
    assert!(flat.starts_with(&show("flat").stdout) && show("flat").stdout.lines().count() == 9);
}

#[test]
fn every_preset_is_a_configuration_without_findings_of_its_own() {
    for preset in preset::all().unwrap() {
        let forms = [preset.pcli(), preset.flat() + "admin@node1.conductor1# ", preset.json().unwrap()];
        for form in forms {
            let conductor = Conductor::new();
            fs::write(conductor.path("config"), form).unwrap();
            let outcome =
                outcome(conductor.command().args(["check", "--config"]).arg(conductor.path("config")));
            let unused = format!(
                "generate_pillar: warning profile-unused: no router has the profile {}; assign it to a router, or \
                 delete it\n",
                preset.name
            );
            assert_eq!((outcome.status, outcome.stderr), (0, unused));
        }
        assert!(preset.source.url.starts_with("https://") && !preset.source.title.is_empty());
    }
}

/// Every application of a profile of odd names, and of each preset, has the service that is printed for it.
#[test]
fn with_the_ready_services_no_application_is_without_one() {
    let odd = include_str!("../data/odd-names/config.pcli").to_owned();
    let presets = preset::all().unwrap();
    let profiles = presets.iter().map(|preset| (preset.name.to_string(), preset.pcli()));
    for (profile, configuration) in profiles.chain([("P".to_owned(), odd)]) {
        for format in ["pcli", "flat"] {
            let conductor = Conductor::new();
            let config = conductor.path("config");
            let router = format!("config authority router r bgp-community-services-profile {profile}\n");
            fs::write(&config, format!("{configuration}{router}")).unwrap();
            let check = || outcome(conductor.command().args(["check", "--config"]).arg(&config)).stderr;
            let without = check().matches("application-without-service").count();
            assert!(without > 0, "{profile}");
            let arguments =
                ["services", "--profile", &profile, "--tenant", "a lan", "--format", format, "--config"];
            let services = outcome(conductor.command().args(arguments).arg(&config));
            assert_eq!((services.status, services.stderr.as_str()), (0, ""), "{profile}");
            fs::write(&config, format!("{configuration}{router}{}", services.stdout)).unwrap();
            assert_eq!(
                check().matches("application-without-service").count(),
                0,
                "{profile} {}",
                services.stdout
            );
        }
    }
}

#[test]
fn the_report_has_every_finding_with_every_place() {
    let conductor = Conductor::new();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/errors/config.json");
    let report = conductor.path("report.json");
    let run = outcome(conductor.command().arg("--report").arg(&report).arg("--config").arg(config));
    let report: Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!((run.status, findings.len()), (1, run.stderr.lines().count()));
    let missing = findings.iter().find(|finding| finding["code"] == "asset-id-missing").unwrap();
    assert_eq!(missing["severity"], "warning");
    assert_eq!(missing["places"].as_array().unwrap().len(), 10);
    assert_eq!(missing["places"][0], serde_json::json!({"router": "r1", "node": "n2"}));
}

#[test]
fn every_command_explains_itself() {
    let help_of = |words: &[&str]| outcome(Conductor::new().command().args(words).arg("--help")).stdout;
    let parse = |line: &[&str]| Arguments::try_parse_from(line).map(drop).map_err(|error| error.to_string());
    help::hold_to_form(cli::command(), &help_of, &parse);
}
