//! The metrics that each run leaves, and what the documents say of them.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::{Value, json};

use crate::scene::{EMPTY, Scene};

/// Where a scene's runs leave metrics.
const FILE: &str = "metrics/module.prom";

/// The value of a sample; none if it is not there.
fn value(text: &str, sample: &str) -> Option<f64> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("bgp_community_services_"));
    lines.find_map(|line| line.strip_prefix(sample)?.strip_prefix(' ')?.parse().ok())
}

/// A bgpd with a route in each family, and a neighbor with an odd name.
fn bgpd(scene: &Scene) {
    let answer = |command: &str| match command {
        command if command.contains("summary") => vty_reply(0, "{}"),
        "show bgp neighbors json" => {
            vty_reply(0, &json!({"a\"b\\c\u{1b}\n": {"bgpState": "Established"}}).to_string())
        }
        command if command.contains("12076:5010") && command.contains("ipv4") => {
            vty_reply(0, &json!({"routes": {"10.1.0.0/16": [{"valid": true}]}}).to_string())
        }
        _ => vty_reply(0, EMPTY),
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(std::sync::Arc::new(answer)));
}

impl Scene {
    /// A run, and the metrics that it leaves.
    fn metrics(&self) -> String {
        let path = |name: &str| self.path(name).into_os_string().into_string().unwrap();
        let (socket, file) = (path("bgpd.vty"), path(FILE));
        self.run(&["--source", "bgpd", "--bgpd-socket", &socket, "--metrics-file", &file]);
        fs::read_to_string(self.path(FILE)).unwrap()
    }
}

#[test]
fn of_runs_that_end_in_each_way() {
    let scene = Scene::new();
    scene.install();
    // Nothing listens.
    let failed = scene.metrics();
    for (sample, expected) in [
        ("outcome{outcome=\"failed\"}", Some(1.0)),
        ("runs_total{outcome=\"failed\"}", Some(1.0)),
        ("source_up", Some(0.0)),
        ("health", Some(2.0)),
        ("findings{code=\"source-silent\"}", Some(1.0)),
        ("prefixes{application=\"ExchangeOnline\",family=\"ipv4\"}", Some(0.0)),
        ("prefixes_gained_total{application=\"ExchangeOnline\"}", Some(0.0)),
        ("good_run_timestamp_seconds", None),
        ("held_since_timestamp_seconds", None),
    ] {
        assert_eq!(value(&failed, sample), expected, "{sample}: {failed}");
    }
    bgpd(&scene);
    let good = scene.metrics();
    for (sample, expected) in [
        ("outcome{outcome=\"good\"}", Some(1.0)),
        ("outcome{outcome=\"failed\"}", Some(0.0)),
        ("runs_total{outcome=\"failed\"}", Some(1.0)),
        ("runs_total{outcome=\"good\"}", Some(1.0)),
        ("source_up", Some(1.0)),
        ("health", Some(1.0)),
        ("findings{code=\"application-empty\"}", Some(1.0)),
        ("prefixes{application=\"ExchangeOnline\",family=\"ipv4\"}", Some(1.0)),
        ("prefixes_gained_total{application=\"ExchangeOnline\"}", Some(1.0)),
        ("prefixes_limit", Some(100_000.0)),
        ("samples_left_out", Some(0.0)),
    ] {
        assert_eq!(value(&good, sample), expected, "{sample}: {good}");
    }
    assert!(good.ends_with("\n# EOF\n"), "{good}");
    let run = value(&good, "run_timestamp_seconds").unwrap();
    assert!(value(&good, "run_due_timestamp_seconds").unwrap() > run);
    assert!(value(&good, "run_memory_peak_bytes").unwrap() > 100_000.0, "{good}");
    // The counters go on, and what is not configured any more is not counted.
    scene.edit("config.json", |value| drop(value["applications"].as_array_mut().unwrap().remove(0)));
    let other = scene.metrics();
    assert!(!other.contains("ExchangeOnline"), "{other}");
    assert_eq!(value(&other, "runs_total{outcome=\"good\"}"), Some(2.0), "{other}");
    // Without a configuration, monitoring learns of it as well.
    fs::remove_file(scene.path("config.json")).unwrap();
    let held = scene.metrics();
    assert_eq!(value(&held, "outcome{outcome=\"held\"}"), Some(1.0), "{held}");
    assert_eq!(value(&held, "findings{code=\"configuration-missing\"}"), Some(1.0), "{held}");
    assert!(value(&held, "held_since_timestamp_seconds").is_some(), "{held}");
}

