//! The fleet, from what Salt prints to what an operator sees.
//!
//! Each scenario is a directory of `tests/fleet`: `config.json`, the authority; `answers`, what Salt prints, in which an
//! object with `says` stands for the answer of a node whose module says it; `prefixes`, what it prints to the second
//! question; and what is printed for an operator, rewritten with `BLESS=1`.

mod asking;
mod questions;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use bgpcs::digest::Digesting;
use bgpcs_display::table::Paint;
use generate_pillar::fleet::answer::{self, Answers, Line};
use generate_pillar::fleet::cache::{Cache, LastHeard};
use generate_pillar::fleet::job::Target;
use generate_pillar::fleet::master::Keys;
use generate_pillar::fleet::node::NodeReport;
use generate_pillar::fleet::prefixes::{self, Services};
use generate_pillar::fleet::{Asked, Fleet, Known, Selection, askable};
use generate_pillar::report::Log;
use generate_pillar::run::{ConfigurationSource, RunSettings};
use generate_pillar::status::Status;
use serde_json::{Value, json};

use crate::conductor::Conductor;

pub const NOW: u64 = 1_800_000_000;

/// The word that stands for the version of this release.
const VERSION: &str = "@VERSION@";

fn data(scenario: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fleet").join(scenario)
}

/// A conductor that has generated the pillars of a configuration.
pub fn conductor(configuration: &Path) -> (Conductor, Status) {
    let conductor = Conductor::new();
    assert_ne!(conductor.generate(configuration).status, 2);
    for entry in fs::read_dir(conductor.pillar_dir()).unwrap() {
        let file = File::options().write(true).open(entry.unwrap().path()).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(NOW - 3600)).unwrap();
    }
    let status = status(&conductor, configuration);
    (conductor, status)
}

fn status(conductor: &Conductor, configuration: &Path) -> Status {
    let settings = RunSettings {
        source: ConfigurationSource::File(configuration.to_owned()),
        is_whole: true,
        pillar_dir: conductor.pillar_dir(),
        dry_run: false,
        report: None,
        summary: false,
    };
    Status::gather(&settings, NOW, &mut Log::default()).unwrap()
}

/// The digest of the configuration that a node has, if Salt has applied it.
fn digest_of(conductor: &Conductor, asset_id: &str) -> String {
    let files = conductor.files();
    let Some(pillar) = files.get(&format!("{asset_id}.sls")) else { return String::new() };
    let json: String = pillar.lines().filter(|line| !line.starts_with('#')).collect();
    let document: bgpcs::PillarDocument = serde_json::from_str(&json).unwrap();
    let mut digesting = Digesting::new(std::io::sink());
    serde_json::to_writer(&mut digesting, &document.pillar.config).unwrap();
    format!("{:016x}", digesting.digest())
}

/// What Salt prints for a line of `answers`.
pub fn printed_by_salt(conductor: &Conductor, line: &str) -> String {
    let line = line.replace(VERSION, bgpcs::VERSION);
    let Ok(Value::Object(minions)) = serde_json::from_str::<Value>(&line) else { return line };
    let Some((id, value)) = minions.iter().next() else { return line };
    let Some(says) = value.get("says") else { return line };
    let mut brief = json!({
        "version": 1, "module": bgpcs::VERSION, "router": null, "node": null, "time": "2027-01-15T08:00:00Z",
        "health": "healthy", "findings": [],
        "configuration": {"digest": digest_of(conductor, id), "written": "2027-01-15T07:00:00Z"},
        "run": {"outcome": "good", "finished": "2027-01-15T07:59:30Z", "interval": 60},
        "changed": "2027-01-15T06:00:00Z", "prefixes": 0, "digest": "0", "applications": [], "left-out": 0,
    });
    for (key, value) in says.as_object().unwrap() {
        brief[key] = value.clone();
    }
    let package = value.get("package").and_then(Value::as_str).unwrap_or("@VERSION@-1.el9");
    let package = package.replace(VERSION, bgpcs::VERSION);
    let output = format!("package {package}\nconfiguration 1799996400\n{}", brief);
    json!({(id.as_str()): {"pid": 1, "retcode": 0, "stdout": output, "stderr": ""}}).to_string()
}

