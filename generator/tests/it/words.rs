//! Every message of the generator, held to the form.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bgpcs::whole_file::WholeFileError;
use bgpcs::{
    ApplicationName, AssetId, Community, IpPrefix, PathSelection, ProfileName, RefreshInterval, Release,
    UpdateMode, VrfName,
};
use generate_pillar::authority::gather;
use generate_pillar::finding::Code;
use generate_pillar::pillar::PillarDirError;
use generate_pillar::read::{PcliError, PcliFault, ReadError, XmlError, XmlFault};
use generate_pillar::run::RunError;
use generate_pillar::top_file::KeepReason;

use bgpcs_testing::form::{hold_every, hold_to_advice, hold_to_form};

use crate::conductor::{Conductor, outcome};

fn refused() -> io::Error {
    io::Error::from_raw_os_error(13)
}

fn no_json() -> serde_json::Error {
    serde_json::from_str::<bool>("{").unwrap_err()
}

/// As the log has it.
fn failure(error: RunError) -> String {
    format!("{error}; nothing was changed; {}", error.advice())
}

fn unread(source: ReadError) -> String {
    failure(RunError::Read { configuration: "on standard input".into(), source })
}

fn in_file(operation: &'static str) -> PillarDirError {
    PillarDirError::File { operation, path: "pillar".into(), source: refused() }
}

fn unwritten() -> WholeFileError {
    WholeFileError::Write { path: "findings.json".into(), source: refused() }
}

#[test]
fn of_every_failure() {
    hold_every!(hold_to_advice, RunError, failure, {
        RunError::Open { .. } => RunError::Open { path: "config.json".into(), source: refused() },
        RunError::Read { .. } =>
            RunError::Read { configuration: "config.json".into(), source: ReadError::Empty },
        RunError::PillarDir(_) => RunError::PillarDir(in_file("lock")),
        RunError::EndNotSeen { .. } => RunError::EndNotSeen { remove: 3, existing: 4 },
        RunError::ReportText(_) => RunError::ReportText(no_json()),
        RunError::Report(_) => RunError::Report(unwritten()),
        RunError::Output(_) => RunError::Output(refused()),
    });
    hold_every!(hold_to_advice, PillarDirError, |error| failure(RunError::PillarDir(error)), {
        PillarDirError::File { .. } => in_file("create"),
        PillarDirError::Write(_) => PillarDirError::Write(unwritten()),
        PillarDirError::Text(_) => PillarDirError::Text(no_json()),
        PillarDirError::Busy { .. } =>
            PillarDirError::Busy { path: PathBuf::from("pillar"), limit: Duration::from_secs(60) },
    });
    hold_every!(hold_to_form, WholeFileError, |error: WholeFileError| error.to_string(), {
        WholeFileError::Write { .. } => unwritten(),
        WholeFileError::Obstructed { .. } => WholeFileError::Obstructed {
            path: "a.sls".into(),
            obstacle: ".a.sls.partial".into(),
            kind: "directory",
        },
        WholeFileError::Sweep { .. } => WholeFileError::Sweep { directory: "pillar".into(), source: refused() },
    });
}

#[test]
fn of_every_configuration_that_is_refused() {
    let not_well_formed = || match gather(&b"<config><authority></config>"[..]) {
        Err(ReadError::Xml(XmlError { fault, .. })) => fault,
        other => panic!("{other:?}"),
    };
    hold_every!(hold_to_advice, ReadError, unread, {
        ReadError::Input(_) => ReadError::Input(refused()),
        ReadError::Empty => ReadError::Empty,
        ReadError::Utf16 => ReadError::Utf16,
        ReadError::Chunks => ReadError::Chunks,
        ReadError::Template => ReadError::Template,
        ReadError::Xml(_) => ReadError::Xml(XmlError { line: 7, fault: XmlFault::Truncated }),
        ReadError::Json(_) => ReadError::Json(no_json()),
        ReadError::JsonWithoutAuthority => ReadError::JsonWithoutAuthority,
        ReadError::Pcli(_) => ReadError::Pcli(PcliError { line: 7, fault: PcliFault::Truncated }),
    });
    let name = || "x y".to_owned();
    hold_every!(hold_to_advice, XmlFault, |fault| unread(ReadError::Xml(XmlError { line: 7, fault })), {
        XmlFault::Syntax(_) => not_well_formed(),
        XmlFault::Truncated => XmlFault::Truncated,
        XmlFault::NoAuthority => XmlFault::NoAuthority,
        XmlFault::Root { .. } => XmlFault::Root { name: name() },
        XmlFault::AfterEnd => XmlFault::AfterEnd,
        XmlFault::OutsideText => XmlFault::OutsideText,
        XmlFault::Change { .. } => XmlFault::Change { name: name() },
        XmlFault::Chunks => XmlFault::Chunks,
        XmlFault::Template => XmlFault::Template,
        XmlFault::DocumentType => XmlFault::DocumentType,
        XmlFault::Entity { .. } => XmlFault::Entity { name: name() },
        XmlFault::Encoding { .. } => XmlFault::Encoding { name: name() },
    });
    hold_every!(hold_to_advice, PcliFault, |fault| unread(ReadError::Pcli(PcliError { line: 7, fault })), {
        PcliFault::Input(_) => PcliFault::Input(refused()),
        PcliFault::NoAuthority => PcliFault::NoAuthority,
        PcliFault::Unclosed { .. } => PcliFault::Unclosed { opened: 3 },
        PcliFault::Truncated => PcliFault::Truncated,
        PcliFault::ExitExpected { .. } => PcliFault::ExitExpected { opened: 3 },
        PcliFault::ExitElsewhere { .. } => PcliFault::ExitElsewhere { opened: 3 },
        PcliFault::UnderValue { .. } => PcliFault::UnderValue { above: 3 },
        PcliFault::Noise { .. } => PcliFault::Noise { noise: 3 },
        PcliFault::Change { .. } => PcliFault::Change { word: "delete" },
        PcliFault::Template => PcliFault::Template,
        PcliFault::Keyword { .. } => PcliFault::Keyword { word: name() },
        PcliFault::TypographicQuote { .. } => PcliFault::TypographicQuote { word: name() },
        PcliFault::TooManyWords { .. } => PcliFault::TooManyWords { name: "router" },
        PcliFault::NoValue { .. } => PcliFault::NoValue { name: "router" },
        PcliFault::OpenQuote => PcliFault::OpenQuote,
        PcliFault::AfterQuote => PcliFault::AfterQuote,
        PcliFault::TooLong { .. } => PcliFault::TooLong { limit: 1 << 20 },
        PcliFault::NotUtf8 => PcliFault::NotUtf8,
    });
}

