//! The metrics, as the tools read them that they are for.

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use bgpcs_testing::{Process, eventually, free_port, monitoring, python_environment};
use serde_json::{Value, json};

use crate::scene::{EMPTY, Scene};

/// What bgpd says of a neighbor in this state.
fn session(state: &str) -> Value {
    json!({
        "bgpState": state,
        "bgpTimerUpMsec": 100_000, "bgpTimerUpEstablishedEpoch": 1_795_252_138,
        "bgpInUpdateElapsedTimeMsecs": 100_000, "connectionsEstablished": 1,
        "messageStats": {"updatesRecv": 8},
        "neighborCapabilities": {"multiprotocolExtensions": {"ipv4Unicast": {"advertisedAndReceived": true}}},
        "addressFamilyInfo": {"ipv4Unicast": {"acceptedPrefixCounter": 3}},
    })
}

/// A module with names that have to be escaped, and what its run leaves in `metrics`.
fn odd() -> Scene {
    let scene = Scene::new();
    scene.install();
    let answer = |command: &str| match command {
        command if command.contains("summary") => vty_reply(0, "{}"),
        "show bgp neighbors json" => vty_reply(
            0,
            &json!({"a\"b\\c\u{1b}\nbgp_community_services_health 0": session("Established"),
                    "192.0.2.2": session("Idle")})
            .to_string(),
        ),
        command if command.contains("12076:5010") && command.contains("ipv4") => vty_reply(
            0,
            &json!({"routes": {"10.1.0.0/16": [{"valid": true}], "127.0.0.0/8": [{"valid": true}]}})
                .to_string(),
        ),
        _ => vty_reply(0, EMPTY),
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(std::sync::Arc::new(answer)));
    let path = |name: &str| scene.path(name).into_os_string().into_string().unwrap();
    let (socket, file) = (path("bgpd.vty"), path("metrics/module.prom"));
    scene.run(&["--source", "bgpd", "--bgpd-socket", &socket, "--metrics-file", &file]);
    scene
}

/// Prometheus' own parsers of both formats read the same from it.
#[test]
fn are_what_prometheus_parses() {
    let scene = odd();
    let program = "\
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as older
text = open(sys.argv[1]).read()
def samples(parse):
    return sorted([s.name, sorted(s.labels.items()), s.value] for f in parse(text) for s in f.samples)
assert samples(openmetrics) == samples(older)
for family in openmetrics(text):
    assert family.documentation and family.type in ('gauge', 'counter'), family
    assert family.name.endswith(('_seconds', '_bytes')) == bool(family.unit), family
print(json.dumps(samples(openmetrics)))
";
    let python = python_environment("formats").join("bin/python");
    let parsed =
        Command::new(python).args(["-c", program]).arg(scene.path("metrics/module.prom")).output().unwrap();
    assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr));
    type Labels = Vec<(String, String)>;
    let samples: Vec<(String, Labels, f64)> = serde_json::from_slice(&parsed.stdout).unwrap();
    let of = |name: &str| {
        let is_wanted = |sample: &str| sample.strip_prefix("bgp_community_services_") == Some(name);
        samples.iter().filter(|(sample, ..)| is_wanted(sample)).collect::<Vec<_>>()
    };
    let peer = |labels: &[(String, String)]| {
        labels.iter().find(|(name, _)| name == "peer").map(|(_, value)| value.clone()).unwrap()
    };
    let mut peers: Vec<String> =
        of("session_established").iter().map(|(_, labels, _)| peer(labels)).collect();
    peers.sort();
    assert_eq!(peers, ["192.0.2.2", "a\"b\\c\u{fffd}\u{fffd}bgp_community_services_health 0"]);
    assert_eq!(of("prefixes_left_out").iter().map(|(.., value)| *value).collect::<Vec<_>>(), [1.0]);
    assert_eq!(of("health").len(), 1);
}

/// node_exporter, which is not root, serves all of it from the directory.
#[test]
fn are_served_by_node_exporter() {
    let scene = odd();
    fs::set_permissions(scene.path(""), Permissions::from_mode(0o755)).unwrap();
    let port = free_port();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let exporter = monitoring("prometheus-node-exporter");
    let mut command = match is_root {
        true => {
            // Whoever is not root may not come to where it was unpacked.
            let copy = scene.path("exporter");
            assert!(Command::new("cp").arg(exporter).arg(&copy).status().unwrap().success());
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(copy);
            command
        }
        false => Command::new(exporter),
    };
    command.args(["--collector.disable-defaults", "--collector.textfile"]);
    command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    command.arg(format!("--collector.textfile.directory={}", scene.path("metrics").display()));
    let _exporter = Process::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
    let mut served = String::new();
    eventually("node_exporter answers", || {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        served.clear();
        stream.read_to_string(&mut served).is_ok()
    });
    assert!(served.contains("\nnode_textfile_scrape_error 0\n"), "{served}");
    let text = fs::read_to_string(scene.path("metrics/module.prom")).unwrap();
    let samples = |text: &str| {
        let lines = text.lines().filter(|line| line.starts_with("bgp_community_services_"));
        lines.map(|line| line.split_once(['{', ' ']).unwrap().0.to_owned()).collect::<Vec<_>>()
    };
    let (mut left, mut told) = (samples(&text), samples(&served));
    left.sort();
    told.sort();
    assert_eq!(left, told);
}

/// The rules are ones that Prometheus loads, and that tell of what they are about.
#[test]
fn have_alert_rules_that_prometheus_takes() {
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/monitoring");
    for words in [["check", "rules", "alerts.yml"], ["test", "rules", "alerts-test.yml"]] {
        let ended =
            Command::new(monitoring("promtool")).args(words).current_dir(&documents).output().unwrap();
        assert!(ended.status.success(), "{words:?}: {ended:?}");
    }
}