/// Gives the lines to whoever takes answers.
fn take<T>(answers: &mut Answers<T>, conductor: &Conductor, lines: &str) {
    for line in lines.lines() {
        match answer::read(printed_by_salt(conductor, line).as_bytes()) {
            Some(Line::Replies(replies)) => {
                for (id, reply) in replies {
                    answers.take(id, reply);
                }
            }
            Some(Line::Said(_)) | None => {}
        }
    }
}

/// The fleet of a scenario.
pub fn fleet(scenario: &str) -> Fleet {
    let directory = data(scenario);
    let (conductor, status) = conductor(&directory.join("config.json"));
    let read = |name: &str| fs::read_to_string(directory.join(name)).unwrap_or_default();
    let asset_ids = askable(&status, &|_, _| true);
    let mut answers = Answers::of(&asset_ids, NodeReport::read);
    take(&mut answers, &conductor, &read("answers"));
    let mut cache = Cache::default();
    for (_, report) in answers.usable().filter(|(id, _)| *id == "lima-1").take(1) {
        let last = LastHeard { heard: NOW - 7200, report: report.clone() };
        cache.nodes.insert("dead-1".to_owned(), last);
    }
    let asked = Asked {
        at: Some(NOW),
        master: "conductor1".to_owned(),
        program: Some("/usr/bin/t128-salt".into()),
        milliseconds: 1234,
        nodes: answers.asked(),
        answers: answers.answered(),
        waited: Some(10),
        ..Asked::default()
    };
    let known = Known { answers: Some(&answers), cache: &cache, keys: &Keys::default() };
    let mut fleet = Fleet::join(&status, known, asked, &|_, _| true, true);
    let compared = fleet.to_compare();
    let mut services = Answers::of(&compared, Services::read);
    take(&mut services, &conductor, &read("prefixes"));
    prefixes::compare(&mut fleet, &services);
    fleet
}