/// Whoever monitors can read the file, whatever the umask is, and what a killed run left is gone.
#[test]
fn are_for_all_users() {
    let scene = Scene::new();
    scene.metrics();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(scene.path("metrics")), mode(scene.path(FILE))), (0o755, 0o644));
    // What somebody decided otherwise stays.
    fs::set_permissions(scene.path("metrics"), Permissions::from_mode(0o700)).unwrap();
    fs::write(scene.path("metrics/.module.prom.x.partial"), "").unwrap();
    scene.metrics();
    assert_eq!(mode(scene.path("metrics")), 0o700);
    assert_eq!(fs::read_dir(scene.path("metrics")).unwrap().count(), 1);
    // A run goes on if it cannot leave them.
    fs::remove_file(scene.path(FILE)).unwrap();
    fs::create_dir_all(scene.path(FILE).join("x")).unwrap();
    let path = |name: &str| scene.path(name).into_os_string().into_string().unwrap();
    let (state, _) = scene.run(&["--source", "bgpd", "--metrics-file", &path(FILE)]);
    assert_eq!(state.tally.runs.values().sum::<u64>(), 3);
}

/// The command prints what the run left, but for what has happened since.
#[test]
fn are_printed_as_they_are_left() {
    let scene = Scene::new();
    scene.install();
    bgpd(&scene);
    let left = scene.metrics();
    let socket = scene.path("bgpd.vty").into_os_string().into_string().unwrap();
    assert_eq!(scene.answer(&["metrics", "--source", "bgpd", "--bgpd-socket", &socket]), left);
}

/// However much there is, so much is told, and how much is not.
#[test]
fn are_bounded() {
    let scene = Scene::new();
    scene.metrics();
    scene.edit("state/last-run.json", |state| {
        let kept = |n: usize| json!({"application": format!("a{n}"), "since": 1});
        state["kept"] = (0..3000).map(kept).collect();
    });
    let text = scene.answer(&["metrics", "--source", "bgpd", "--bgpd-socket", "/dev/null/x"]);
    assert_eq!(value(&text, "samples_left_out"), Some(2000.0));
    assert_eq!(text.matches("\nbgp_community_services_kept_since_timestamp_seconds{").count(), 1000);
}

/// A run that was set up by hand is none that monitoring is to know of.
#[test]
fn have_a_place_of_their_own() {
    let file = |words: &[&str]| {
        let words = [&["module", "run"], words].concat();
        bgp_community_services::settings::Settings::from_words(words).unwrap().metrics_file
    };
    assert_eq!(file(&[]), Some(bgpcs::paths::MODULE_METRICS.into()));
    assert_eq!(file(&["--state-dir", "/tmp/state"]), None);
    assert_eq!(file(&["--state-dir", "/tmp/state", "--metrics-file", "x.prom"]), Some("x.prom".into()));
}

/// The metrics that documents name exist, and each has a row in the table.
#[test]
fn are_those_of_the_documents() {
    let scene = Scene::new();
    let text = scene.metrics();
    let typed = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let exposed: BTreeSet<String> = typed
        .map(|(name, kind)| if kind == "counter" { format!("{name}_total") } else { name.to_owned() })
        .collect();
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let read = |name: &str| fs::read_to_string(documents.join(name)).unwrap();
    for name in ["monitoring/alerts.yml", "monitoring/dashboard.json", "monitoring.md"] {
        let document = read(name);
        let words = document.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let named = words
            .filter(|word| word.strip_prefix("bgp_community_services_").is_some_and(|rest| !rest.is_empty()));
        for word in named {
            assert!(exposed.contains(word), "{name}: {word}");
        }
    }
    let table = read("monitoring.md");
    for metric in &exposed {
        let short = metric.strip_prefix("bgp_community_services_").unwrap();
        assert!(table.contains(&format!("\n| `{short}` |")), "{short}");
    }
    let dashboard: Value = serde_json::from_str(&read("monitoring/dashboard.json")).unwrap();
    assert!(dashboard["panels"].as_array().unwrap().len() > 5);
}