/// What is wrong with a value stands inside the findings.
#[test]
fn of_every_value() {
    let long = "x".repeat(AssetId::MAX_LENGTH + 1);
    let refused = [
        "1:65536".parse::<Community>().unwrap_err().to_string(),
        "".parse::<ApplicationName>().unwrap_err().to_string(),
        "a b".parse::<ProfileName>().unwrap_err().to_string(),
        "9".parse::<RefreshInterval>().unwrap_err().to_string(),
        "none".parse::<PathSelection>().unwrap_err().to_string(),
        "push".parse::<UpdateMode>().unwrap_err().to_string(),
        "all".parse::<VrfName>().unwrap_err().to_string(),
        "1.2.3.4".parse::<IpPrefix>().unwrap_err().to_string(),
        "4.1".parse::<Release>().unwrap_err().to_string(),
    ];
    refused.iter().for_each(|text| hold_to_form(text));
    for asset_id in ["", ".x", "a/b", "a\nb", &long] {
        hold_to_form(&asset_id.parse::<AssetId>().unwrap_err().to_string());
    }
}

/// Each kind of finding is in some scenario, and each finding of the scenarios is well said.
#[test]
fn of_every_finding() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let outcomes = fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path().join("expected/outcome"));
    let mut codes = BTreeSet::new();
    for outcome in outcomes.map(|path| fs::read_to_string(path).unwrap()) {
        for line in outcome.lines().filter(|line| !line.starts_with("exit status")) {
            let (head, message) = line.split_once(": ").and_then(|(_, rest)| rest.split_once(": ")).unwrap();
            let (severity, code) = head.split_once(' ').unwrap();
            assert!(["error", "warning", "note"].contains(&severity), "{line}");
            codes.insert(code.to_owned());
            hold_to_advice(message);
        }
    }
    // Only `check --for` finds it, and the command's own test has it.
    codes.insert(Code::LeafUnknownToRelease.to_string());
    assert_eq!(codes, Code::ALL.iter().map(ToString::to_string).collect());
}

/// What the commands refuse for other reasons, and what a scriptlet tells whoever installs the package.
#[test]
fn of_the_commands() {
    let conductor = Conductor::new();
    fs::create_dir(conductor.path("directory")).unwrap();
    // Which cannot be written to.
    fs::create_dir(conductor.path("generator.log")).unwrap();
    fs::write(conductor.path("config"), "config\n authority\n exit\nexit\n").unwrap();
    fs::write(conductor.path("file"), "").unwrap();
    let path = |name: &str| conductor.path(name).to_str().unwrap().to_owned();
    let (config, directory, file) = (path("config"), path("directory"), path("file"));
    let in_file = format!("{file}/x");
    let cases: [&[&str]; 7] = [
        &["preset", "show", "O366"],
        &["status", "nowhere", "--config", &config],
        &["status", "--config", &config, "--html", &in_file],
        &["--config", &config, "--report", &in_file],
        &["--config", &in_file],
        &["--config", &directory],
        &["top-file", "add", "--states-root", &file, "--pillar-root", &directory],
    ];
    for arguments in cases {
        let ended = outcome(conductor.command().args(arguments));
        assert!(!ended.stderr.is_empty(), "{arguments:?}");
        for line in ended.stderr.lines() {
            let message = line.strip_prefix("generate_pillar: ").unwrap_or_else(|| panic!("{line}"));
            assert!(message.starts_with("error ") || message.starts_with("warning "), "{message}");
            hold_to_advice(message);
        }
    }
    hold_every!(hold_to_form, KeepReason, |reason: KeepReason| format!("top.sls: unchanged, {reason}"), {
        KeepReason::Right => KeepReason::Right,
        KeepReason::ListedElsewhere => KeepReason::ListedElsewhere,
        KeepReason::NotPlainYaml => KeepReason::NotPlainYaml,
        KeepReason::BrokenBlock => KeepReason::BrokenBlock,
    });
}