#[test]
fn each_scenario_is_shown_as_expected() {
    let mut failures = Vec::new();
    for scenario in ["states", "norms", "hostile"] {
        let fleet = fleet(scenario);
        let json = fleet.json().replace(bgpcs::VERSION, VERSION);
        for (name, text) in [
            ("table", fleet.text(Paint(false))),
            ("json", json),
            ("csv", fleet.csv().replace('\r', "")),
            ("metrics", fleet.metrics()),
            ("detail", fleet.detail()),
        ] {
            let text = text.replace(bgpcs::VERSION, VERSION);
            let path = data(scenario).join(format!("printed.{name}"));
            if std::env::var_os("BLESS").is_some() {
                fs::write(&path, &text).unwrap();
            }
            if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
                failures.push(format!("{}: got\n{text}", path.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// No text of a node becomes a line, a formula, an element or a label of its own.
#[test]
fn what_a_node_says_stays_text() {
    let fleet = fleet("hostile");
    let (table, csv, metrics, page) = (fleet.text(Paint(false)), fleet.csv(), fleet.metrics(), fleet.html());
    for (form, text) in [("table", &table), ("metrics", &metrics), ("csv", &csv), ("page", &page)] {
        let obeyed = |c: char| c.is_control() && c != '\n' && c != '\r';
        assert!(!text.contains(obeyed), "{form}");
    }
    assert!(!page.contains("<img") && !page.contains("</script><"), "an element of a node");
    assert_eq!(page.matches("<script").count(), 2, "the data, and what shows it");
    for line in csv.lines().skip(1) {
        assert!(!line.split(',').any(|cell| cell.starts_with(['=', '+', '-', '@'])), "{line}");
    }
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        let (_, value) = line.rsplit_once(' ').unwrap();
        assert!(line.starts_with("bgp_community_services_fleet_") && value.parse::<f64>().is_ok(), "{line}");
    }
    let json: Value = serde_json::from_str(&fleet.json()).unwrap();
    let of = |asset_id: &str| {
        json["nodes"].as_array().unwrap().iter().find(|node| node["asset-id"] == asset_id).unwrap().clone()
    };
    assert_eq!(of("honest-1")["health"], "healthy", "an answer under another id is none of it");
    assert_eq!(of("silent-1")["health"], "no-answer", "nor is one that another minion forged");
}

#[test]
fn filters_leave_what_is_asked_for() {
    use generate_pillar::fleet::node::NodeHealth;
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let none = || list(&[]);
    let all = || Selection::of(&[], &[]);
    let cases: Vec<(Selection, &[&str])> = vec![
        (all().shows(&none(), &[NodeHealth::NoAnswer], &none(), false), &["dead", "trimmed", "noid"]),
        (all().shows(&none(), &[], &list(&["salt-never*", "salt-older-package"]), false), &["old", "never"]),
        (all().shows(&list(&["Nothing"]), &[], &none(), false), &[]),
        (all().shows(&list(&["Exchange*"]), &[NodeHealth::Healthy], &none(), false), &["boston", "lima"]),
    ];
    for (selection, expected) in cases {
        let mut fleet = fleet("states");
        selection.apply(&mut fleet);
        let mut routers: Vec<&str> = fleet.nodes.iter().map(|node| node.router.as_str()).collect();
        routers.dedup();
        assert_eq!(routers, expected, "{selection:?}");
    }
    let mut problems = fleet("states");
    all().shows(&none(), &[], &none(), true).apply(&mut problems);
    assert!(!problems.nodes.is_empty());
    assert!(problems.nodes.iter().all(|node| node.health > NodeHealth::Healthy));
    let named = Selection::of(&list(&["bos*", "lima"]), &list(&["O365"]));
    assert!(named.asks("boston", Some("O365")) && named.asks("lima", Some("O365")));
    assert!(
        !named.asks("oslo", Some("O365")) && !named.asks("lima", Some("Voice")) && !named.asks("lima", None)
    );
}

/// Every asset id is reached by an expression that matches it alone, in as many jobs as arguments may be long.
#[test]
fn names_become_expressions() {
    let ids =
        |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect::<Vec<bgpcs::AssetId>>();
    let expression = |text: &str| Target::Expression(text.to_owned());
    assert_eq!(Target::of(&ids(&[])), []);
    assert_eq!(
        Target::of(&ids(&["R2, node 2", "a.b*(c)|$", "grüße"])),
        [expression("^(?:R2\\,\\ node\\ 2|a\\.b\\*\\(c\\)\\|\\$|grüße)$")]
    );
    let many: Vec<String> = (0..20_000).map(|number| format!("router-{number:05}")).collect();
    let many: Vec<bgpcs::AssetId> = many.iter().map(|name| name.parse().unwrap()).collect();
    let targets = Target::of(&many);
    let mut names = 0;
    for target in &targets {
        let Target::Expression(expression) = target else { panic!("{target:?}") };
        assert!(expression.len() <= 100_010, "{}", expression.len());
        names += expression.split('|').count();
    }
    assert_eq!((names, targets.len()), (20_000, 3));
}

/// So many nodes of recorded answers: of a hundred, one is silent and one has other prefixes.
pub fn many(count: usize) -> Fleet {
    let conductor = Conductor::new();
    let configuration = conductor.path("many.json");
    let router = |number: usize| {
        json!({"name": format!("router{number}"), "node": [{"name": "node1", "asset-id": format!("<i>{number}")}],
            "bgp-community-services-profile": "O365", "application-identification": {"mode": ["module"]}})
    };
    let names = ["ExchangeOnline", "SharePointOnline", "SkypeForBusiness", "OtherO365", "<img src=x>"];
    let applications: Vec<Value> =
        names.iter().map(|name| json!({"application-name": name, "bgp-community": ["12076:5010"]})).collect();
    let authority = json!({"authority": {"router": (0..count).map(router).collect::<Vec<_>>(),
        "bgp-community-services-profile": [{"name": "O365", "application": applications}]}});
    fs::write(&configuration, authority.to_string()).unwrap();
    let status = status(&conductor, &configuration);
    let asset_ids = askable(&status, &|_, _| true);
    let mut answers = Answers::of(&asset_ids, NodeReport::read);
    let told = |number: usize| {
        let digest = if number % 100 == 17 { "other" } else { "usual" };
        let one =
            |name: &&str| json!({"name": name, "ipv4": 200, "ipv6": 30, "digest": digest, "age": 90_000});
        json!({"says": {"applications": names.iter().map(one).collect::<Vec<_>>()}})
    };
    for number in (0..count).filter(|number| number % 100 != 50) {
        let line = json!({(format!("<i>{number}")): told(number)}).to_string();
        take(&mut answers, &conductor, &line);
    }
    let asked = Asked { at: Some(NOW), nodes: count, answers: answers.answered(), ..Asked::default() };
    let known = Known { answers: Some(&answers), cache: &Cache::default(), keys: &Keys::default() };
    Fleet::join(&status, known, asked, &|_, _| true, false)
}
